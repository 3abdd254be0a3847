// Is this device right? The Ising model by its three oracles: known answers, the reference bit for bit, and exact physics.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { threefryOnGpu } from "../../random/gpu.ts";
import type { Words4 } from "../../random/threefry.ts";
import { batched, checksOf, countMismatches, DEVIATION, linspace, zScores } from "../check.ts";
import { siteCount } from "../lattice/geometry.ts";
import type { Check, Effort } from "../model.ts";
import { geometryOf } from "./axes.ts";
import type { Boundary } from "./boundary.ts";
import { chain, enumerate, enumerateGeometry, kaufman } from "./exact.ts";
import { type IsingOptions, IsingSimulation } from "./simulation.ts";

const check = checksOf("ising");

export async function* validateIsing(device: Device, effort: Effort): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    yield* knownAnswers(device);
    yield* againstReference(device, effort);
  }
  yield* againstEnumeration(device, effort);
  yield* inThreeDimensions(device, effort);
  yield* withEdges(device, effort);
  yield* whereMetropolisFails(device, effort);
  for (const size of effort.quick || device.kind === "reference" ? [32] : [32, 64])
    yield* againstKaufman(device, size, effort);
}

async function* knownAnswers(device: GpuDevice): AsyncGenerator<Check> {
  for (const { rounds, counter, key, block } of RANDOM123) {
    const [found] = await threefryOnGpu(device, [{ counter, key }], rounds);
    const name = `Threefry4x32-${rounds}, counter ${hex(counter[0])}…: words that differ from Random123's`;
    yield check("known answer", name, countMismatches(found, block), 0);
  }
}

async function* againstReference(device: GpuDevice, { quick, signal }: Effort): AsyncGenerator<Check> {
  const reference = new ReferenceDevice(device.info.host);
  for (const options of quick ? CASES.slice(0, 6) : CASES) {
    using a = await IsingSimulation.create(device, options);
    using b = await IsingSimulation.create(reference, options);
    const { size, algorithm = "heat-bath" } = options;
    const sweeps = Math.max(1, Math.min(20, Math.floor(1e5 / siteCount({ size }))));
    for (const simulation of [a, b]) await simulation.run(sweeps, { signal });
    const where = `${size.join("×")}, ${algorithm}, ${sweeps} sweeps`;
    yield check(
      "reference",
      `${where}: spins that differ from the reference`,
      countMismatches(await a.spins(), await b.spins()),
      0,
    );
    const sums = async (of: IsingSimulation) =>
      (await of.measure()).flatMap(({ energy, magnetization }) => [energy, magnetization]);
    yield check(
      "reference",
      `${where}: energies and magnetizations that differ`,
      countMismatches(await sums(a), await sums(b)),
      0,
    );
    if (options !== CASES[0]) continue;
    for (const simulation of [a, b]) await simulation.paint({ x: 61, y: 2, radius: 6, value: 1 });
    const name = "a disc painted across two edges: spins that differ from the reference";
    yield check("reference", name, countMismatches(await a.spins(), await b.spins()), 0);
  }
}

async function* againstEnumeration(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const small = { size: [4, 4], temperature: 2.5, field: 0.3, couplings: [1, 0.5] } satisfies IsingOptions;
  const exact = enumerate(4, 4, small);
  const names = ["energy", "magnetization", "specificHeat", "binder"] as const;
  for (const algorithm of ["metropolis", "heat-bath"] as const) {
    using tiny = await IsingSimulation.create(device, { ...small, algorithm, replicas: 64, seed: 5n });
    await tiny.run(50, { signal });
    const count = device.kind === "reference" ? 20 : quick ? 200 : 1600;
    const found = await tiny.sample(count, { every: 2, signal });
    for (const name of names) {
      const { z, worst } = zScores([found[name]], [exact[name]]);
      yield check("exact", `4×4 in a field, ${algorithm}: ${name} against enumeration, |z|`, worst, DEVIATION, { z });
    }
  }
}

