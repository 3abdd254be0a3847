// What a benchmark is: it checks its kernels' results before it times them, and reports medians with their spread.

import type { Device } from "../src/device/device.ts";
import { ParameterError } from "../src/device/errors.ts";
import type { GpuDevice } from "../src/device/gpu.ts";

export interface BenchRow {
  model: string;
  kernel: string;
  size: number[];
  /** Elementary updates a second: the median of the repeats. */
  rate: number;
  unit: string;
  /** (largest - smallest) / median of the repeats. */
  spread: number;
  /** Per elementary update, as counted at the head of the benchmark: integer operations, and bytes that must come from memory. */
  counted?: { operations: number; bytes: number };
}

export interface BenchOptions {
  /** Fewer sizes and repeats. */
  quick: boolean;
  /** Also plain C on the same cores, where a C compiler is at hand. */
  peers: boolean;
  onRow: (row: BenchRow) => void;
  log: (text: string) => void;
  signal?: AbortSignal;
}

export interface Bench {
  model: string;
  /** @throws GibbsError if a kernel's results are wrong: then nothing is timed. */
  run(device: Device, options: BenchOptions): Promise<BenchRow[]>;
}

/** @throws ParameterError for the reference */
export function gpuOnly(device: Device): asserts device is GpuDevice {
  if (device.kind === "gpu") return;
  throw new ParameterError(
    "device",
    "device reference: it is the yardstick of truth, not of speed; choose a GPU device.",
  );
}

/** The median and the relative spread of repeated measurements. */
export function summary(rates: readonly number[]): { rate: number; spread: number } {
  const sorted = [...rates].sort((a, b) => a - b);
  const rate = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  return { rate, spread: (sorted[sorted.length - 1] - sorted[0]) / rate };
}
