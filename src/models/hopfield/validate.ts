// Is this device right? The Hopfield model against the reference bit for bit, and against the theory of large networks.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { independentMean } from "../../statistics/index.ts";
import { batched, checksOf, countMismatches, linspace } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { createHopfield, type HopfieldOptions, type MemorySimulation } from "./simulation.ts";
import { retrievalOverlap, WRONG_BITS } from "./theory.ts";

const SWEEPS = 5;

const check = checksOf("hopfield");

const CASES: HopfieldOptions[] = [
  { neurons: 100, patterns: 8, noise: 0.3 },
  { neurons: 130, patterns: [5, 40, 20], temperature: [0, 0.3, 1.2], dynamics: "random", seed: 3n },
  { neurons: 96, patterns: 12, dynamics: "synchronous", temperature: 0.4, field: 0.1 },
  { neurons: 257, patterns: 33, noise: 0.2, bias: 0.3, replicas: 2 },
  { neurons: 100, patterns: [40, 8], temperature: [0, 0.4], noise: 0.3, workgroup: 64 },
  { neurons: 144, patterns: 5, couplings: "lattice", dynamics: "checkerboard", temperature: 0.5 },
  { neurons: 64, patterns: [9, 2], couplings: "lattice", dynamics: "random", temperature: 0.5, field: 0.2 },
  { neurons: 70, patterns: [40, 5], weights: "clipped", noise: 0.2, seed: 12n },
  { neurons: 45, patterns: 37, dilution: 0.6, dynamics: "random", temperature: 0.4, field: 0.2 },
  { neurons: 133, patterns: 20, weights: "clipped", dilution: 0.3, dynamics: "synchronous", temperature: [0.1, 1] },
];

const kindOf = ({ neurons, dynamics = "sequential", couplings, weights, dilution, workgroup }: HopfieldOptions) =>
  [
    ...[`${neurons} neurons`, dynamics, couplings, weights],
    ...[dilution && `diluted by ${dilution}`, workgroup && `workgroups of ${workgroup}`],
  ]
    .filter(Boolean)
    .join(", ");

export async function* validateHopfield(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const reference = new ReferenceDevice(device.info.host);
    for (const options of CASES) {
      using a = await createHopfield(device, options);
      using b = await createHopfield(reference, options);
      for (const simulation of [a, b]) await simulation.run(SWEEPS, { signal });
      const name = `${kindOf(options)}, ${SWEEPS} sweeps: spins and measured values that differ from the reference`;
      yield check("reference", name, countMismatches(await stateOf(a), await stateOf(b)), 0);
    }
  }
  yield* knownErrors(check, async (neurons, patterns) => {
    using network = await createHopfield(device, { neurons, patterns, dynamics: "synchronous", seed: 7n });
    await network.run(1, { signal });
    return (await network.measure()).map(({ overlap }) => overlap);
  });
  // Fixed points near a pattern at temperature 0; the theory is for N → ∞, and what a finite size adds grows towards the critical load.
  const neurons = device.kind === "reference" ? 200 : quick ? 1000 : 4000;
  const loads = device.kind === "reference" ? [0.05] : linspace(0.02, 0.1, 5);
  const { list, groups } = batched(
    loads.map((load) => Math.round(load * neurons)),
    quick ? 8 : 16,
  );
  using network = await createHopfield(device, { neurons, patterns: list, seed: 6n });
  await network.run(quick ? 10 : 30, { signal });
  const overlaps = (await network.measure()).map(({ overlap }) => overlap);
  const measured = groups.map((replicas, i) => {
    const { value, error } = independentMean(replicas.map((replica) => overlaps[replica]));
    return [loads[i], value, error] as const;
  });
  const exactly = (load: number) => retrievalOverlap(load, 0)!;
  for (const [load, mean, error] of measured) {
    const name = `${neurons} neurons at load ${load.toFixed(2)}: overlap of recall against Amit, Gutfreund and Sompolinsky`;
    const first = load === loads[0];
    const curve = {
      ...{ x: "load α = P/N", y: "overlap m" },
      exact: linspace(0.01, 0.13, 60).map((a) => [a, exactly(a)] as const),
      measured,
    };
    // Chance, and one spin, for the finite size.
    const bound = 4 * error + 2 / neurons;
    yield check("exact", name, Math.abs(mean - exactly(load)), bound, first ? { curve } : {});
  }
}

/** All spins, and what is measured of them, which follows from integers. */
export async function stateOf(memory: Pick<MemorySimulation<never>, "spins" | "measure">): Promise<number[]> {
  return [...(await memory.spins()), ...(await memory.measure()).flatMap((row) => Object.values(row))];
}

/** One step of networks at known loads, against the textbook's values. `overlaps`: of each network of N neurons with its own P. */
export async function* knownErrors(
  check: ReturnType<typeof checksOf>,
  overlaps: (neurons: number, patterns: number[]) => Promise<number[]>,
): AsyncGenerator<Check> {
  const neurons = 1000;
  const { list, groups } = batched(
    WRONG_BITS.map(({ load }) => Math.round(load * neurons)),
    8,
  );
  const wrong = (await overlaps(neurons, list)).map((overlap) => (1 - overlap) / 2);
  for (const [i, known] of WRONG_BITS.entries()) {
    const { value, error } = independentMean(groups[i].map((replica) => wrong[replica]));
    const name = `${neurons} neurons at load ${known.load}: wrong spins after one step, distance from ${known.wrong}`;
    // Chance, and the table's last digit.
    yield check("known answer", name, Math.abs(value - known.wrong), 4 * error + 0.03 * known.wrong);
  }
}