/** Three sides, each with a coupling of its own. */
async function* inThreeDimensions(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const own = { temperature: 4, field: 0.2, couplings: [1, 0.5, -0.7] satisfies [number, number, number] };
  const box: IsingOptions = { size: [2, 2, 4], boundary: ["periodic", "free", "periodic"], ...own };
  using tiny = await IsingSimulation.create(device, { ...box, replicas: 64, seed: 13n });
  const exact = enumerateGeometry(geometryOf(tiny.parameters), own);
  await tiny.run(30, { signal });
  const found = await tiny.sample(device.kind === "reference" ? 20 : quick ? 200 : 1600, { every: 2, signal });
  for (const name of ["energy", "magnetization", "staggered"] as const) {
    const { z, worst } = zScores([found[name]], [exact[name]]);
    yield check("exact", `2×2×4 in a field: ${name} against enumeration, |z|`, worst, DEVIATION, { z });
  }
}

/** Every kind of boundary, in pairs, on a lattice of which all states can be visited. */
async function* withEdges(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const pairs: [Boundary, Boundary][] = [
    ["free", "antiperiodic"],
    ["fixed-up", "free"],
    ["fixed-up-down", "fixed-down"],
  ];
  for (const boundary of pairs) {
    const small = { size: [4, 4], temperature: 2, field: 0.1, couplings: [1, 0.6], boundary } satisfies IsingOptions;
    const exact = enumerate(4, 4, small);
    using tiny = await IsingSimulation.create(device, { ...small, replicas: 64, seed: 11n });
    await tiny.run(50, { signal });
    const found = await tiny.sample(device.kind === "reference" ? 20 : quick ? 200 : 1600, { every: 2, signal });
    for (const name of ["energy", "magnetization", "staggered"] as const) {
      const { z, worst } = zScores([found[name]], [exact[name]]);
      yield check("exact", `4×4, ${boundary.join(" and ")}: ${name} against enumeration, |z|`, worst, DEVIATION, { z });
    }
  }
}

/** Where checkerboard Metropolis is not ergodic the default is right, and a run that is stuck is an alarm. */
async function* whereMetropolisFails(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const few = device.kind === "reference";
  const measure = async (options: IsingOptions, sweeps: number) => {
    using lattice = await IsingSimulation.create(device, { seed: 12n, ...options });
    await lattice.run(sweeps / 4, { signal });
    return await lattice.sample(sweeps, { signal });
  };
  type Name = "energy" | "magnetization";
  const cases: { name: string; options: IsingOptions; exact: number; sweeps: number; observable?: Name }[] = [
    {
      name: "rings of 16 spins, T = 1",
      options: { size: [16, few ? 4 : 64], couplings: [1, 0], temperature: 1 },
      exact: chain(16, { temperature: 1 }).energy,
      sweeps: few ? 200 : 2000,
    },
    {
      name: "32×32 at T = 10⁵ from a random start",
      options: { size: [32, 32], temperature: 1e5, start: "random" },
      exact: kaufman(32, 32, { temperature: 1e5 }).energy,
      sweeps: few ? 40 : quick ? 400 : 4000,
    },
    {
      name: "4×4 antiferromagnet in the field h = 4 J, where spins are free",
      options: { size: [4, 4], couplings: [-1, -1], field: 4, temperature: 0.3, replicas: few ? 8 : 64 },
      exact: enumerate(4, 4, { couplings: [-1, -1], field: 4, temperature: 0.3 }).magnetization,
      observable: "magnetization",
      sweeps: few ? 80 : 400,
    },
  ];
  for (const { name, options, exact, sweeps, observable = "energy" } of cases) {
    const { z, worst } = zScores([(await measure(options, sweeps))[observable]], [exact]);
    yield check("exact", `${name}: ${observable}, |z|`, worst, DEVIATION, { z });
  }
  const stuck: IsingOptions = {
    size: [16, 16],
    couplings: [1, -1],
    temperature: 1.5,
    start: "up",
    algorithm: "metropolis",
  };
  const { worst } = zScores([(await measure(stuck, 40)).energy], [kaufman(16, 16, { temperature: 1.5 }).energy]);
  const missed = worst > DEVIATION ? 0 : 1;
  yield check("promise", "a Metropolis run that is stuck, energy 0 ± 0: alarms that are missing", missed, 0);
}

