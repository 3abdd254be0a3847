// What the examples share: a plot of curves and a table, as text on standard output.
// @ts-check

/**
 * Prints points on a grid of characters, one mark for each curve; a later curve lies over an earlier one.
 *
 * @param {{ mark: string, label?: string, points: (readonly [x: number, y: number])[] }[]} curves
 * @param {{ x: string, y: string, logX?: boolean, logY?: boolean, width?: number, height?: number }} axes
 */
export function plot(curves, { x, y, logX = false, logY = false, width = 68, height = 16 }) {
  /** @type {(value: number, log: boolean) => number} */
  const scaled = (value, log) => (log ? Math.log10(value) : value);
  const points = curves.flatMap(({ mark, points }) =>
    points.map(([px, py]) => ({ mark, px: scaled(px, logX), py: scaled(py, logY) })),
  );
  const finite = points.filter(({ px, py }) => Number.isFinite(px) && Number.isFinite(py));
  const [left, right] = range(finite.map(({ px }) => px));
  const [low, high] = range(finite.map(({ py }) => py));
  const grid = Array.from({ length: height }, () => Array(width).fill(" "));
  for (const { mark, px, py } of finite) {
    const column = Math.round(((px - left) / (right - left)) * (width - 1));
    const row = Math.round(((high - py) / (high - low)) * (height - 1));
    grid[row][column] = mark;
  }
  /** @type {(value: number, log: boolean) => string} */
  const text = (value, log) => String(Number((log ? 10 ** value : value).toPrecision(3)));
  const labels = [text(high, logY), text(low, logY)];
  const margin = Math.max(...labels.map((label) => label.length));
  console.log(`\n${[y, ...curves.flatMap(({ mark, label }) => (label ? [`${mark} ${label}`] : []))].join("   ")}`);
  for (const [row, cells] of grid.entries()) {
    const label = row === 0 ? labels[0] : row === height - 1 ? labels[1] : "";
    console.log(`${label.padStart(margin)} |${cells.join("").trimEnd()}`);
  }
  const ends = [text(left, logX), text(right, logX)];
  console.log(`${" ".repeat(margin)} +${"-".repeat(width)}`);
  console.log(
    `${" ".repeat(margin + 2)}${ends[0]}${x.padStart((width + x.length) >> 1).slice(ends[0].length)}`.padEnd(
      margin + 2 + width - ends[1].length,
    ) + ends[1],
  );
}

/**
 * Prints rows under a head, in columns of equal width; numbers with four digits.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => (typeof cell === "number" && !Number.isInteger(cell) ? cell.toPrecision(4) : String(cell))),
  );
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  console.log("");
  for (const row of cells) console.log(row.map((cell, i) => cell.padStart(widths[i])).join("  "));
}

/** @param {readonly number[]} values @returns {[least: number, most: number]} of different values, even if all are the same */
function range(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least < most ? [least, most] : [least - 0.5, most + 0.5];
}
