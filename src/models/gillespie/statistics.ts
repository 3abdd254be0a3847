// What the sums of an ensemble say: moments at the grid times, covariances, passages; as a result, a table and a picture.

import type { Estimate } from "../../statistics/index.ts";
import type { Ensemble } from "./ensemble.ts";
import { initialCounts, NOBODY } from "./network/network.ts";
import type { Output } from "./outputs.ts";
import type { Tally } from "./tally.ts";

/** What an ensemble shows of one point: outer index time, inner index as `species`. */
export interface Moments {
  /** Mean over trajectories, [time][species or output]. */
  mean: number[][];
  /** Standard deviation over trajectories, [time][species or output]. */
  sd: number[][];
}

/** What the trajectories of a run show: moments, [time][species], covariances and first passages. */
export interface GillespieResult extends Moments {
  /** Grid times, [time]. */
  times: number[];
  /** Species, then outputs. */
  species: string[];
  /** Trajectories of each point. */
  trajectories: number;
  /** [time][i][j] over the species, at most 16 of them. */
  covariance?: number[][][];
  /** Share of trajectories whose condition held by each time. */
  passage?: { condition: string; probability: number[] };
  /** The points of a scan; mean and sd above are those of the first. */
  points?: ({ set: Record<string, number>; passage?: { probability: number[] } } & Moments)[];
}

/** What no trajectory showed changes a count by one molecule at least. */
const SINGLE = { unseen: 1 };

/** Outputs that are summed one trajectory after another. */
export const nonlinearOf = (outputs: readonly Output[]) => outputs.filter(({ place }) => place >= 0).length;

export class Statistics {
  readonly #ensemble: Ensemble;
  readonly #outputs: readonly Output[];
  readonly #tally: Tally;

  constructor(ensemble: Ensemble, outputs: readonly Output[], tally: Tally) {
    this.#ensemble = ensemble;
    this.#outputs = outputs;
    this.#tally = tally;
  }

  /** Species that are shown, and outputs. */
  get names(): string[] {
    return [...this.#seen.map((i) => this.#ensemble.network.species[i]), ...this.#outputs.map(({ name }) => name)];
  }

  /** Species that are shown. */
  get #seen(): number[] {
    return this.#ensemble.network.species.flatMap((name, i) => (name === NOBODY ? [] : [i]));
  }

