// A table of numbers from text: comments, what separates the cells, a line of names, decimal commas.

import { FileError } from "../device/errors.ts";
import { COMMA, cellsOf, NUMBER, numberOf, separatorOf, whatIs } from "./cells.ts";
import { headerOf, type Line } from "./header.ts";

/** Rows and columns of a file, as they are. */
export interface Table {
  rows: number;
  columns: number;
  names?: string[];
  /** [row][column], NaN where a cell is no number. */
  values: Float64Array;
  /** A cell as it is written. */
  text(row: number, column: number): string;
  /** Where a row is, and what a cell there is that is no number: for messages. */
  place(row: number): string;
  wrong(row: number, column: number): string;
  /** Rows of each series, where the file has several. */
  each?: number;
  notes: string[];
}

/** How messages name a column. */
export const labelOf =
  ({ names }: Pick<Table, "names">) =>
  (column: number) =>
    names?.[column] ? `column ${column + 1} (${names[column]})` : `column ${column + 1}`;

/** How a flag names a column: by its number where its name would not do. */
export function nameOf({ names }: Pick<Table, "names">, column: number): string {
  const own = names?.[column];
  const isPlain = own && !/[",\s]/.test(own) && names!.filter((each) => each === own).length === 1;
  return isPlain ? own : String(column + 1);
}

/**
 * @param plain a first line of numbers is values, and commas separate what they can
 * @throws FileError for what is no table, and where commas may mean several things
 */
export function readTable(name: string, text: string, plain = false): Table {
  const { lines, remark, given } = linesOf(text);
  if (lines.length === 0) throw new FileError(`${name}: there is no line with values in it.`);
  const notes: string[] = [];
  // The second line, where there is one, has no names in it that could hold any character.
  const second = (lines[1] ?? lines[0]).text;
  const found = given ?? (SPACED.test(second) ? " " : (separatorOf(second) ?? separatorOf(lines[0].text) ?? " "));
  const alone = !plain && found === "," && given === undefined && isOneColumn(name, lines);
  const separator = alone ? " " : found;

  const header = headerOf(name, lines, separator, plain);
  if (header.note) notes.push(`${name}: ${header.note}`);
  const rows = header.names ? lines.slice(1) : lines;
  if (rows.length === 0) {
    throw new FileError(`${name}: line ${lines[0].number} has names, but no line of values follows.`);
  }
  const own = cellsOf(rows[0].text, separator).length;
  const trails = own > 1 && separator !== " " && !header.names?.[own - 1] && rows.every((row) => ends(row, separator));
  const columns = trails ? own - 1 : own;
  const values = new Float64Array(rows.length * columns);
  const first: { comma?: Cell; point?: Cell; surely?: boolean } = {};
  rows.forEach((line, row) => {
    const cells = cellsOf(line.text, separator);
    if (cells.length !== own) {
      throw new FileError(
        `${name}: line ${line.number} has ${cells.length} values, but line ${rows[0].number} has ${own} values.`,
      );
    }
    for (let column = 0; column < columns; column++) {
      const cell = cells[column];
      values[row * columns + column] = numberOf(cell);
      if (!cell.includes(",")) {
        if (!first.point && cell.includes(".") && NUMBER.test(cell)) first.point = { line, cell };
      } else if (COMMA.test(cell)) {
        first.comma ??= { line, cell };
        first.surely ||= !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(cell);
      }
    }
  });
  if (first.comma) notes.push(`${name}: ${commas(name, first.comma, first.point, first.surely ?? false, separator)}`);

  const names = namesOf(name, header.names ?? remarkNames(remark, columns, separator), {
    ...{ columns, separator, line: lines[0], row: rows[0] },
  });
  const label = labelOf({ names });
  // Columns are looked at one after another, and a line may have very many.
  let last = { row: -1, cells: [] as string[] };
  const cellAt = (row: number, column: number) => {
    if (last.row !== row) last = { row, cells: cellsOf(rows[row].text, separator) };
    return last.cells[column];
  };
  return {
    ...{ rows: rows.length, columns, values, notes, ...(names ? { names } : {}) },
    text: cellAt,
    place: (row) => `line ${rows[row].number}`,
    wrong: (row, column) => `line ${rows[row].number}, ${label(column)} ${whatIs(cellAt(row, column))}`,
  };
}

/** Numbers with decimal commas between blanks. */
const SPACED = /^\s*[+-]?\d+,\d+( +[+-]?\d+,\d+)+\s*$/;

interface Cell {
  line: Line;
  cell: string;
}

/** Lines with something in them, without comments: what follows a #, and lines that begin with a %. */
function linesOf(text: string): { lines: Line[]; remark?: string; given?: string } {
  const all = text.split(/\r\n|\n|\r/);
  // Excel's own way to say what separates cells.
  const given = /^\s*"?sep=(.)"?\s*$/i.exec(all[0])?.[1];
  const lines: Line[] = [];
  let remark: string | undefined;
  all.forEach((line, i) => {
    if (i === 0 && given !== undefined) return;
    const bare = /^\s*%/.test(line) ? "" : uncommented(line);
    if (bare.trim() !== "") lines.push({ number: i + 1, text: bare });
    else if (lines.length === 0 && line.trim() !== "") remark = line.replace(/^[\s#%]+/, "");
  });
  return { lines, remark, given };
}

/** The line up to a # that stands in no quotes. */
function uncommented(line: string): string {
  if (!line.includes("#")) return line;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') quoted = !quoted;
    else if (line[i] === "#" && !quoted) return line.slice(0, i);
  }
  return line;
}

const ends = (line: Line, separator: string) => line.text.replace(/ +$/, "").endsWith(separator);

/** Rows from which on a doubt is worth a refusal. */
const FEW = 8;

/**
 * Whether lines such as 0,123 are one column with decimal commas, and not two of integers. A line of names says it; so do whole
 * numbers that begin with a 0, because nobody writes them, and those of several lengths that end in one.
 *
 * @throws FileError where nothing says it
 */
function isOneColumn(name: string, lines: readonly Line[]): boolean {
  const pair = /^\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*$/;
  const named = !pair.test(lines[0].text) && !NUMBER.test(lines[0].text.trim());
  const rows = named ? lines.slice(1) : lines;
  const pairs = rows.reduce((sum, line) => sum + Number(pair.test(line.text)), 0);
  // Numbers without a comma among them have no second column.
  if (pairs < rows.length) {
    const isWhole = (line: Line) => /^\s*[+-]?\d+\s*$/.test(line.text);
    return rows.length >= FEW && 2 * pairs > rows.length && rows.every((line) => pair.test(line.text) || isWhole(line));
  }
  if (rows.length === 0) return false;
  if (named) return cellsOf(lines[0].text, ",").length === 1;
  const parts = rows.map((line) => line.text.trim().split(","));
  if (parts.some(([whole, part]) => /^-0+$|^[+-]?$/.test(whole) || /^0\d/.test(part))) return true;
  if (rows.length >= FEW && parts.every(([whole]) => Number(whole) === 0)) return true;
  const isVaried = parts.some(([, part]) => part.length !== parts[0][1].length);
  if (rows.length < FEW || (isVaried && parts.some(([, part]) => /\d0$/.test(part)))) return false;
  throw new FileError(
    `${name}: line ${rows[0].number} is "${rows[0].text.trim()}": one number with a decimal comma, or two whole numbers? Write points for commas, or above all lines one of names, "x" or "x,y".`,
  );
}

/** What a file's decimal commas are. @throws FileError where they may separate thousands */
function commas(name: string, comma: Cell, point: Cell | undefined, surely: boolean, separator: string): string {
  if (point) {
    throw new FileError(
      `${name}: line ${comma.line.number} has "${comma.cell}" and line ${point.line.number} "${point.cell}": commas and points in one file; write decimal points, and no separators of thousands.`,
    );
  }
  if (separator !== ";" && !surely) {
    throw new FileError(
      `${name}: line ${comma.line.number} has "${comma.cell}": a decimal comma, or a separator of thousands? Write decimal points, and no separators of thousands.`,
    );
  }
  return `its commas are decimal commas, as in ${comma.cell}.`;
}

/** The names that a comment above the first line has, where it has as many as there are columns. */
function remarkNames(remark: string | undefined, columns: number, separator: string): string[] | undefined {
  if (remark === undefined) return undefined;
  const fits = (cells: string[]) => cells.length === columns && !cells.some((cell) => cell === "" || NUMBER.test(cell));
  return [separator, separatorOf(remark) ?? " "].map((each) => cellsOf(remark, each)).find(fits);
}

/** As many names as columns. A first column without one is that of R, which names no rows; a last one may be an empty one. */
function namesOf(
  name: string,
  found: string[] | undefined,
  { columns, separator, line, row }: { columns: number; separator: string; line: Line; row: Line },
): string[] | undefined {
  if (!found || found.length === columns) return found;
  if (found.length === columns + 1 && found[columns] === "") return found.slice(0, columns);
  if (found.length === columns - 1 && columns > 2) return ["", ...found];
  // Above a single column, blanks are part of its name.
  if (columns === 1 && separator === " ") return [line.text.trim()];
  throw new FileError(
    `${name}: line ${line.number} has ${found.length} names, but line ${row.number} has ${columns} values${separator === "," ? ", for commas separate them" : ""}.`,
  );
}
