// Is this device right? Dense memories against the reference bit for bit, and one step against the theory.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { independentMean } from "../../statistics/index.ts";
import { batched, checksOf, countMismatches, linspace } from "../check.ts";
import { knownErrors, stateOf } from "../hopfield/validate.ts";
import type { Check, Effort } from "../model.ts";
import { createDenseMemory, type DenseMemoryOptions } from "./simulation.ts";
import { oneStepError } from "./theory.ts";

const SWEEPS = 3;

const check = checksOf("dense-memory");

const CASES: DenseMemoryOptions[] = [
  { neurons: 60, patterns: 100, noise: 0.2 },
  { neurons: 70, patterns: [40, 90], interaction: "rectified", order: 4, dynamics: "random", seed: 3n },
  { neurons: 64, patterns: 120, interaction: "exponential", start: "random", dynamics: "synchronous" },
];

export async function* validateDenseMemory(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const reference = new ReferenceDevice(device.info.host);
    for (const options of CASES) {
      using a = await createDenseMemory(device, options);
      using b = await createDenseMemory(reference, options);
      for (const simulation of [a, b]) await simulation.run(SWEEPS, { signal });
      const name = `${options.neurons} neurons, ${options.interaction ?? "polynomial"}, ${SWEEPS} sweeps: spins and measured values that differ from the reference`;
      yield check("reference", name, countMismatches(await stateOf(a), await stateOf(b)), 0);
    }
  }
  // Of two spins that interact it is the Hopfield model.
  yield* knownErrors(check, async (neurons, patterns) => {
    using network = await createDenseMemory(device, { neurons, patterns, order: 2, dynamics: "synchronous", seed: 7n });
    await network.run(1, { signal });
    return (await network.measure()).map(({ overlap }) => overlap);
  });
  const order = 3;
  const neurons = device.kind === "reference" ? 100 : 200;
  const counts = device.kind === "reference" ? [500] : [2000, 4000, 8000];
  const { list, groups } = batched(counts, quick ? 16 : 64);
  using network = await createDenseMemory(device, {
    ...{ neurons, patterns: list, order, dynamics: "synchronous", seed: 2n },
  });
  await network.run(1, { signal });
  const errors = (await network.measure()).map(({ overlap }) => (1 - overlap) / 2);
  const measured = groups.map((replicas, i) => {
    const { value, error } = independentMean(replicas.map((replica) => errors[replica]));
    return [counts[i], value, error] as const;
  });
  const exactly = (patterns: number) => oneStepError(neurons, patterns, order);
  for (const [patterns, mean, error] of measured) {
    const curve = {
      ...{ x: "patterns", y: "share of wrong spins" },
      exact: linspace(counts[0] / 2, 1.2 * counts.at(-1)!, 60).map((count) => [count, exactly(count)] as const),
      measured,
    };
    // Chance, and a tenth of the value for the finite size.
    const bound = 4 * error + 0.1 * exactly(patterns);
    const name = `${patterns} patterns in ${neurons} neurons: wrong spins after one step against Krotov and Hopfield`;
    yield check("exact", name, Math.abs(mean - exactly(patterns)), bound, patterns === counts[0] ? { curve } : {});
  }
}
