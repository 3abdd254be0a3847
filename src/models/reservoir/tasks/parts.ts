// How the user's series is divided in time: warm-up, training, validation, test. What is left open follows from its length.

import { ParameterError } from "../../../device/errors.ts";
import { seriesHead } from "../../../files/series-text.ts";

type Given = Readonly<Record<string, unknown>>;

/** Steps of a warm-up at most, where none are requested, and of what drives a forecast along the test. */
const WASHOUT = 500;
/** Shares of a series: what is learned from, and how much of the rest warms up, compares and tests. */
const SHARES = { washout: 0.1, train: 0.6, validation: 0.1, test: 0.2 };
type Part = keyof typeof SHARES;

/**
 * Parameters with the parts of the series that they leave open: warm-up 10 % (at most 500 steps), training 60 %, validation 10 %, test 20 %
 * of what those that are given leave over. Without --train and --test also validation is set aside, else it is not. A network from a file
 * that learns nothing is tested on all that follows its warm-up.
 */
export function withParts(
  given: Given,
  { learns, washout: usual = WASHOUT }: { learns: boolean; washout?: number },
): Given {
  if (typeof given.data !== "string" || given.data === "") return given;
  if (given.task !== undefined && given.task !== "data" && given.task !== "classification") return given;
  const { lengths, labels } = seriesHead(given.data);
  const task = given.task ?? (labels ? "classification" : "data");
  if (task === "classification") {
    const unused = { train: 0, validation: 0, test: 1, forecast: 0 };
    const part = Object.entries(unused).find(([name, none]) => Number(given[name] ?? none) > none)?.[0];
    if (part !== undefined) {
      throw new ParameterError(
        part,
        `${part} ${given[part]}: of each class the last quarter of its sequences is tested, and the others are learned from; leave it out.`,
      );
    }
    return { task, washout: 0, train: 0, test: 1, ...given };
  }
  const last = lengths[lengths.length - 1];
  if (lengths.length > 1) {
    const washout =
      typeof given.washout === "number" ? given.washout : Math.min(WASHOUT, Math.floor(least(lengths) / 5));
    // What is learned and tested are the series to their ends.
    const rows = lengths.map((length) => Math.max(1, length - 1 - washout));
    const train = rows.slice(0, -1).reduce((sum, count) => sum + count, 0);
    return { task, washout, train, test: rows[rows.length - 1], synchronisation: driven(last), ...given };
  }
  const inputs = typeof given.given === "number" ? given.given : 0;
  const total = last - (inputs === 0 || given.feedback === true ? 1 : 0);
  const parts = learns ? shared(given, total) : untrained(given, total, usual);
  const all: Given = { ...parts, ...given };
  const before = ["washout", "train", "validation"].reduce((sum, name) => sum + Number(all[name] ?? 0), 0);
  return { task, ...parts, synchronisation: Math.max(1, Math.min(WASHOUT, before)), ...given };
}

const least = (lengths: readonly number[]) => lengths.reduce((a, b) => Math.min(a, b));

/** Steps of the last of several series that drive its forecasts: nothing stands before it. */
const driven = (rows: number) => Math.max(1, Math.min(WASHOUT, Math.floor(rows / 4)));

function untrained(given: Given, total: number, usual: number): Partial<Record<Part, number>> {
  const washout = typeof given.washout === "number" ? given.washout : usual;
  return { train: 0, validation: 0, washout, test: Math.max(1, total - washout) };
}

function shared(given: Given, total: number): Partial<Record<Part, number>> {
  const names = Object.keys(SHARES) as Part[];
  const divided = given.train !== undefined || given.test !== undefined;
  const open = names.filter((name) => given[name] === undefined && !(name === "validation" && divided));
  const taken = names.reduce((sum, name) => sum + (typeof given[name] === "number" ? (given[name] as number) : 0), 0);
  const rest = Math.max(0, total - taken);
  const weights = open.reduce((sum, name) => sum + SHARES[name], 0);
  const parts: Partial<Record<Part, number>> = {};
  for (const name of open) parts[name] = Math.max(name === "test" ? 1 : 0, Math.floor((rest * SHARES[name]) / weights));
  if (parts.washout !== undefined) parts.washout = Math.min(WASHOUT, open.length === 1 ? rest : parts.washout);
  // What rounding and the bound of the warm-up leave over is learned from, else tested.
  const last = open.find((name) => name === "train") ?? open.find((name) => name === "test");
  if (last) parts[last] = Math.max(1, rest - open.reduce((sum, name) => sum + (name === last ? 0 : parts[name]!), 0));
  return parts;
}
