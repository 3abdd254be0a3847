// A surface of section: where trajectories of a flow cross it, as in `z > 27 up`.

import { ParameterError } from "../../device/errors.ts";
import { call, type Expression, hasDraws, namesIn } from "../../expression/expression.ts";
import { parseExpression } from "../../expression/parse.ts";
import { type System, TIME } from "./system.ts";

export interface Section {
  /** It is 0 on the surface, and above 0 where the condition holds. */
  value: Expression;
  /** 1: crossings into where the condition holds; -1: out of it; 0: both. */
  direction: 1 | -1 | 0;
  /** How many of a trajectory's crossings are kept, each with its time and state. */
  kept: number;
}

/** Numbers of a trajectory that a section adds: crossings, the time of the first, and the mean time from one to the next. */
export const SECTION_NUMBERS = ["crossings", "firstPassage", "returnTime"] as const;

/** Words behind a condition, and which crossings they mean. */
const DIRECTIONS: Record<string, Section["direction"]> = { up: 1, down: -1, both: 0 };

const wrong = (text: string, why: string) =>
  new ParameterError("section", `section ${text}: ${why}, as in "z > 27 up", "x < 0" or "x > y both".`);

/** What is wrong with an expression is wrong with the section. */
function inSection<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParameterError) throw wrong(text, error.message.replace(/\.$/u, ""));
    if (error instanceof RangeError) throw wrong(text, "it is nested too deeply to be read");
    throw error;
  }
}

/**
 * A comparison, and a direction; without one crossings into where it holds.
 *
 * @param open what an abbreviation of the system stands for
 * @throws ParameterError for what is no comparison, and for names that the system has not
 */
export function readSection(
  text: string,
  { variables, parameters, delays }: System,
  open: (expression: Expression) => Expression,
): Omit<Section, "kept"> {
  const [, condition, word = "up"] = /^(.*?)(?:\s+(up|down|both))?\s*$/su.exec(text)!;
  const parsed = inSection(text, () => parseExpression(condition));
  if (parsed.kind !== "call" || !/^[<>]=?$/.test(parsed.operation)) {
    throw wrong(text, "it must be a comparison of two sides by > or <, and up, down or both");
  }
  if (hasDraws(parsed)) throw wrong(text, "a random number is drawn in the system alone");
  const [left, right] = parsed.operands;
  const isAbove = parsed.operation.startsWith(">");
  const value = open(isAbove ? call("-", left, right) : call("-", right, left));
  const known = new Set([TIME, ...variables.map(({ name }) => name), ...parameters.keys()]);
  const unknown = [...namesIn(value)].find((name) => !known.has(name));
  if (unknown !== undefined) {
    const isDelay = delays.some(({ name }) => name === unknown);
    throw wrong(text, isDelay ? "it must not ask for the past" : `the system has no ${unknown}`);
  }
  if (!variables.some(({ name }) => namesIn(value).has(name))) {
    throw wrong(text, "it must contain a variable");
  }
  return { value, direction: DIRECTIONS[word] };
}