/** Energies and specific heats over the temperature: near T_c, where lattices forget slowly, only in the long form. */
async function* againstKaufman(device: Device, size: number, { quick, signal }: Effort): AsyncGenerator<Check> {
  const critical = quick || device.kind === "reference" ? [] : [2.15, 2.2, 2.269, 2.35, 2.4];
  const temperatures = [1.6, 1.8, 2, 2.1, ...critical, 2.5, 2.7, 3, 3.5];
  const { list, groups } = batched(temperatures, device.kind === "reference" ? 1 : 8);
  using lattice = await IsingSimulation.create(device, { size: [size, size], temperature: list, seed: 6n });
  const sweeps = device.kind === "reference" ? 60 : quick ? 600 : 10_000;
  await lattice.run(sweeps, { signal });
  const series = await lattice.collect(sweeps, { every: 2, signal });
  const found = groups.map((replicas) => lattice.estimate(series, replicas));
  const line = linspace(temperatures[0], temperatures.at(-1)!, 80);
  const exactly = (temperature: number) => kaufman(size, size, { temperature });
  for (const [name, text, unit] of [
    ["energy", "energy", "J/site"],
    ["specificHeat", "specific heat", "k_B/site"],
  ] as const) {
    const values = found.map((estimates) => estimates[name]);
    const { z, worst } = zScores(
      values,
      temperatures.map((temperature) => exactly(temperature)[name]),
    );
    const curve = {
      ...{ x: "temperature T / J", y: `${text} / ${unit}` },
      exact: line.map((temperature) => [temperature, exactly(temperature)[name]] as const),
      measured: values.map(({ value, error }, i) => [temperatures[i], value, error] as const),
    };
    const where = `${size}×${size} at ${temperatures.length} temperatures`;
    yield check("exact", `${where}: ${text} against Kaufman, largest |z|`, worst, DEVIATION, { z, curve });
  }
}

const CASES: (IsingOptions & { size: [number, number, ...number[]] })[] = [
  { size: [64, 64], temperature: 2.269, start: "random", seed: 1n, algorithm: "metropolis" },
  { size: [66, 34], temperature: 2, seed: 2n, algorithm: "heat-bath" },
  { size: [6, 10], temperature: 3, start: "random", seed: 3n, replicas: 5 },
  {
    size: [8, 6, 4],
    temperature: 4.2,
    field: 0.1,
    couplings: [1, 0.8, -0.5],
    start: "random",
    seed: 10n,
    boundary: ["periodic", "free", "periodic"],
  },
  { size: [130, 2], temperature: 2, field: 0.2, couplings: [1, -0.7], seed: 2n ** 63n },
  { size: [512, 256], temperature: 2.5, start: "random", seed: 7n, probabilityBits: "32" },
  { size: [128, 128], temperature: 1.8, start: "random", seed: 4n },
  { size: [2, 2], temperature: 2.5, seed: 5n, replicas: 33, algorithm: "heat-bath" },
  { size: [256, 62], temperature: 2.3, field: -0.1, seed: 6n, generator: "threefry12", start: "down" },
  { size: [66, 13], temperature: 2, field: 0.1, seed: 8n, boundary: ["free", "fixed-up-down"] },
  { size: [128, 1], temperature: 0.7, seed: 9n, boundary: ["antiperiodic", "periodic"], start: "random" },
];

const hex = (word: number) => word.toString(16).padStart(8, "0");

const ZERO: Words4 = [0, 0, 0, 0];
const ONES: Words4 = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];
const PI: Words4 = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
const PI_KEY: Words4 = [0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89];

/** Random123's own known answers for 20 rounds (tests/kat_vectors, Salmon et al. 2011). */
const RANDOM123: { rounds: 20; counter: Words4; key: Words4; block: Words4 }[] = [
  { rounds: 20, counter: ZERO, key: ZERO, block: [0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8] },
  { rounds: 20, counter: ONES, key: ONES, block: [0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732] },
  { rounds: 20, counter: PI, key: PI_KEY, block: [0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84] },
];
