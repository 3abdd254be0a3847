// Is a result slower than an earlier one of the same device? Rows are matched by model, kernel and size.
//
// The noise of a ratio of two medians: the spread of k normal repeats is d(k) standard deviations in the mean, and the standard error of their
// median 1.2533 / √k of one. A rate lower by more than three standard errors of both is a suspect, but never by less than 10 %: clocks,
// heat and neighbours move a machine from run to run by more than the repeats of one run show; and a software adapter shares its processor with
// all that runs there, which made kernels of one commit a third slower within minutes, so 40 %. By how much the machine's own limit moved that
// binds a row, by so much may the row: the two are added as independent errors. A suspect is timed again (run.ts) before it counts as slower.
// Peers and the reference are no kernels of ours.

import { ParameterError } from "../../src/device/errors.ts";
import { limitsOf } from "./fit.ts";
import type { KeptDocument, Machine } from "./result.ts";

const FLOOR = { gpu: 0.1, software: 0.4 };
const SIGMAS = 3;
/** Mean spread of 2, 3, … normal values in standard deviations (Tippett 1925). */
const SPREADS = [1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.97, 3.078];
/** Repeats of rows from before they were noted. */
const REPEATS = 5;

export interface Comparison {
  model: string;
  kernel: string;
  size: number[];
  unit: string;
  before: number;
  now: number;
  ratio: number;
  /** Chance alone may make one rate this much larger than the other, in units of the other. */
  noise: number;
  verdict: "slower" | "same" | "faster";
  /** The better of two timings. */
  retimed?: true;
}

type Row = KeptDocument["rows"][number];

/** Relative standard error of a row's median, of at least two repeats (result.ts). */
function standardError({ spread, repeats = REPEATS }: Row): number {
  const deviation = spread / SPREADS[Math.min(repeats - 2, SPREADS.length - 1)];
  return (1.2533 * deviation) / Math.sqrt(repeats);
}

export const keyOf = ({ model, kernel, size }: Pick<Row, "model" | "kernel" | "size">) =>
  JSON.stringify([model, kernel, size]);

/** Browsers tell no description, and some nothing but a vendor. */
const deviceOf = ({ device: { description, vendor, architecture } }: KeptDocument) =>
  [vendor, architecture, description].filter(Boolean).join(", ") || "no name";

/** @throws ParameterError where the devices differ: their rates cannot be compared; and where no row is of both */
export function compare(now: KeptDocument, before: KeptDocument): { rows: Comparison[]; missing: string[] } {
  const [own, other] = [now, before].map(deviceOf);
  if (own !== other) {
    throw new ParameterError(
      "baseline",
      `baseline: it was measured on "${other}", this device is "${own}"; compare results of one device and driver.`,
    );
  }
  const earlier = new Map(before.rows.map((row) => [keyOf(row), row]));
  const rows = now.rows
    .filter(({ by }) => !by)
    .flatMap((row) => {
      const old = earlier.get(keyOf(row));
      if (old?.unit !== row.unit) return [];
      const floor = FLOOR[now.device.software ? "software" : "gpu"];
      return [comparisonOf(row, old, floor, drift(row, now.machine, before.machine))];
    });
  if (rows.length === 0) {
    throw new ParameterError(
      "baseline",
      "baseline: it has no row of a model, kernel and size that was timed here; take another file.",
    );
  }
  const timed = new Set(now.rows.map(({ model }) => model));
  const found = new Set(now.rows.map(keyOf));
  const missing = before.rows.filter((row) => !row.by && timed.has(row.model) && !found.has(keyOf(row)));
  return { rows, missing: missing.map(({ model, kernel, size }) => `${model}, ${kernel}, ${size.join("×")}`) };
}

/** A suspect with what its second timing says, where that says better of it. */
export function settled(rows: readonly Comparison[], again: readonly Comparison[]): Comparison[] {
  const margin = ({ ratio, noise }: Comparison) => ratio * (1 + noise);
  const second = new Map(again.map((row) => [keyOf(row), row]));
  return rows.map((row) => {
    const other = second.get(keyOf(row));
    return other ? { ...(margin(other) > margin(row) ? other : row), retimed: true } : row;
  });
}

/** By what share the limit that binds a row moved between two runs; where none does, that which moved most. */
function drift({ bound }: Row, now: Machine | undefined, before: Machine | undefined): number {
  if (!now || !before) return 0;
  const [own, other] = [limitsOf(now), limitsOf(before)];
  const bounds = bound ? [bound] : (Object.keys(own) as (keyof typeof own)[]);
  return Math.max(...bounds.map((each) => Math.max(own[each] / other[each], other[each] / own[each]))) - 1;
}

function comparisonOf(now: Row, before: Row, floor: number, moved: number): Comparison {
  const { model, kernel, size, unit } = now;
  const scatter = SIGMAS * Math.hypot(standardError(now), standardError(before));
  const noise = Math.hypot(Math.max(floor, scatter), moved);
  const ratio = now.rate / before.rate;
  const verdict = ratio < 1 / (1 + noise) ? "slower" : ratio > 1 + noise ? "faster" : "same";
  return { model, kernel, size: [...size], unit, before: before.rate, now: now.rate, ratio, noise, verdict };
}
