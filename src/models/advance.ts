// How both engines of a model advance by sweeps, and what they report in between.

import { type RunOptions, reportProgress } from "../device/run.ts";
import type { Pacer } from "../device/submissions.ts";

export interface StepOptions extends RunOptions {
  /** Sweeps already made; the random numbers of a sweep depend on its number. */
  from: number;
  sweeps: number;
  /** Called whenever the state has reached `sweep` sweeps. */
  onSweeps: (sweep: number) => void;
}

export interface AdvanceOptions<Sums> extends StepOptions {
  /** Measure when the sweeps since `origin` are a multiple of this; 0 for never. */
  every: number;
  origin: number;
  /** Receives the sums of all replicas after `sweep` sweeps, in order. */
  onSums?: (sums: Sums[], sweep: number) => void;
}

/** The sweeps after which to measure, among `count` sweeps that follow sweep `from`. */
export function measurements(from: number, count: number, every: number, origin: number): number[] {
  if (every === 0) return [];
  const first = origin + every * (Math.floor((from - origin) / every) + 1);
  const sweeps: number[] = [];
  for (let sweep = first; sweep <= from + count; sweep += every) if (sweep > origin) sweeps.push(sweep);
  return sweeps;
}

/** One sweep after another, as a reference advances. */
export async function advancePlainly<Sums>(
  { from, sweeps, every, origin, onSums, onSweeps, ...options }: AdvanceOptions<Sums>,
  sweep: (time: number) => void,
  sums: () => Promise<Sums[]>,
): Promise<void> {
  for (let done = 0; done < sweeps; ) {
    await reportProgress({ done, total: sweeps }, options);
    sweep(from + done);
    done++;
    onSweeps(from + done);
    if (measurements(from + done - 1, 1, every, origin).length > 0) onSums?.(await sums(), from + done);
    await new Promise((resolve) => setTimeout(resolve)); // lets signals and the page have a turn
  }
  await reportProgress({ done: sweeps, total: sweeps }, options);
}

/** What a GPU engine does of `advanceMeasured`. */
interface Measured<Sums> {
  /** Sweeps, and measurements, that one submission can hold. */
  steps: number;
  slots: number;
  /** `count` sweeps after sweep `from`, with a measurement after each of `measured`, into slots from 0 on. */
  submit(from: number, count: number, measured: readonly number[]): Promise<void>;
  /** The first `count` slots: the sums of all replicas. */
  read(count: number): Promise<Sums[][]>;
}

/** Sweeps in submissions, whose measurements are read back together after each. */
export function advanceMeasured<Sums>(
  pacer: Pacer,
  { from, sweeps, every, origin, onSums, onSweeps, ...options }: AdvanceOptions<Sums>,
  { steps, slots, submit, read }: Measured<Sums>,
): Promise<void> {
  let measured: number[] = [];
  return pacer.make(sweeps, options, {
    most: every > 0 ? Math.min(steps, slots * every) : steps,
    submit: (done, count) => {
      measured = measurements(from + done, count, every, origin);
      return submit(from + done, count, measured);
    },
    after: async (done) => {
      const rows = measured.length > 0 ? await read(measured.length) : [];
      onSweeps(from + done);
      rows.forEach((sums, i) => {
        onSums?.(sums, measured[i]);
      });
    },
  });
}
