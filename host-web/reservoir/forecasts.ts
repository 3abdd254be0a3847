// Forecasts of all reservoirs of a run from one start, made as reservoirs are trained. Of each are kept its first column and its error in
// time; all columns are there of the one that stands for them, whose prediction time is the median.

import { type ReservoirSimulation, returnMap } from "../../src/models/reservoir/index.ts";

/** Reservoirs whose forecasts are kept, and those of one launch. */
export const MOST = 1000;
const TOGETHER = 64;
/** Numbers of one launch. */
const LAUNCH = 2 ** 22;
/** The start of all these forecasts. */
const START = 0;
/** Maxima that are kept for the return map. */
const MAXIMA = 4000;

export interface Kept {
  /** [step]: the first column, and the error in standard deviations over all columns. */
  first: Float32Array;
  error: Float32Array;
  /** Steps until the error exceeds the threshold. */
  valid: number;
}

export class Forecasts {
  readonly #simulation: ReservoirSimulation;
  readonly kept: Kept[] = [];
  /** Successive maxima of the last column. */
  readonly maxima: [number, number][] = [];
  #truth: Float64Array | undefined;
  #typical: { reservoir: number; values: Float64Array } | undefined;
  #medians: { count: number; of: Map<string, Float32Array> } = { count: 0, of: new Map() };
  #busy: Promise<void> | undefined;

  constructor(simulation: ReservoirSimulation) {
    this.#simulation = simulation;
  }

  get horizon(): number {
    return this.#simulation.task.horizon;
  }

  get columns(): number {
    return this.#simulation.task.table.targets;
  }

  /** Units of the task's time, Lyapunov times or steps, of a step. */
  time(step: number): number {
    return step / this.#simulation.task.lyapunovTime;
  }

  /** What is forecast, [step][column]. */
  get truth(): Float64Array {
    if (this.#truth) return this.#truth;
    const { table, starts, driven, horizon, mean, sd } = this.#simulation.task;
    const { columns, targets, data } = table;
    const first = starts[START] + driven - 1;
    this.#truth = Float64Array.from({ length: horizon * targets }, (_, i) => {
      const [step, t] = [Math.floor(i / targets), i % targets];
      return data[(first + step) * (columns + targets) + columns + t] * sd[columns + t] + mean[columns + t];
    });
    return this.#truth;
  }

  /** Forecasts of the reservoirs that have none yet, and of the one that stands for all. */
  update(): Promise<void> {
    // The picture and the report may ask at once.
    this.#busy ??= this.#update().finally(() => {
      this.#busy = undefined;
    });
    return this.#busy;
  }

  async #update(): Promise<void> {
    const most = Math.min(MOST, this.#simulation.steps);
    const values = this.horizon * this.columns;
    const together = Math.max(1, Math.min(TOGETHER, Math.floor(LAUNCH / values)));
    while (this.kept.length < most) {
      const from = this.kept.length;
      const some = Array.from({ length: Math.min(together, most - from) }, (_, i) => from + i);
      const made = await this.#simulation.forecasts(some, START);
      for (let i = 0; i < some.length; i++) this.#keep(made.subarray(i * values, (i + 1) * values));
    }
    if (this.kept.length === 0) return;
    const reservoir = this.typical;
    if (this.#typical?.reservoir === reservoir) return;
    this.#typical = { reservoir, values: await this.#simulation.forecasts([reservoir], START) };
  }

  #keep(values: Float64Array): void {
    const { horizon, columns, truth } = this;
    const { table, sd } = this.#simulation.task;
    const { threshold } = this.#simulation.points.parameters;
    const first = Float32Array.from({ length: horizon }, (_, step) => values[step * columns]);
    const error = Float32Array.from({ length: horizon }, (_, step) => {
      let squares = 0;
      for (let i = step * columns, t = 0; t < columns; i++, t++) {
        squares += ((values[i] - truth[i]) / sd[table.columns + t]) ** 2;
      }
      return Math.sqrt(squares / columns);
    });
    const end = error.findIndex((each) => !(each <= threshold));
    this.kept.push({ first, error, valid: end < 0 ? horizon : end });
    if (this.maxima.length < MAXIMA) this.maxima.push(...returnMap(values, columns, columns - 1));
  }

  /** The number of the reservoir whose prediction time from this start is the median. */
  get typical(): number {
    const order = this.kept.map(({ valid }, reservoir) => ({ valid, reservoir }));
    order.sort((a, b) => a.valid - b.valid || a.reservoir - b.reservoir);
    return order[(order.length - 1) >> 1]?.reservoir ?? 0;
  }

  /** Its forecast, [step][column]; undefined before there is one. */
  get shown(): { reservoir: number; values: Float64Array; kept: Kept } | undefined {
    return this.#typical && { ...this.#typical, kept: this.kept[this.#typical.reservoir] };
  }

  /** At each step the value below which a share of all reservoirs lies. */
  median(of: "first" | "error", share = 0.5): Float32Array {
    const count = this.kept.length;
    if (this.#medians.count !== count) this.#medians = { count, of: new Map() };
    const key = `${of} ${share}`;
    const known = this.#medians.of.get(key);
    if (known) return known;
    const values = new Float32Array(count);
    const made = Float32Array.from({ length: this.horizon }, (_, step) => {
      for (let r = 0; r < count; r++) values[r] = this.kept[r][of][step];
      values.sort();
      return values[Math.round(share * (count - 1))];
    });
    this.#medians.of.set(key, made);
    return made;
  }
}

const all = new WeakMap<ReservoirSimulation, Forecasts>();

/** Those of a run; undefined where its reservoirs do not forecast. */
export function forecastsOf(simulation: ReservoirSimulation): Forecasts | undefined {
  const { kind, starts } = simulation.task;
  if (kind !== "forecast" || starts.length === 0) return undefined;
  if (!all.has(simulation)) all.set(simulation, new Forecasts(simulation));
  return all.get(simulation);
}
