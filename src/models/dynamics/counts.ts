// What histograms have counted, for results and files.

import { CheckpointError } from "../../device/errors.ts";
import type { Estimate } from "../../statistics/index.ts";
import { cellsIn, type Histogram } from "./histograms.ts";
import type { Plan } from "./plan.ts";
import { type Quantile, quantileOf } from "./quantiles.ts";
import { quantitiesOf } from "./system.ts";
import type { Tally } from "./tally.ts";

/** How many trajectories had a value in each bin, at each measured time; those without a number are left out. */
export interface HistogramResult {
  /** A variable or an output. */
  quantity: string;
  /** From the lower end to the upper one, one more than there are bins. A value on an edge is in the bin above it, and at the upper end in the last one. */
  edges: number[];
  /** Trajectories below the lower end, [time]. */
  below: number[];
  /** Trajectories above the upper end, [time]. */
  above: number[];
  /** Trajectories, [time][bin]. */
  counts: number[][];
  /** Where quantiles are asked for. */
  quantiles?: Quantile[];
}

type Counted = Pick<Tally, "histograms" | "numbers">;

/** Cells of one histogram at a time and point: what is below, in its bins, and above. */
function cellsAt({ points, histograms }: Plan, { histograms: all }: Counted, row: number, point: number, k: number) {
  const first = (row * points.length + point) * cellsIn(histograms) + cellsIn(histograms.slice(0, k));
  return all.subarray(first, first + histograms[k].edges.length + 1);
}

export function histogramsOf(plan: Plan, tally: Counted, point: number): HistogramResult[] {
  const { histograms, times, quantiles } = plan;
  return histograms.map(({ name, edges }, k) => {
    const rows = Array.from(times.keys(), (row) => [...cellsAt(plan, tally, row, point, k)]);
    const found = quantiles.map((probability): Quantile => {
      const each = rows.map((cells) => quantileOf(cells, edges, probability));
      const list = (part: "value" | "least" | "most") => each.map((own) => own[part]);
      return { probability, value: list("value"), least: list("least"), most: list("most") };
    });
    return {
      quantity: name,
      edges: [...edges],
      below: rows.map((cells) => cells[0]),
      above: rows.map((cells) => cells[cells.length - 1]),
      counts: rows.map((cells) => cells.slice(1, -1)),
      ...(found.length > 0 ? { quantiles: found } : {}),
    };
  });
}

export const quantileName = (quantity: string, probability: number) => `${quantity}_q${probability}`;

/** Quantiles at the end. The error of each is how far it may be from the edges between which it lies. */
export function quantileEstimates(plan: Plan, tally: Counted, point: number): Record<string, Estimate> {
  const { histograms, times, quantiles } = plan;
  const own = histograms.flatMap(({ name, edges }, k) => {
    const cells = cellsAt(plan, tally, times.length - 1, point, k);
    return quantiles.map((probability): [string, Estimate] => {
      const { value, least, most } = quantileOf(cells, edges, probability);
      const error = Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.max(value - least, most - value);
      return [quantileName(name, probability), { value, error, tau: 0.5, n: sum(cells) }];
    });
  });
  return Object.fromEntries(own);
}

type Row = (string | number)[];
interface Table {
  head: string[];
  rows: Iterable<Row>;
}

/** A row for each cell that is not empty, in a sweep preceded by the values that were set. */
export const histogramTable = (plan: Plan, tally: Counted): Table =>
  tableOf(plan, tally, ["from", "to", "trajectories", "probability"], function* (cells, { edges }) {
    const all = sum(cells);
    for (const [i, many] of cells.entries()) {
      if (many === 0) continue;
      yield [edges[i - 1] ?? Number.NEGATIVE_INFINITY, edges[i] ?? Number.POSITIVE_INFINITY, many, many / all];
    }
  });

/** A row for each quantile; its value is empty where it has none. */
export const quantileTable = (plan: Plan, tally: Counted): Table =>
  tableOf(plan, tally, ["probability", "value", "least", "most"], function* (cells, { edges }) {
    for (const probability of plan.quantiles) {
      const { value, least, most } = quantileOf(cells, edges, probability);
      yield [probability, Number.isNaN(value) ? "" : value, least, most];
    }
  });

function tableOf(
  plan: Plan,
  tally: Counted,
  columns: readonly string[],
  rowsOf: (cells: Float64Array, histogram: Histogram) => Iterable<Row>,
): Table {
  const { points, times, histograms, system } = plan;
  const set = Object.keys(points[0].set);
  function* rows() {
    for (const [point, { set: own }] of points.entries()) {
      for (const [row, time] of times.entries()) {
        for (const [k, histogram] of histograms.entries()) {
          for (const each of rowsOf(cellsAt(plan, tally, row, point, k), histogram)) {
            yield [...set.map((name) => own[name]), time, histogram.name, ...each];
          }
        }
      }
    }
  }
  const names = quantitiesOf(system);
  const titles = set.map((name) => (names.includes(name) ? `${name}(0)` : name));
  return { head: [...titles, "time", "quantity", ...columns], rows: rows() };
}

/** Which quantiles have no value, for people. */
export function beyondEnds(plan: Plan, tally: Counted): string[] {
  const { points, times, histograms, quantiles } = plan;
  return histograms.flatMap(({ name, edges }, k) => {
    const missing = [];
    for (const point of points.keys()) {
      for (const [row, time] of times.entries()) {
        const cells = cellsAt(plan, tally, row, point, k);
        if (sum(cells) === 0) continue;
        for (const probability of quantiles) {
          if (Number.isNaN(quantileOf(cells, edges, probability).value)) missing.push({ probability, time, cells });
        }
      }
    }
    if (missing.length === 0) return [];
    const [{ probability, time, cells }] = missing;
    const end = (i: number) => Number(edges[i].toPrecision(7)); // the digits of f32
    const side = cells[0] >= probability * sum(cells) ? `below ${end(0)}` : `above ${end(edges.length - 1)}`;
    return [
      `${missing.length} of ${points.length * times.length * quantiles.length} quantiles of ${name} lie beyond the ends of its histogram and have no value (the first: ${probability} at t = ${time}, ${side}); move its ends apart.`,
    ];
  });
}

const sum = (cells: Float64Array) => cells.reduce((all, many) => all + many, 0);

/** [time][point][cell]: of each histogram what is below it, its bins, and what is above. */
export const histogramArray = ({ times, points, histograms }: Plan, tally: Counted) => ({
  data: tally.histograms.slice(),
  shape: [times.length, points.length, cellsIn(histograms)],
});

/** @throws CheckpointError where cells do not add up to the numbers that there were */
export function checkCounts(plan: Plan, tally: Counted): void {
  const { points, times, histograms, system } = plan;
  const quantities = quantitiesOf(system).length;
  for (const [k, { quantity, name }] of histograms.entries()) {
    for (let row = 0; row < times.length; row++) {
      for (let point = 0; point < points.length; point++) {
        const counted = sum(cellsAt(plan, tally, row, point, k));
        const numbers = tally.numbers[(row * quantities + quantity) * points.length + point];
        if (counted !== numbers) {
          throw new CheckpointError(
            `The checkpoint's histogram of ${name} counts ${counted} of ${numbers} numbers. Use an earlier copy.`,
          );
        }
      }
    }
  }
}
