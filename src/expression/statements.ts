// What the languages of models have in common: statements a line or between semicolons, and names.

/** What a name is. */
export const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Statements without comments, which "#" begins. */
export const statementsOf = (text: string): string[] =>
  text
    .split(/[;\n]/)
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);

/** At the commas outside of parentheses. */
export function splitTop(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}
