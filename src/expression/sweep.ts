// Values that a user sets, and scans over them.

import { ParameterError } from "../device/errors.ts";

/** Combinations at most. */
const MOST_POINTS = 2 ** 20;

/**
 * All combinations of "k = 0.1:1:10, X = 50, n = 2|4": a value, a range FROM:TO:COUNT, or several values. The last name changes fastest.
 *
 * @param known names that may be set
 * @param owner what has them, for messages
 * @param check refuses a value that a name cannot have
 * @throws ParameterError
 */
export function readSweep(
  text: string,
  known: readonly string[],
  owner: { subject: string; kinds: string },
  check: (name: string, value: number) => void = () => {},
): Record<string, number>[] {
  let points: Record<string, number>[] = [{}];
  for (const part of text.split(/[,;\n]/).filter((each) => each.trim() !== "")) {
    const [name, values, ...more] = part.split("=").map((each) => each.trim());
    if (values === undefined || more.length > 0) {
      throw new ParameterError("set", `set "${part.trim()}": write NAME=VALUE, NAME=FROM:TO:COUNT or NAME=A|B|C.`);
    }
    if (!known.includes(name)) {
      throw new ParameterError(
        "set",
        `set ${name}: ${owner.subject} has no such ${owner.kinds}; it has ${known.join(", ")}.`,
      );
    }
    if (Object.hasOwn(points[0], name)) throw new ParameterError("set", `set ${name}: it is set twice.`);
    const list = valuesOf(name, values);
    for (const value of list) check(name, value);
    if (points.length * list.length > MOST_POINTS) {
      throw new ParameterError("set", `set: the scan has over ${MOST_POINTS} points; give fewer values.`);
    }
    points = points.flatMap((point) => list.map((value) => ({ ...point, [name]: value })));
  }
  return points;
}

function valuesOf(name: string, text: string): number[] {
  const read = (each: string) => (each.trim() === "" ? Number.NaN : Number(each));
  const numbers = text.split(/[:|]/).map(read);
  if (numbers.some((value) => !Number.isFinite(value)) || (text.includes(":") && text.includes("|"))) {
    throw new ParameterError("set", `set ${name}=${text}: give a finite number, FROM:TO:COUNT or A|B|C.`);
  }
  if (!text.includes(":")) return numbers;
  const [from, to, count, ...more] = numbers;
  if (count === undefined || more.length > 0 || !Number.isInteger(count) || count < 2 || count > MOST_POINTS) {
    throw new ParameterError(
      "set",
      `set ${name}=${text}: a range is FROM:TO:COUNT, both ends included, as in 0.1:1:10.`,
    );
  }
  return Array.from({ length: count }, (_, i) => Number((from + ((to - from) * i) / (count - 1)).toPrecision(12)));
}
