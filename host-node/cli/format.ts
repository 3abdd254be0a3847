// Numbers and tables for people to read.

/** Three digits and a power of ten where it is needed: 4.2e9. */
export function quantity(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
    ? value.toExponential(2)
    : value.toPrecision(3);
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Columns under their heads; the first to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  return all.map((row) => `${line(row).trimEnd()}\n`).join("");
}

/** A list of names with a text each, the texts below each other. */
export function definitions(entries: readonly (readonly [string, string])[], indent = 2): string {
  const width = Math.min(30, Math.max(...entries.map(([name]) => name.length)));
  return entries
    .map(([name, text]) => {
      const lines = wrap(text, 100 - width);
      const start = name.length > width ? `${name}\n${" ".repeat(indent + width + 2)}` : `${name.padEnd(width)}  `;
      return `${" ".repeat(indent)}${start}${lines.join(`\n${" ".repeat(indent + width + 2)}`)}\n`;
    })
    .join("");
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== "" && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

/** sweep, sweeps; trajectory, trajectories. */
export const plural = (word: string, count = 2) => (count === 1 ? word : manyOf(word));

const manyOf = (word: string) => word.replace(/([^aeiou])y$/, "$1ie").concat("s");
