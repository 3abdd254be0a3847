// A whole run of benchmarks: what the device does at most, model after model, and how it compares with a baseline. Both hosts have it.

import type { GpuDevice } from "../../src/device/gpu.ts";
import type { Bench, Case } from "./case.ts";
import { type Comparison, compare, keyOf, settled } from "./compare.ts";
import { measureMachine } from "./machine.ts";
import type { BenchDocument, BenchRow, Exponent, KeptDocument } from "./result.ts";
import { type BenchOptions, powersOf, timeBench, timeGroup } from "./time.ts";

export interface Chosen {
  model: string;
  load: () => Promise<Bench>;
}

export interface RunOptions extends Omit<BenchOptions, "machine" | "onRow" | "onProgress"> {
  baseline?: KeptDocument;
  /** `done` models are. */
  onProgress?: (text: string, done: number) => void;
  /** The document has grown. */
  onUpdate?: () => void;
  onModel?: (model: string, rows: readonly BenchRow[], exponents: readonly Exponent[]) => void | Promise<void>;
  /** Measures the device, for tests without one. */
  measure?: typeof measureMachine;
}

/** Fills the document as it measures: also where it ends early, which the document then tells, what was measured stays. */
export async function runBenches(
  device: GpuDevice,
  chosen: readonly Chosen[],
  document: BenchDocument,
  options: RunOptions,
): Promise<void> {
  try {
    await run(device, chosen, document, options);
  } catch (error) {
    document.ended = error instanceof Error ? error.message : String(error);
    throw error;
  }
}

async function run(device: GpuDevice, chosen: readonly Chosen[], document: BenchDocument, options: RunOptions) {
  const { baseline, onProgress, onUpdate, onModel, measure = measureMachine } = options;
  onProgress?.("measuring what the device does at most", 0);
  const machine = await measure(device, options);
  document.machine = machine;
  onUpdate?.();
  const timed = new Map<string, readonly Case[]>();
  for (const [done, { model, load }] of chosen.entries()) {
    const { rows, exponents, cases } = await timeBench(model, await load(), device, {
      ...{ ...options, machine, onProgress: (text) => onProgress?.(text, done) },
      onRow(row) {
        document.rows.push(row);
        onUpdate?.();
      },
    });
    timed.set(model, cases);
    document.exponents.push(...exponents);
    onUpdate?.();
    await onModel?.(model, rows, exponents);
  }
  if (!baseline) return;
  const { rows, missing } = compare(document, baseline);
  const suspects = rows.filter(({ verdict }) => verdict === "slower");
  const again = await retimed(suspects, device, document, timed, { ...options, baseline });
  document.comparison = { rows: settled(rows, again), missing };
  onUpdate?.();
}

/**
 * Suspected regressions are timed once more against the baseline, and the machine with them, for either may have met a busy moment. The faster timing stays as the row,
 * and counts in the power of its ladder.
 */
async function retimed(
  suspects: readonly Comparison[],
  device: GpuDevice,
  document: BenchDocument,
  timed: ReadonlyMap<string, readonly Case[]>,
  { baseline, onProgress, measure = measureMachine, ...options }: RunOptions & { baseline: KeptDocument },
): Promise<Comparison[]> {
  if (suspects.length === 0) return [];
  const models = new Set(document.rows.map(({ model }) => model)).size;
  const say = (text: string) => onProgress?.(`once more: ${text}`, models);
  say("what the device does at most");
  const machine = await measure(device, options);
  const rows: BenchRow[] = [];
  for (const suspect of suspects) {
    options.signal?.throwIfAborted();
    const own = timed
      .get(suspect.model)!
      .find(({ by, kernel, size }) => !by && kernel === suspect.kernel && size.join() === suspect.size.join())!;
    rows.push(...(await timeGroup(suspect.model, [own], { ...options, machine: document.machine!, onProgress: say })));
  }
  for (const row of rows) {
    const at = document.rows.findIndex((first) => !first.by && keyOf(first) === keyOf(row));
    if (row.rate > document.rows[at].rate) document.rows[at] = row;
  }
  document.exponents = [...timed].flatMap(([model, cases]) =>
    powersOf(
      document.rows.filter((row) => row.model === model),
      cases,
    ),
  );
  return rows.length > 0 ? compare({ ...document, machine, rows }, baseline).rows : [];
}
