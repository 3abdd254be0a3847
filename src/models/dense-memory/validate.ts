// Is this device right? Dense memories against the reference bit for bit, and one step against the theory.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { Check } from "../model.ts";
import { createDenseMemory, type DenseMemoryOptions } from "./simulation.ts";
import { oneStepError } from "./theory.ts";

const SWEEPS = 3;

const CASES: DenseMemoryOptions[] = [
  { neurons: 60, patterns: 100, noise: 0.2 },
  { neurons: 70, patterns: [40, 90], interaction: "rectified", order: 4, dynamics: "random", seed: 3n },
  { neurons: 64, patterns: 120, interaction: "exponential", start: "random", dynamics: "synchronous" },
];

export async function* validateDenseMemory(
  device: Device,
  { quick, signal }: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const reference = new ReferenceDevice(device.info.host);
    for (const options of CASES) {
      using a = await createDenseMemory(device, options);
      using b = await createDenseMemory(reference, options);
      for (const simulation of [a, b]) await simulation.run(SWEEPS, { signal });
      const [left, right] = [await a.spins(), await b.spins()];
      const differ = left.filter((spin, i) => spin !== right[i]).length;
      const name = `${options.neurons} neurons, ${options.interaction ?? "polynomial"}, ${SWEEPS} sweeps: spins that differ from the reference`;
      yield { model: "dense-memory", oracle: "reference", name, value: differ, bound: 0, pass: differ === 0 };
    }
  }
  const [neurons, patterns, order] = device.kind === "reference" ? [100, 500, 3] : [200, 4000, 3];
  using network = await createDenseMemory(device, {
    neurons,
    patterns,
    order,
    dynamics: "synchronous",
    replicas: quick ? 32 : 128,
    seed: 2n,
  });
  await network.run(1, { signal });
  const errors = (await network.measure()).map(({ overlap }) => (1 - overlap) / 2);
  const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
  const spread = Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (errors.length - 1));
  const value = Math.abs(mean - oneStepError(neurons, patterns, order));
  // Chance, and a tenth of the value for the finite size.
  const bound = (5 * spread) / Math.sqrt(errors.length) + 0.1 * oneStepError(neurons, patterns, order);
  yield {
    model: "dense-memory",
    oracle: "exact",
    name: `${patterns} patterns in ${neurons} neurons: wrong spins after one step against Krotov and Hopfield`,
    value,
    bound,
    pass: value <= bound,
  };
}
