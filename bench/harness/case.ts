// What a benchmark declares. A bench file is of a model's stem and exports `bench`: how its kernels are checked, and cases, each a kernel at a
// size, with the operations and bytes of an update as its head counts them. Everything else is done for all alike (time.ts, fit.ts).

import { type Device, ReferenceDevice } from "../../src/device/device.ts";
import { GpuError, ParameterError } from "../../src/device/errors.ts";
import type { GpuDevice } from "../../src/device/gpu.ts";
import type { Simulation } from "../../src/models/model.ts";

/**
 * Per elementary update: operations on u32 and on f32, a fused multiplication and addition as two; bytes that must come from memory; and
 * bytes of workgroup memory, where neighbouring lanes have different ones.
 */
export interface Counted {
  integer?: number;
  float?: number;
  bytes?: number;
  workgroup?: number;
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
  /** What runs, also where it is smaller than what it is compared with. */
  size: readonly number[];
  /** The size of the cases that it is compared with, where that differs from its own. */
  comparedSize?: readonly number[];
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
  /** The first ladder alone is timed. */
  quick: boolean;
  /** Where other programs are asked for. */
  programs?: Programs;
  log: (text: string) => void;
}

export interface Bench {
  /** Every kernel that is timed, small where its path is the same. @throws GpuError if results are wrong: then nothing is timed. */
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

/** @throws ParameterError for the reference */
export function gpuOnly(device: Device): asserts device is GpuDevice {
  if (device.kind === "gpu") return;
  throw new ParameterError(
    "device",
    "device reference: it is the yardstick of truth, not of speed; choose a GPU device.",
  );
}

/** Replicas with a workgroup each: as many as fill the device. */
export const workgroupsOf = ({ software }: Place) => (software ? 4 : 528);

/** What a kernel made is what the reference makes, bit by bit. @throws GpuError, then nothing is timed */
export async function sameDigest(
  what: string,
  device: Device,
  steps: number,
  create: (on: Device) => Promise<Simulation>,
): Promise<void> {
  using own = await create(device);
  using other = await create(new ReferenceDevice(device.info.host));
  for (const each of [own, other]) await each.run(steps);
  if ((await own.digest()) !== (await other.digest())) {
    throw new GpuError(`bench ${what}: the state differs from the reference's; nothing was timed.`);
  }
}
