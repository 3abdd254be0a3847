// Antimony's text as statements, each with its line: without comments, texts in quotes left in place.

import { ParameterError } from "../../../device/errors.ts";

export interface Statement {
  text: string;
  line: number;
  /** It follows a ";" on the same line: what a reaction's rate does. */
  continues: boolean;
}

export const refuseAntimony = ({ line }: { line: number }, why: string): never => {
  throw new ParameterError("network", `antimony, line ${line}: ${why}.`);
};

/** Without comments and notes, with as many lines as before. */
export function withoutComments(text: string): string {
  const keepLines = (part: string) => part.replace(/[^\n]/g, " ");
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/"[^"\n]*"|```[\s\S]*?```|\/\*[\s\S]*?\*\/|\/\/[^\n]*|#[^\n]*/g, (part) =>
      part.startsWith('"') ? part : part.startsWith("```") ? `""${keepLines(part.slice(2))}` : keepLines(part),
    );
}

/**
 * Statements end at ";" and at the end of a line; but not within parentheses, after a comma, or after the colon of an event.
 *
 * @param text without comments
 */
export function statementsOf(text: string): Statement[] {
  const found: Statement[] = [];
  let [own, line, start, depth, quoted, continues] = ["", 1, 1, 0, false, false];
  let isBlank = true;
  const end = (next: boolean) => {
    if (own.trim() !== "" || next) found.push({ text: own.trim().replace(/\s+/g, " "), line: start, continues });
    own = "";
    isBlank = true;
    continues = next;
  };
  for (const character of `${text}\n`) {
    if (isBlank) start = line;
    if (character === '"') quoted = !quoted;
    if (!quoted && character === "(") depth++;
    if (!quoted && character === ")") depth--;
    if (!quoted && character === ";") {
      depth = 0;
      end(true);
    } else if (character === "\n") {
      line++;
      quoted = false;
      const isOpen = depth > 0 || /,\s*$/.test(own) || /(^|:\s*|\s)at\b[^:]*:\s*$/.test(own);
      if (isOpen) own += " ";
      else end(false);
    } else if (!isBlank || character.trim() !== "") {
      own += character;
      isBlank = false;
    }
  }
  return found.filter((statement) => statement.text !== "");
}

/** At separators outside of parentheses. */
export function splitOutside(text: string, separator: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === separator && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
