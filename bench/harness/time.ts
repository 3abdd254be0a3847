// Times the cases of a benchmark: checked first, warmed up, then all contenders of a size in turn, again and again, so that a busy moment of the
// machine meets them alike. Repeats that scatter widely are taken anew.

import { GibbsError, GpuError, OutOfMemoryError, ParameterError } from "../../src/device/errors.ts";
import type { GpuDevice } from "../../src/device/gpu.ts";
import { quantile } from "../../src/statistics/median.ts";
import type { Bench, Case, Contender, Programs } from "./case.ts";
import { exponentsOf, grouped, shareOf, summary } from "./fit.ts";
import type { BenchRow, Exponent, Machine } from "./result.ts";

/** Energy, where the platform tells it. */
export interface Meter {
  source: string;
  /** Begins an interval; what it returns ends it and tells the joules, or undefined where the interval was too short. */
  begin(): Promise<() => Promise<number | undefined>>;
}

export interface BenchOptions {
  /** The first ladder alone, its smallest sizes, in short repeats. */
  quick: boolean;
  machine: Machine;
  /** Also other programs on the same machine. */
  programs?: Programs;
  meter?: Meter;
  onRow?: (row: BenchRow) => void;
  onProgress?: (text: string) => void;
  log: (text: string) => void;
  signal?: AbortSignal;
}

/** Sizes of a quick run: as many as an exponent needs. */
const QUICK_SIZES = 3;
const FULL = { repeats: 5, seconds: 0.4 };
const QUICK = { repeats: 3, seconds: 0.12 };
/** Repeats with a larger spread met something else than noise and are taken anew, so many times in all; those with the least spread count. */
const UNSTEADY = 0.5;
const TRIES = 3;

/** Times all cases of a model, and tells which. @throws GpuError where its kernels are wrong: then nothing is timed */
export async function timeBench(
  model: string,
  bench: Bench,
  device: GpuDevice,
  options: BenchOptions,
): Promise<{ rows: BenchRow[]; exponents: Exponent[]; cases: readonly Case[] }> {
  const { quick, programs, onProgress, log, signal } = options;
  const place = { device, software: device.info.software, quick, log, ...(programs ? { programs } : {}) };
  onProgress?.(`${model}: checking against the reference`);
  await bench.check(place);
  const rows: BenchRow[] = [];
  const cases = chosen(await bench.cases(place), quick);
  for (const group of grouped(cases, keyOf).values()) {
    signal?.throwIfAborted();
    rows.push(...(await timeGroup(model, group, options)));
  }
  return { rows, exponents: powersOf(rows, cases), cases };
}

/** Powers of a model's rows, each as its case wants it. */
export const powersOf = (rows: readonly BenchRow[], cases: readonly Case[]): Exponent[] =>
  exponentsOf(rows, new Set(cases.filter(({ fit }) => fit === "update").map(({ kernel }) => kernel)));

function chosen(cases: readonly Case[], quick: boolean): readonly Case[] {
  if (!quick) return cases;
  const first = cases.filter(({ kernel }) => kernel === cases[0].kernel).slice(0, QUICK_SIZES);
  const sizes = new Set(first.map(keyOf));
  return cases.filter((each) => first.includes(each) || (each.by === "peer" && sizes.has(keyOf(each))));
}

/** Contenders that are timed in turn. */
const keyOf = ({ size, comparedSize = size, unit }: Case) => `${comparedSize.join()} ${unit}`;

const nameOf = (model: string, { kernel, size }: Case) => `${model}: ${kernel}, ${size.join("×")}`;

interface Entry {
  of: Case;
  contender: Contender;
  steps: number;
  /** The steadiest repeats. */
  kept?: Repeats;
  /** It failed while it ran: what it did before does not count. */
  dropped?: true;
}

interface Repeats {
  /** Of a step, and joules of an update. */
  seconds: number[];
  joules: number[];
}

const spreadOf = ({ seconds }: Repeats) => summary(seconds.map((each) => 1 / each)).spread;

