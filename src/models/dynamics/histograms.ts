// Histograms of variables and outputs at the measured times, as in `x = -20:20:200; z = 0:50:100`: which quantity, between which ends, in how many
// bins.

import { ParameterError } from "../../device/errors.ts";
import type { Plan } from "./plan.ts";
import { LARGEST } from "./reference/range.ts";

export interface Histogram {
  name: string;
  /** Its place among variables and outputs. */
  quantity: number;
  /** Numbers of 24 bits that rise, one more than there are bins. A value on an edge is in the bin above it, and at the upper end in the last one. */
  edges: Float32Array;
}

/** Cells of all histograms at all times and points at most: a number of 64 bits each. */
const MOST_CELLS = 2 ** 24;

const wrong = (what: string, why: string) => new ParameterError("histograms", `histograms ${what}: ${why}.`);

/** Cells of one time and point: of each histogram what is below it, its bins, and what is above. */
export const cellsIn = (histograms: readonly Histogram[]): number =>
  histograms.reduce((sum, { edges }) => sum + edges.length + 1, 0);

/** Cells of all times and points, [time][point][cell]. */
export const histogramCells = ({ times, points, histograms }: Pick<Plan, "times" | "points" | "histograms">): number =>
  times.length * points.length * cellsIn(histograms);

/**
 * @param names variables and outputs
 * @throws ParameterError naming what is wrong
 */
export function readHistograms(text: string, names: readonly string[]): Histogram[] {
  const parts = text.split(/[,;\n]/).filter((part) => part.trim() !== "");
  const histograms: Histogram[] = [];
  for (const part of parts) {
    const [name, range, ...more] = part.split("=").map((each) => each.trim());
    const ends = range?.split(":") ?? [];
    if (more.length > 0 || ends.length !== 3) throw wrong(`"${part.trim()}"`, "write NAME = FROM:TO:BINS");
    const quantity = names.indexOf(name);
    if (quantity < 0) {
      throw wrong(
        name,
        `the system has no such variable or output; it has ${names.join(", ")}. For another quantity add an output, as in "r := x^2"`,
      );
    }
    if (histograms.some((other) => other.quantity === quantity)) throw wrong(name, "it has a histogram already");
    histograms.push({ name, quantity, edges: edgesOf(`${name} = ${range}`, ends) });
  }
  return histograms;
}

function edgesOf(what: string, ends: readonly string[]): Float32Array {
  const [least, most, bins] = ends.map((end) => (end.trim() === "" ? Number.NaN : Number(end)));
  if (!(Math.abs(least) <= LARGEST && Math.abs(most) <= LARGEST)) {
    throw wrong(what, "its ends must be finite numbers of up to 3.4e38");
  }
  if (!Number.isInteger(bins) || bins < 1) throw wrong(what, "it must have a whole number of bins, at least 1");
  if (bins > MOST_CELLS) throw wrong(what, `it has more than ${MOST_CELLS} bins; take fewer`);
  if (!(least < most)) throw wrong(what, "its lower end must be below its upper end");
  const edges = Float32Array.from({ length: bins + 1 }, (_, i) => (least * (bins - i) + most * i) / bins);
  if (edges.some((edge, i) => i > 0 && edge <= edges[i - 1])) {
    throw wrong(
      what,
      bins === 1
        ? "its ends are the same as numbers of 24 bits; move them apart"
        : "two of its edges are the same as numbers of 24 bits; take fewer bins, or move its ends apart",
    );
  }
  return edges;
}

/** @throws ParameterError where the cells of all times and points are too many, with their bytes */
export function checkCells(plan: Pick<Plan, "times" | "points" | "histograms">): void {
  const cells = histogramCells(plan);
  if (cells <= MOST_CELLS) return;
  const size = (many: number) => `${Number(((8 * many) / 2 ** 20).toPrecision(3))} MiB`;
  const {
    histograms,
    times: { length: times },
    points: { length: points },
  } = plan;
  throw wrong(
    histograms.map(({ name }) => name).join(", "),
    `${cellsIn(histograms)} cells at ${times} times${points > 1 ? ` of ${points} points` : ""} are ${size(cells)}, and ${size(MOST_CELLS)} are the most; take fewer bins, fewer --points${points > 1 ? " or a shorter sweep" : ""}`,
  );
}
