// What makes trajectories: the GPU, or the reference.

import { cellsIn, histogramCells } from "./histograms.ts";
import type { Plan } from "./plan.ts";
import { cellOfValue } from "./reference/histograms.ts";
import { trajectoryOf } from "./reference/trajectory.ts";
import { SECTION_NUMBERS } from "./section.ts";
import { quantitiesOf } from "./system.ts";
import { type Batch, type Cell, cellOfNumber } from "./tally.ts";

export interface Runner {
  /** Trajectories of each point in a batch at most. */
  readonly most: number;
  /** @param centres [row][point] of the tally; trajectory 0 fills them */
  batch(first: number, count: number, centres: Float32Array, tick: () => Promise<void>): Promise<Batch>;
  /** What was measured of single trajectories: [row][point][trajectory]. They are not tallied. */
  samples(first: number, count: number, tick: () => Promise<void>): Promise<Float32Array>;
  dispose(): void;
}

/** Measured numbers of a trajectory that are tallied: quantities at each time, exponents, and of a section its numbers. */
export const talliedRows = (plan: Plan): number => crossingsRow(plan) + (plan.section ? SECTION_NUMBERS.length : 0);

/** Behind them is what is kept of crossings, which is read for single trajectories alone. */
export const rowsOf = (plan: Plan): number =>
  talliedRows(plan) + (plan.section?.kept ?? 0) * (1 + plan.system.variables.length);

/** The first row of a section. */
export const crossingsRow = ({ system, times, exponents }: Plan): number =>
  times.length * quantitiesOf(system).length + exponents;

/** Trajectories of a batch of the reference. */
const REFERENCE = 64;

export class ReferenceRunner implements Runner {
  readonly most = REFERENCE;
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  async batch(first: number, count: number, centres: Float32Array, tick: () => Promise<void>): Promise<Batch> {
    const { points } = this.#plan;
    const { samples, worst, tries } = await this.#simulate(first, count, tick);
    if (first === 0) for (let cell = 0; cell < centres.length; cell++) centres[cell] = centreOf(samples[cell * count]);
    const diverged: [number, number][] = [];
    const cells = Array.from(centres, (centre, cell): Cell => {
      const total = { numbers: 0, sum: 0n, square: 0n };
      for (let i = 0; i < count; i++) {
        const { numbers, sum, square } = cellOfNumber(samples[cell * count + i], centre);
        total.numbers += numbers;
        total.sum += sum;
        total.square += square;
      }
      return total;
    });
    for (let point = 0; point < points.length; point++) {
      for (let i = 0; i < count; i++) {
        const slot = point * count + i;
        if (this.#fails(samples, slot, count)) diverged.push([point, first + i]);
      }
    }
    return {
      count,
      cells,
      worst,
      diverged,
      histograms: this.#counts(samples, count),
      ...(this.#plan.adaptive ? { tries } : {}),
    };
  }

  /** What histograms count. */
  #counts(samples: Float32Array, count: number): Float64Array {
    const { system, times, points, histograms } = this.#plan;
    const [quantities, cells] = [quantitiesOf(system).length, cellsIn(histograms)];
    const counts = new Float64Array(histogramCells(this.#plan));
    for (let row = 0; row < times.length; row++) {
      for (let point = 0; point < points.length; point++) {
        let first = (row * points.length + point) * cells;
        for (const { quantity, edges } of histograms) {
          const at = ((row * quantities + quantity) * points.length + point) * count;
          for (const x of samples.subarray(at, at + count)) {
            const cell = cellOfValue(x, edges);
            if (cell !== undefined) counts[first + cell]++;
          }
          first += edges.length + 1;
        }
      }
    }
    return counts;
  }

  async samples(first: number, count: number, tick: () => Promise<void>): Promise<Float32Array> {
    return (await this.#simulate(first, count, tick)).samples;
  }

  async #simulate(first: number, count: number, tick: () => Promise<void>) {
    const { points, system } = this.#plan;
    const [variables, quantities] = [system.variables.length, quantitiesOf(system).length];
    const rows = rowsOf(this.#plan);
    const samples = new Float32Array(rows * points.length * count);
    let worst = 0;
    const total = { accepted: 0, rejected: 0, stuck: 0 };
    for (let point = 0; point < points.length; point++) {
      for (let i = 0; i < count; i++) {
        await tick();
        const { samples: own, exponents, crossings, apart, tries } = trajectoryOf(this.#plan, point, first + i);
        let fails = false;
        for (const [row, value] of [...own, ...exponents, ...crossings].entries()) {
          // The state alone says whether a trajectory goes on.
          if (row < own.length && row % quantities === 0) {
            fails ||= !own.subarray(row, row + variables).every((x) => Number.isFinite(Math.fround(x)));
          }
          samples[(row * points.length + point) * count + i] = fails ? Number.NaN : value;
        }
        total.accepted += tries?.accepted ?? 0;
        total.rejected += tries?.rejected ?? 0;
        if (tries?.lost === "stuck") total.stuck++;
        if (!fails) worst = Math.max(worst, Math.fround(apart));
      }
    }
    return { samples, worst, tries: total };
  }

  /** Whether a trajectory came to no number by the last time. */
  #fails(samples: Float32Array, slot: number, count: number): boolean {
    const { system, times, points } = this.#plan;
    const row = (times.length - 1) * quantitiesOf(system).length;
    return Number.isNaN(samples[row * points.length * count + slot]);
  }

  dispose(): void {}
}

/** A number from which distances are taken. */
const centreOf = (x: number): number => (Number.isFinite(x) ? x : 0);