/** Times contenders in turn. */
export async function timeGroup(model: string, group: readonly Case[], options: BenchOptions): Promise<BenchRow[]> {
  const { quick, meter, onRow, onProgress, signal } = options;
  const { repeats, seconds } = quick ? QUICK : FULL;
  const entries: Entry[] = [];
  try {
    for (const each of group) {
      onProgress?.(nameOf(model, each));
      const contender = await made(model, each, options);
      if (!contender) continue;
      const entry: Entry = { of: each, contender, steps: 0 };
      entries.push(entry);
      await orDropped(model, entry, options, async () => {
        entry.steps = await stepsFor(contender, each.least ?? 1, seconds, signal);
      });
    }
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const unsteady = entries.filter(({ dropped, kept }) => !dropped && !(kept && spreadOf(kept) <= UNSTEADY));
      const taken = unsteady.map((entry) => ({ entry, now: { seconds: [], joules: [] } as Repeats }));
      for (let repeat = 0; repeat < repeats; repeat++) {
        for (const { entry, now } of taken.filter(({ entry }) => !entry.dropped)) {
          signal?.throwIfAborted();
          onProgress?.(`${nameOf(model, entry.of)}, ${repeat + 1} of ${repeats}${attempt > 0 ? ", anew" : ""}`);
          await orDropped(model, entry, options, () => timeOnce(entry, now, meter));
        }
      }
      for (const { entry, now } of taken) {
        if (!entry.dropped && !(entry.kept && spreadOf(entry.kept) <= spreadOf(now))) entry.kept = now;
      }
    }
  } finally {
    for (const { contender } of entries) await contender.dispose();
  }
  const rows = entries.filter(({ dropped }) => !dropped).map((entry) => rowOf(model, entry, options.machine));
  for (const row of rows) onRow?.(row);
  return rows;
}

async function timeOnce({ of, contender, steps }: Entry, { seconds, joules }: Repeats, meter: Meter | undefined) {
  const end = of.by ? undefined : await meter?.begin();
  seconds.push((await timed(contender, steps)) / steps);
  const used = await end?.();
  if (used !== undefined) joules.push(used / steps / of.updates);
}

/**
 * What costs a row and not the benchmark: that a size does not fit on this device, and whatever befalls another program, which may need more
 * memory than there is, or be killed.
 */
const isBearable = ({ by }: Case, error: unknown) =>
  by === "peer" || error instanceof ParameterError || error instanceof OutOfMemoryError;

/** The contender, or undefined where it does not fit on this device or its program is not to be had. */
async function made(model: string, each: Case, { log, signal }: BenchOptions) {
  try {
    return await each.create();
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBearable(each, error)) throw error;
    log(`left out: ${nameOf(model, each)}: ${(error as Error).message}`);
    return undefined;
  }
}

/** The same where it shows only as it runs. */
async function orDropped(model: string, entry: Entry, { log, signal }: BenchOptions, work: () => Promise<void>) {
  try {
    await work();
  } catch (error) {
    signal?.throwIfAborted(); // Ctrl-C ends programs too
    if (!isBearable(entry.of, error)) throw error;
    entry.dropped = true;
    log(`left out: ${nameOf(model, entry.of)}: ${(error as Error).message}`);
  }
}

/** @throws GibbsError where a clock of its own tells no time */
async function timed(contender: Contender, steps: number): Promise<number> {
  const start = performance.now();
  const seconds = (await contender.run(steps)) ?? (performance.now() - start) / 1000;
  if (!(seconds >= 0 && Number.isFinite(seconds))) {
    throw new GibbsError(`bench: ${steps} steps took ${seconds} s; nothing was timed.`);
  }
  return Math.max(1e-6, seconds); // browsers round their clocks
}

/** Warms up, and finds how many steps a repeat of about so many seconds makes. */
export async function stepsFor(
  contender: Contender,
  least: number,
  seconds: number,
  signal?: AbortSignal,
): Promise<number> {
  await timed(contender, least); // compiles, and finds the length of a submission
  for (let steps = least; ; ) {
    signal?.throwIfAborted();
    const taken = await timed(contender, steps);
    if (taken > seconds / 3) return Math.max(least, Math.round((steps * seconds) / taken));
    steps = Math.ceil(steps * Math.min(16, Math.max(2, (0.5 * seconds) / taken)));
    if (!Number.isSafeInteger(steps))
      throw new GpuError("bench: any number of steps takes no time; nothing was timed.");
  }
}

function rowOf(model: string, { of, contender, kept }: Entry, machine: Machine): BenchRow {
  const { seconds, joules } = kept!;
  const { kernel, size, n, of: counts, unit, updates, counted, by } = of;
  const { value, spread } = summary(seconds.map((each) => updates / each));
  return {
    ...{ model, kernel: contender.name ? kernel.replace(/Python$/, contender.name) : kernel, size: [...size] },
    ...{ rate: value, unit, spread, n, of: counts, repeats: seconds.length, seconds: updates / value },
    ...(counted ? { counted, ...shareOf(value, counted, machine) } : {}),
    ...(joules.length > 0 ? { joules: quantile(joules, 0.5) } : {}),
    ...(by ? { by } : {}),
  };
}
