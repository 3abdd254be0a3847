// Is this device right? The Hopfield model against the reference bit for bit, and against the theory of large networks.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { Check } from "../model.ts";
import { createHopfield, type HopfieldOptions } from "./simulation.ts";
import { retrievalOverlap } from "./theory.ts";

const SWEEPS = 5;

const CASES: HopfieldOptions[] = [
  { neurons: 100, patterns: 8, noise: 0.3 },
  { neurons: 130, patterns: [5, 40, 20], temperature: [0, 0.3, 1.2], dynamics: "random", seed: 3n },
  { neurons: 96, patterns: 12, dynamics: "synchronous", temperature: 0.4, field: 0.1 },
  { neurons: 257, patterns: 33, noise: 0.2, bias: 0.3, replicas: 2 },
  { neurons: 144, patterns: 5, couplings: "lattice", dynamics: "checkerboard", temperature: 0.5 },
];

export async function* validateHopfield(
  device: Device,
  { quick, signal }: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const reference = new ReferenceDevice(device.info.host);
    for (const options of CASES) {
      using a = await createHopfield(device, options);
      using b = await createHopfield(reference, options);
      for (const simulation of [a, b]) await simulation.run(SWEEPS, { signal });
      const [left, right] = [await a.spins(), await b.spins()];
      const differ = left.filter((spin, i) => spin !== right[i]).length;
      const name = `${options.neurons} neurons, ${options.dynamics ?? "sequential"}, ${SWEEPS} sweeps: spins that differ from the reference`;
      yield { model: "hopfield", oracle: "reference", name, value: differ, bound: 0, pass: differ === 0 };
    }
  }
  // Fixed points near a pattern at temperature 0; the theory is for N → ∞, so the bound has room for a finite size.
  const neurons = device.kind === "reference" ? 200 : quick ? 1000 : 4000;
  const load = 0.05;
  using network = await createHopfield(device, {
    neurons,
    patterns: load * neurons,
    replicas: quick ? 4 : 8,
    seed: 6n,
  });
  await network.run(10, { signal });
  const found = await network.measure();
  const mean = found.reduce((sum, { overlap }) => sum + overlap, 0) / found.length;
  const value = Math.abs(mean - retrievalOverlap(load, 0)!);
  const bound = 2 / neurons;
  yield {
    model: "hopfield",
    oracle: "exact",
    name: `${neurons} neurons at load ${load}: overlap of recall against Amit, Gutfreund and Sompolinsky`,
    value,
    bound,
    pass: value <= bound,
  };
}
