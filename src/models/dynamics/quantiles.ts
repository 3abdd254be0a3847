// Quantiles of variables and outputs at the measured times, from their histograms: by how much less is known than from all values is part of them.

import { ParameterError } from "../../device/errors.ts";

/** Where a share of the trajectories lies below, at each measured time. No number where a histogram does not reach that far. */
export interface Quantile {
  /** The share. */
  probability: number;
  /** On the line between the ends of its bin, [time]. */
  value: number[];
  /** Edges between which it lies, those of its bin and one standard error further, [time]; infinite where it is not known. */
  least: number[];
  /** The upper ones, [time]. */
  most: number[];
}

/** Probabilities at most. */
const MOST_QUANTILES = 1000;

/** @throws ParameterError for what is no probability, and where there are no histograms */
export function readQuantiles(text: string, hasHistograms: boolean): number[] {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const wrong = (why: string) => new ParameterError("quantiles", `quantiles ${words.slice(0, 8).join(" ")}: ${why}.`);
  if (words.length > 0 && !hasHistograms) {
    throw wrong('they follow from histograms, and there are none; add histograms, as in "x = -20:20:200"');
  }
  if (words.length > MOST_QUANTILES) throw wrong(`${words.length} are more than ${MOST_QUANTILES}; take fewer`);
  const probabilities = words.map(Number);
  const bad = probabilities.findIndex((p) => !(p > 0 && p < 1));
  if (bad >= 0) throw wrong(`${words[bad]} must be a number between 0 and 1, as in "0.05 0.5 0.95"`);
  if (new Set(probabilities).size < words.length) throw wrong("one of them is given twice");
  return probabilities;
}

/**
 * What cells say: what is below the edges, in each bin between two, and above.
 *
 * @param cells how many values there are in each
 */
export function quantileOf(cells: ArrayLike<number>, edges: ArrayLike<number>, probability: number) {
  const all = Array.from(cells).reduce((sum, many) => sum + many, 0);
  if (all === 0) return { value: Number.NaN, least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  // 0.07 of 100 are 7, and not more.
  const rank = Number((probability * all).toPrecision(12));
  /** By how much the number of values below the quantile of a law differs from its mean. */
  const spread = Math.sqrt(rank * (1 - probability));
  const { cell, part } = placeOf(cells, rank);
  const isInside = cell > 0 && cell < edges.length;
  return {
    value: isInside ? edges[cell - 1] + part * (edges[cell] - edges[cell - 1]) : Number.NaN,
    least:
      rank > spread
        ? (edges[placeOf(cells, rank - spread).cell - 1] ?? Number.NEGATIVE_INFINITY)
        : Number.NEGATIVE_INFINITY,
    most:
      rank + spread < all
        ? (edges[placeOf(cells, rank + spread).cell] ?? Number.POSITIVE_INFINITY)
        : Number.POSITIVE_INFINITY,
  };
}

/** The cell in which so many values are reached, and how much of it that takes. */
function placeOf(cells: ArrayLike<number>, rank: number): { cell: number; part: number } {
  let before = 0;
  let cell = 0;
  while (before + cells[cell] < rank && cell < cells.length - 1) before += cells[cell++];
  return { cell, part: (rank - before) / cells[cell] };
}
