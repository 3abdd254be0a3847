// Is this device right? The Ising model by its three oracles: known answers, the reference bit for bit, and exact physics.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { threefryOnGpu } from "../../random/gpu.ts";
import type { Words4 } from "../../random/threefry.ts";
import type { Check } from "../model.ts";
import { enumerate, kaufman } from "./exact.ts";
import { type IsingOptions, IsingSimulation } from "./simulation.ts";

/** Standard errors beyond which a figure is called wrong: chance does it once in 16,000 checks. */
const BOUND = 4;

export async function* validateIsing(
  device: Device,
  { quick, signal }: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    yield* knownAnswers();
    yield* againstReference();
  }
  yield* againstExact();

  async function* knownAnswers(): AsyncGenerator<Check> {
    if (device.kind !== "gpu") return;
    for (const { rounds, counter, key, block } of RANDOM123) {
      const [found] = await threefryOnGpu(device, [{ counter, key }], rounds);
      const wrong = found.filter((word, i) => word !== block[i]).length;
      const name = `Threefry4x32-${rounds}, counter ${hex(counter[0])}…: words that differ from Random123's`;
      yield { model: "ising", oracle: "known answer", name, value: wrong, bound: 0, pass: wrong === 0 };
    }
  }

  async function* againstReference(): AsyncGenerator<Check> {
    const reference = new ReferenceDevice(device.info.host);
    for (const options of quick ? CASES.slice(0, 4) : CASES) {
      const [a, b] = [await IsingSimulation.create(device, options), await IsingSimulation.create(reference, options)];
      try {
        for (const simulation of [a, b]) await simulation.run(SWEEPS, { signal });
        const [left, right] = [await a.spins(), await b.spins()];
        const differ = left.filter((spin, i) => spin !== right[i]).length;
        const { size, algorithm = "metropolis" } = options;
        const name = `${size.join("×")}, ${algorithm}, ${SWEEPS} sweeps: spins that differ from the reference`;
        yield { model: "ising", oracle: "reference", name, value: differ, bound: 0, pass: differ === 0 };
      } finally {
        a.dispose();
        b.dispose();
      }
    }
  }

  async function* againstExact(): AsyncGenerator<Check> {
    const scale = device.kind === "reference" ? 0.1 : quick ? 1 : 4;
    const small = {
      size: [4, 4] as [number, number],
      temperature: 2.5,
      field: 0.3,
      couplings: [1, 0.5] as [number, number],
    };
    for (const algorithm of ["metropolis", "heat-bath"] as const) {
      using tiny = await IsingSimulation.create(device, { ...small, algorithm, replicas: 64, seed: 5n });
      await tiny.run(50, { signal });
      const found = await tiny.sample(Math.ceil(200 * scale), { every: 2, signal });
      const exact = enumerate(4, 4, small);
      for (const name of ["energy", "magnetization", "specificHeat", "binder"] as const) {
        yield zScore(`4×4 in a field, ${algorithm}: ${name} against enumeration`, found[name], exact[name]);
      }
    }
    for (const temperature of quick ? [2, 2.6] : [1.8, 2, 2.2, 2.4, 2.6, 3]) {
      const options = {
        size: [32, 32] as [number, number],
        temperature,
        replicas: device.kind === "reference" ? 2 : 16,
        seed: 6n,
      };
      using lattice = await IsingSimulation.create(device, options);
      await lattice.run(Math.ceil(500 * scale), { signal });
      const found = await lattice.sample(Math.ceil(500 * scale), { every: 2, signal });
      const exact = kaufman(32, 32, { temperature });
      yield zScore(`32×32 at T = ${temperature}: energy against Kaufman`, found.energy, exact.energy);
      yield zScore(
        `32×32 at T = ${temperature}: specific heat against Kaufman`,
        found.specificHeat,
        exact.specificHeat,
      );
    }
  }
}

function zScore(name: string, found: { value: number; error: number }, exact: number): Check {
  const value = Math.abs(found.value - exact) / found.error;
  return { model: "ising", oracle: "exact", name: `${name}, |z|`, value, bound: BOUND, pass: value < BOUND };
}

const SWEEPS = 20;

const CASES: (IsingOptions & { size: [number, number] })[] = [
  { size: [64, 64], temperature: 2.269, start: "random", seed: 1n },
  { size: [66, 34], temperature: 2, seed: 2n, algorithm: "heat-bath" },
  { size: [6, 10], temperature: 3, start: "random", seed: 3n, replicas: 5 },
  { size: [130, 2], temperature: 2, field: 0.2, couplings: [1, -0.7], seed: 2n ** 63n },
  { size: [128, 128], temperature: 1.8, start: "random", seed: 4n },
  { size: [2, 2], temperature: 2.5, seed: 5n, replicas: 33, algorithm: "heat-bath" },
  { size: [256, 62], temperature: 2.3, field: -0.1, seed: 6n, generator: "threefry12", start: "down" },
];

const hex = (word: number) => word.toString(16).padStart(8, "0");

const ZERO: Words4 = [0, 0, 0, 0];
const ONES: Words4 = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];
const PI: Words4 = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
const PI_KEY: Words4 = [0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89];

/** Random123's own known answers for 20 rounds (tests/kat_vectors, Salmon et al. 2011). */
const RANDOM123: { rounds: 12 | 20; counter: Words4; key: Words4; block: Words4 }[] = [
  { rounds: 20, counter: ZERO, key: ZERO, block: [0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8] },
  { rounds: 20, counter: ONES, key: ONES, block: [0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732] },
  { rounds: 20, counter: PI, key: PI_KEY, block: [0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84] },
];
