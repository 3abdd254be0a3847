// The cells of a line of text, and the numbers that are written in them.

/** Fortran writes D for E. */
export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/;
/** The same with a decimal comma. */
export const COMMA = /^[+-]?(\d+,\d*|,\d+)([eEdD][+-]?\d+)?$/;
/** What programs write where there is no number. */
export const MISSING = /^([+-]?(nan|inf|infinity)|na|n\/a|null|none|-|\?)?$/i;
/** 1,234,567 and 1.234.567, 1 234, 1'234, 1,234.5 and 1.234,5. */
export const THOUSANDS =
  /^[+-]?\d{1,3}((,\d{3}){2,}(\.\d*)?|(\.\d{3}){2,}(,\d*)?|(,\d{3})+\.\d*|(\.\d{3})+,\d*|([' \u00a0\u202f’]\d{3})+([.,]\d*)?)$/;

/** The number of a cell; NaN for what is none. A comma is a decimal point: whether it may be is decided for whole files. */
export function numberOf(cell: string): number {
  if (NUMBER.test(cell)) return Number(cell.replace(/[dD]/, "e"));
  return COMMA.test(cell) ? Number(cell.replace(",", ".").replace(/[dD]/, "e")) : Number.NaN;
}

const GAPS = "a series has no gaps, so fill them or cut the file there.";

/** What is wrong with a cell that is no finite number, as the end of a sentence. */
export function whatIs(cell: string): string {
  if (cell === "") return `is empty; ${GAPS}`;
  if (MISSING.test(cell)) return `is ${cell}; ${GAPS}`;
  if (THOUSANDS.test(cell)) return `is "${cell}", with separators of thousands; write numbers without them.`;
  if (NUMBER.test(cell) || COMMA.test(cell)) return `is ${cell}, beyond the range of f64.`;
  return `is "${cell.slice(0, 40)}", which is no number.`;
}

export const gapAt = (value: number) => `is ${value}; ${GAPS}`;

/** What stands between the cells of a line; undefined where there is one cell. */
export function separatorOf(line: string): string | undefined {
  const bare = line.trim().replace(/"[^"]*"/g, "");
  return [";", "\t", ",", " "].find((separator) => bare.includes(separator));
}

/** The cells of a line without blanks around them; quotes may hold separators, and "" is a quote in quotes. */
export function cellsOf(line: string, separator: string): string[] {
  if (!line.includes('"'))
    return separator === " " ? line.trim().split(/\s+/) : line.split(separator).map((c) => c.trim());
  const cells: string[] = [];
  const cell =
    separator === " "
      ? /\s*("(?:[^"]|"")*"|\S+)\s*/gy
      : new RegExp(`(\\s*"(?:[^"]|"")*"\\s*|[^${separator}]*)(?:${separator}|$)`, "gy");
  for (let found = cell.exec(line); found; found = cell.exec(line)) {
    const text = found[1].trim();
    cells.push(/^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text);
    if (cell.lastIndex >= line.length && !(separator !== " " && found[0].endsWith(separator))) break;
  }
  return cells;
}
