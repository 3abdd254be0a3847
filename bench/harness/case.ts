// What a benchmark declares. A bench file is of a model's stem and exports `bench`: how its kernels are checked, and cases, each a kernel at a
// size, with the operations and bytes of an update as its head counts them. Everything else is done for all alike (time.ts, fit.ts).

import type { Device } from "../../src/device/device.ts";
import { ParameterError } from "../../src/device/errors.ts";
import type { GpuDevice } from "../../src/device/gpu.ts";
import type { Simulation } from "../../src/models/model.ts";

/** Per elementary update: operations on u32 and on f32, a fused multiplication and addition as two, and bytes that must come from memory. */
export interface Counted {
  integer?: number;
  float?: number;
  bytes?: number;
}

/** What is timed. */
export interface Contender {
  /** Makes so many steps; returns the seconds they took where it has a clock of its own. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most have none
  run(steps: number): Promise<number | void>;
  dispose(): void | Promise<void>;
  /** What it is, where only it can tell: "PyTorch 2.5, cuda". */
  name?: string;
}

export interface Case {
  /** One ladder of sizes has one name. */
  kernel: string;
  size: readonly number[];
  /** What the cost of a step is fitted against, and what that counts. */
  n: number;
  of: string;
  /** Elementary updates of a step. */
  updates: number;
  unit: string;
  /** In place of the cost of a step that of an update, where a step has not one length. */
  fit?: "update";
  counted?: Counted;
  /** Not a kernel of gibbs: its reference, or another program. */
  by?: "reference" | "peer";
  /** Fewest steps of a repeat. Default 1. */
  least?: number;
  /** Undefined where it cannot be had here; it has said why. @throws ParameterError, OutOfMemoryError where it does not fit */
  create(): Promise<Contender | undefined>;
}

/** Where the cases are to run. */
export interface Place {
  device: GpuDevice;
  software: boolean;
  /** Where other programs are asked for. */
  programs?: Programs;
  log: (text: string) => void;
}

export interface Bench {
  /** @throws GpuError if a kernel's results are wrong: then nothing is timed. */
  check(place: Place): Promise<void>;
  /** The first kernel's ladder is what a quick run times; sizes go up. */
  cases(place: Place): Promise<Case[]> | Case[];
}

/** Programs of other languages on the same machine; a host that can start them has them. */
export interface Programs {
  threads: number;
  /** C, whose first printed word is a rate in updates a second. */
  c(
    source: string,
    words: (steps: number) => readonly (string | number)[],
    updates: number,
  ): Promise<Contender | undefined>;
  /** Python (peers/serve.py before it), which tells its name and then the seconds of so many steps. */
  python(source: string, words: readonly (string | number)[]): Promise<Contender | undefined>;
}

type Row = Omit<Case, "by" | "create" | "counted">;

export const plainC = (
  programs: Programs,
  row: Row,
  source: string,
  words: (steps: number) => readonly (string | number)[],
): Case => ({
  ...row,
  kernel: `${row.kernel}, C, ${programs.threads} threads`,
  by: "peer",
  create: () => programs.c(source, words, row.updates),
});

export const python = (programs: Programs, row: Row, source: string, words: readonly (string | number)[]): Case => ({
  ...row,
  kernel: `${row.kernel}, Python`,
  by: "peer",
  create: () => programs.python(source, words),
});

/** The same in a plain loop of JavaScript. */
export const javaScript = (
  row: Row,
  prepare: () => Promise<(steps: number) => void> | ((steps: number) => void),
): Case => ({
  ...row,
  kernel: `${row.kernel}, JavaScript`,
  by: "peer",
  async create() {
    const loop = await prepare();
    return { run: async (steps) => loop(steps), dispose: () => {} };
  },
});

/** The same by the reference. */
export const reference = (row: Row, create: Case["create"]): Case => ({
  ...row,
  kernel: `${row.kernel}, reference`,
  by: "reference",
  create,
});

/** A simulation of any model, whose steps are the steps. */
export const simulated = async (simulation: Promise<Simulation>): Promise<Contender> => {
  const made = await simulation;
  return { run: (steps) => made.run(steps), dispose: () => made[Symbol.dispose]() };
};

/** @throws ParameterError for the reference */
export function gpuOnly(device: Device): asserts device is GpuDevice {
  if (device.kind === "gpu") return;
  throw new ParameterError(
    "device",
    "device reference: it is the yardstick of truth, not of speed; choose a GPU device.",
  );
}
