// The document of a benchmark: what `gibbs bench --json` prints, `--out` writes, `--baseline` reads and the site draws.

import type { DeviceInfo } from "../../src/device/device.ts";
import { ParameterError } from "../../src/device/errors.ts";
import type { Case, Counted } from "./case.ts";
import type { Comparison } from "./compare.ts";

export interface BenchRow extends Pick<Case, "kernel" | "n" | "of" | "unit" | "counted" | "by"> {
  model: string;
  size: number[];
  /** Elementary updates a second: the median of the repeats. */
  rate: number;
  /** (largest - smallest) / median of the repeats. */
  spread: number;
  repeats: number;
  /** Seconds of a step: the median. */
  seconds: number;
  /** The largest share that the counted work takes of what the machine was measured to do, and of what. */
  share?: number;
  bound?: keyof Counted;
  /** Energy of an update: the median. */
  joules?: number;
}

/** What a device does at most, as our own small kernels measure it (machine.ts). */
export interface Machine {
  /** Bytes a second, read and written, of a copy far larger than caches. */
  copy: number;
  /** Operations a second on u32: additions, rotations and exclusive ors alike. */
  integer: number;
  /** Operations a second on f32; a fused multiplication and addition is two. */
  float: number;
  /** Bytes a second read from workgroup memory. */
  workgroup: number;
  /** Seconds from a submission of nearly nothing to its end, and of a dispatch among many in one submission. */
  submission: number;
  dispatch: number;
}

/** Cost against size: seconds of a step, or of an update, go as n to this power. */
export interface Exponent {
  model: string;
  kernel: string;
  of: string;
  per: "step" | "update";
  exponent: number;
  /** Standard error of the fit. */
  error: number;
}

export interface BenchDocument {
  gibbs: string;
  /** Of git, with a "+" where the sources had changes; "" outside a checkout. */
  commit: string;
  /** ISO 8601. */
  date: string;
  device: DeviceInfo;
  /** The driver as the platform names it. */
  driver: string;
  /** Operating system, processors, versions. */
  system: Record<string, string>;
  /** Missing where it ended before this was known. */
  machine?: Machine;
  /** Where energies come from, where there are any. */
  energy?: string;
  rows: BenchRow[];
  exponents: Exponent[];
  /** Against a baseline, where one was given: rows of both, and what only the baseline has. */
  comparison?: { rows: Comparison[]; missing: string[] };
  /** Why it ended before all was measured. */
  ended?: string;
}

/** What is known of a result, also of one from before a field was. */
export type KeptDocument = Pick<BenchDocument, "gibbs" | "device"> &
  Partial<Omit<BenchDocument, "gibbs" | "device" | "rows">> & {
    rows: (Pick<BenchRow, "model" | "kernel" | "size" | "rate" | "unit" | "spread"> & Partial<BenchRow>)[];
  };

/** A result read back. `name` is the file's. @throws ParameterError if it is none */
export function readResult(text: string, name: string): KeptDocument {
  const no = (why: string) =>
    new ParameterError(
      "baseline",
      `baseline ${name} is no result of gibbs bench: ${why}; write one with gibbs bench --out FILE.json.`,
    );
  let found: KeptDocument;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw no(`it is no JSON (${(error as Error).message})`);
  }
  const { description, vendor, architecture }: Partial<DeviceInfo> = found?.device ?? {};
  if ([description, vendor, architecture].some((word) => typeof word !== "string")) throw no("it names no device");
  if (!Array.isArray(found.rows) || found.rows.length === 0) throw no("it has no rows");
  for (const [i, row] of found.rows.entries()) {
    const right =
      [row?.model, row?.kernel, row?.unit].every((word) => typeof word === "string") &&
      Array.isArray(row.size) &&
      row.size.every(Number.isFinite) &&
      [row.rate, row.spread].every(Number.isFinite) &&
      row.rate > 0 &&
      row.spread >= 0;
    if (!right) throw no(`row ${i + 1} lacks a model, kernel, size, unit, spread or rate`);
    const { repeats } = row;
    if (repeats !== undefined && !(Number.isInteger(repeats) && repeats >= 2)) {
      throw no(`row ${i + 1} has repeats ${repeats}, and noise shows in 2 or more`);
    }
  }
  const limits = found.machine === undefined ? [] : ["copy", "integer", "float", "workgroup"];
  for (const limit of limits as (keyof Machine)[]) {
    if (!((found.machine?.[limit] as number) > 0)) throw no(`its machine has no limit "${limit}"`);
  }
  return found;
}
