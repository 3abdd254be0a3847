// Ising lattices on which the engine's promises are shown, and what a promise rejects with.

import { expect } from "vitest";
import {
  type GibbsError,
  type GpuDevice,
  type IsingOptions,
  type IsingSimulation,
  ising,
  type ReferenceDevice,
} from "../src/index.ts";
import { device } from "./devices.ts";

export const OPTIONS: IsingOptions = { size: [66, 34], temperature: 2.3, start: "random", seed: 5n };
/** More sweeps than any test waits for. */
export const ENDLESS = 2 ** 31;

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a promise rejects with; undefined if it does not. */
export const rejection = (promise: Promise<unknown>): Promise<Error | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

export async function digestAfter(sweeps: number, on: GpuDevice | ReferenceDevice = device, options = OPTIONS) {
  using lattice = await ising.create(on, options);
  await lattice.run(sweeps);
  return await lattice.digest();
}

/** Every call that gives a number, or would make one. */
export const numbersOf = (lattice: IsingSimulation): Record<string, () => Promise<unknown>> => ({
  run: () => lattice.run(1),
  sample: () => lattice.sample(2),
  measure: () => lattice.measure(),
  spins: () => lattice.spins(),
  digest: () => lattice.digest(),
  checkpoint: () => lattice.checkpoint(),
  picture: () => lattice.picture(),
});

export async function expectNoNumber(lattice: IsingSimulation, kind: typeof GibbsError): Promise<void> {
  for (const [name, call] of Object.entries(numbersOf(lattice))) {
    expect(await rejection(call()), name).toBeInstanceOf(kind);
  }
}