  result(condition: string): GillespieResult {
    const ensemble = this.#ensemble;
    const first = this.moments(0);
    const passage = ensemble.passage && { condition, probability: this.#passage(0) };
    const covariance = this.#covariance(0);
    const many = ensemble.points.length > 1;
    return {
      times: [...ensemble.times],
      species: this.names,
      trajectories: this.#tally.replicates,
      ...first,
      ...(covariance ? { covariance } : {}),
      ...(passage ? { passage } : {}),
      ...(many
        ? {
            points: ensemble.points.map(({ set }, p) => ({
              set: { ...set },
              ...this.moments(p),
              ...(passage ? { passage: { probability: this.#passage(p) } } : {}),
            })),
          }
        : {}),
    };
  }

  /** Values at the end. */
  estimate(point = 0): Record<string, Estimate> {
    const { mean, sd } = this.moments(point);
    const last = mean.length - 1;
    const n = this.#tally.replicates;
    const values = this.names.map((name, i) => [
      name,
      { value: mean[last][i], error: sd[last][i] / Math.sqrt(n), tau: 0.5, n, ...(i < this.#seen.length && SINGLE) },
    ]);
    return Object.fromEntries(values);
  }

  /** A table for spreadsheets: time, then mean, its standard error and sd of everything; in a scan preceded by the values that were set. */
  table(): { head: string[]; rows: (string | number)[][] } {
    const { points, times } = this.#ensemble;
    const swept = Object.keys(points[0].set);
    const head = [...swept, "time", ...this.names.flatMap((name) => [`${name}_mean`, `${name}_error`, `${name}_sd`])];
    const n = this.#tally.replicates;
    const errorOf = (deviation: number) => (n > 1 ? deviation / Math.sqrt(n) : ""); // one trajectory does not show it
    const rows = points.flatMap(({ set }, p) => {
      const { mean, sd } = this.moments(p);
      return Array.from(times, (time, t) => [
        ...swept.map((name) => set[name]),
        time,
        ...mean[t].flatMap((value, i) => [value, errorOf(sd[t][i]), sd[t][i]]),
      ]);
    });
    return { head, rows };
  }

  moments(point: number): Moments {
    const { network, times } = this.#ensemble;
    const tally = this.#tally;
    const n = this.#tally.replicates;
    const nonlinear = nonlinearOf(this.#outputs);
    const species = network.species.map((_, i) => i);
    const mean: number[][] = [];
    const sd: number[][] = [];
    for (let t = 0; t < times.length; t++) {
      const cell = point * times.length + t;
      const counts = species.map((i) => tally.mean(cell, i));
      const means = this.#seen.map((i) => counts[i]);
      const deviations = this.#seen.map((i) => Math.sqrt(tally.covariance(cell, i)));
      for (const output of this.#outputs) {
        const own = output.linear[point];
        if (own && output.place < 0) {
          means.push(own.coefficients.reduce((sum, c, i) => sum + c * counts[i], own.constant));
          deviations.push(Math.sqrt(Math.max(0, this.#variance(cell, own.coefficients))));
        } else {
          const at = 2 * (cell * nonlinear + output.place);
          const [sum, squares] = [tally.outputs[at], tally.outputs[at + 1]];
          means.push(sum / n);
          deviations.push(Math.sqrt(Math.max(0, (squares - (sum * sum) / n) / (n - 1))));
        }
      }
      mean.push(means);
      sd.push(deviations);
    }
    return { mean, sd };
  }

  #variance(cell: number, coefficients: readonly number[]): number {
    return this.#tally.pairs.reduce((sum, [a, b], k) => {
      const weight = coefficients[a] * coefficients[b] * (a === b ? 1 : 2);
      return weight === 0 ? sum : sum + weight * this.#tally.covariance(cell, k);
    }, 0);
  }

  #covariance(point: number): number[][][] | undefined {
    const { network, times } = this.#ensemble;
    const species = network.species.length;
    if (this.#tally.pairs.length < (species * (species + 1)) / 2 || this.#seen.length < species) return undefined;
    return Array.from(times, (_, t) => {
      const matrix = network.species.map(() => Array<number>(species).fill(0));
      this.#tally.pairs.forEach(([a, b], k) => {
        matrix[a][b] = this.#tally.covariance(point * times.length + t, k);
        matrix[b][a] = matrix[a][b];
      });
      return matrix;
    });
  }

  /** In how many trajectories of the first point the condition of a passage has held. */
  passageNote(condition: string): string[] {
    const { passage, times } = this.#ensemble;
    if (!passage || this.#tally.replicates === 0) return [];
    const n = this.#tally.replicates;
    const held = Math.round(n * this.#passage(0).at(-1)!);
    return [`"${condition}" was true in ${held} of ${n} trajectories by time ${times.at(-1)}; .passages.csv has when.`];
  }

  #passage(point: number): number[] {
    const { length } = this.#ensemble.times;
    let passed = 0;
    return Array.from({ length }, (_, t) => {
      passed += this.#tally.passages[point * length + t];
      return passed / this.#tally.replicates;
    });
  }
}

/** How the network was read, and starts that were rounded. */
export function notesOf({ network, points }: Ensemble): string[] {
  const { parameters, set, initial } = points[0];
  const exact = initialCounts(network, parameters, new Map(Object.entries(set)), "real");
  const moved = network.species.flatMap((name, i) =>
    exact[i] === initial[i] ? [] : [`${name} ${exact[i]} to ${initial[i]}`],
  );
  const random = network.species.filter((_, i) => !Number.isInteger(initial[i]));
  const list = (all: readonly string[]) =>
    `${all.slice(0, 3).join(", ")}${all.length > 3 ? ` and ${all.length - 3} more` : ""}`;
  return [
    ...(network.notes ?? []),
    ...(moved.length > 0 ? [`starts were rounded to whole numbers: ${list(moved)}`] : []),
    ...(random.length > 0 ? [`starts between two whole numbers are one or the other by chance: ${list(random)}`] : []),
  ];
}

/** Pixels of a picture's side, about. */
const PICTURE = 800;

/** The last bin that is not empty, or -1. */
const lastOf = (column: Float64Array) => column.reduce((last, count, bin) => (count > 0 ? bin : last), -1);

/** The first species' histogram in time: time to the right, counts upwards, the most frequent of each time white. */
export function histogramPicture(
  { network, times }: Ensemble,
  { bins, counts }: { bins: number; counts: Float64Array },
) {
  const stride = network.species.length * bins;
  const { length } = times;
  const columns = Array.from({ length }, (_, t) => counts.subarray(t * stride, t * stride + bins));
  const height = columns.reduce((most, column) => Math.max(most, lastOf(column) + 1), 1);
  // Cells are blocks of pixels, so that few times or few counts are no sliver.
  const [wide, high] = [length, height].map((cells) => Math.max(1, Math.round(PICTURE / cells)));
  const width = wide * length;
  const data = new Uint8Array(width * high * height);
  columns.forEach((column, t) => {
    const largest = column.reduce((a, b) => Math.max(a, b), 1);
    for (let bin = 0; bin < height; bin++) {
      const shade = Math.round(255 * Math.sqrt(column[bin] / largest));
      for (let y = 0; y < high; y++)
        data.fill(
          shade,
          ((height - 1 - bin) * high + y) * width + t * wide,
          ((height - 1 - bin) * high + y) * width + (t + 1) * wide,
        );
    }
  });
  return { width, height: high * height, data };
}
