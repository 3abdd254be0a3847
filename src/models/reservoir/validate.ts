// Is this device right? Echo-state networks: sequences, outputs and free runs against the reference, exact sums against integers of
// any length, and what a linear ring remembers.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { seriesText } from "../../files/series-text.ts";
import { checksOf } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { GpuNetworks } from "./gpu.ts";
import { rangesOf, STEPS_KEPT, unitsOf } from "./gram.ts";
import { exactMemory } from "./memory.ts";
import { featureCount, type Member, type Shape, type Table } from "./network.ts";
import { ReferenceNetwork } from "./reference.ts";
import { ReferenceEngine } from "./reference-engine.ts";
import { fitReadout } from "./ridge.ts";
import { type ReservoirOptions, ReservoirSimulation } from "./simulation.ts";
import { PURPOSE, topologyOf } from "./topology.ts";

const check = checksOf("reservoir");

export async function* validateReservoir(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    for (const stepwise of [false, true]) yield* againstReference(device, stepwise);
    const henon: ReservoirOptions = {
      ...{ task: "henon", units: quick ? 40 : 150, connectivity: 0.2, inputScaling: 0.5, spectralRadius: 0.4 },
      ...{ train: 500, test: 200, starts: 9, horizon: 6, squares: true, seed: 5n },
    };
    const large = { ...henon, connectivity: 1, stepwise: true };
    const ring: ReservoirOptions = { ...henon, task: "lorenz96", patches: 4, overlap: 1, squares: false };
    yield* outputsBeside(device, "in workgroup memory, with squares", henon);
    yield* outputsBeside(device, "a step a dispatch, dense and with squares", large);
    yield* outputsBeside(device, "in patches that see their neighbours", ring);
    const both: number[] = [];
    for (const on of [device, new ReferenceDevice(device.info.host)]) {
      using simulation = await ReservoirSimulation.create(on, {
        ...{ task: "henon", units: 50, train: 500, test: 200, starts: 2, horizon: 20, ridge: 1e-4, seed: 5n },
      });
      await simulation.run(1, { signal });
      both.push(simulation.estimate().nrmse.value);
    }
    const apart = Math.abs(Math.log(both[0] / both[1]));
    yield check("reference", "Hénon map, 50 units: errors one step ahead, logarithm of their ratio", apart, 0.01);
  }
  yield* ownSeries(device, signal);
  const steps = quick ? 4000 : 20_000;
  using ring = await ReservoirSimulation.create(device, {
    ...{ task: "memory", topology: "ring", activation: "linear", units: 10, inputScaling: 1, bias: 0, delays: 40 },
    ...{ spectralRadius: [0.95, 0.7], inputToReadout: false, ridge: 1e-6, train: steps, test: steps },
  });
  await ring.run(1, { signal });
  // It is at most the number of units (Jaeger 2001, GMD Report 152), and with fading memory it is that (Dambre et al. 2012, doi
  // 10.1038/srep00514). At 0.7 nothing is left after 40 delays; the correlations of the input by chance, 1/√steps, enter 2 · 10 · 0.7^10 times.
  const capacity = Math.abs(ring.estimate(1).memoryCapacity.value - 10);
  const known = "memory capacity of a linear ring of 10 units: distance from Jaeger's 10";
  yield check("known answer", known, capacity, 4 / Math.sqrt(steps));
  const found = ring.result().memoryFunction!;
  const shares = exactMemory(ring.points.parameters)!;
  const farthest = Math.max(...shares.map((share, delay) => Math.abs(found[delay] - share)));
  const curve = {
    ...{ x: "delay", y: "share of the input's variance remembered" },
    exact: shares.map((share, delay) => [delay, share] as const),
    measured: found.map((share, delay) => [delay, share, 0] as const),
  };
  const name = "memory of a linear ring of 10 units: largest distance of a share from the exact one";
  yield check("exact", name, farthest, 4 / Math.sqrt(steps), { curve });
}

/** The user's series: rows that are not used, and the unit it is in, have no part in what is learned. */
async function* ownSeries(device: Device, signal: AbortSignal | undefined): AsyncGenerator<Check> {
  const wave = (i: number) => 0.5 * Math.sin(0.7 * i) + 0.3 * Math.sin(0.31 * i);
  const learned = async (of: (row: number) => number) => {
    using simulation = await ReservoirSimulation.create(device, {
      data: seriesText({ data: Float64Array.from({ length: 700 }, (_, row) => of(row)), shape: [700] }),
      ...{ units: 20, ridge: 1e-4, reservoirs: 1, washout: 50, train: 300, test: 200, synchronisation: 50, seed: 5n },
    });
    await simulation.run(1, { signal });
    return { weights: simulation.readout()[0], nrmse: simulation.estimate().nrmse.value };
  };
  const plain = await learned(wave);
  const spoiled = await learned((row) => (row > 550 ? 1e6 : wave(row)));
  const differ = plain.weights.filter((weight, i) => weight !== spoiled.weights[i]).length;
  const apart = Math.abs(Math.log(spoiled.nrmse / plain.nrmse));
  yield check("promise", "rows behind the test changed: weights that differ", differ, 0);
  yield check("promise", "rows behind the test changed: logarithm of the ratio of errors", apart, 0);
  const far = await learned((row) => 5e6 + 1e-3 * wave(row));
  const ratio = Math.abs(Math.log(far.nrmse / plain.nrmse));
  yield check("promise", "a series in another unit and far from 0: logarithm of the ratio of errors", ratio, 0.02);
}

/** What trained networks put out while the series drives them, and then on their own; both devices have the reference's readout. */
async function* outputsBeside(device: GpuDevice, how: string, options: ReservoirOptions): AsyncGenerator<Check> {
  using simulation = await ReservoirSimulation.create(device, options);
  const { shape, task } = simulation;
  const topology = await topologyOf({ ...shape, kind: "random" }, 0);
  const { spectralRadius, inputScaling, leakRate, bias } = simulation.points.parameters;
  // Two networks that differ in their settings alone, as those of a scan.
  const members = [spectralRadius, 0.5 * spectralRadius].flatMap((radius) =>
    Array.from({ length: shape.patches }, (_, patch): Member => {
      return { topology, spectralRadius: radius, inputScaling, leakRate, bias, noise: 0, patch };
    }),
  );
  const engines = [new GpuNetworks(device, shape, options), new ReferenceEngine(shape)] as const;
  const sums = await engines[1].train(members, task.table, task.training[0], {});
  const readouts = sums.map((own) => fitReadout(own, shape.outputs, 1e-4).readout);
  const most = ([a, b]: Float64Array[]) => a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
  const driven: Float64Array[] = [];
  const free: Float64Array[] = [];
  for (const engine of engines) {
    driven.push(await engine.predict(members, readouts, task.table, task.testing, {}));
    free.push(await engine.forecast(members, readouts, task.table, task, {}));
  }
  // States are within 1e-5, and weights below 10. Hénon's map makes errors grow by e^0.42 a step, by 8 in five steps; Lorenz 96 by less.
  yield check("reference", `outputs ${how}: largest distance from the reference`, most(driven), 1e-4);
  yield check("reference", `six steps of running free ${how}: largest distance from the reference`, most(free), 1e-3);
}

/** States over 100 steps, and the sums of what was kept of them. */
async function* againstReference(device: GpuDevice, stepwise: boolean): AsyncGenerator<Check> {
  const shape: Shape = {
    ...{ units: 40, layers: 2, fan: 2, linear: false, squares: false, seesInputs: true, noisy: true, seed: 3n },
    ...{ inputs: 2, outputs: 1, exogenous: 2, patches: 1, stateRange: 2 },
    degree: stepwise ? 40 : 6, // dense networks do not read where their links come from
  };
  const rows = 101;
  const table: Table = { data: new Float32Array(3 * rows), rows, columns: 2, targets: 1 };
  for (let i = 0; i < table.data.length; i++) table.data[i] = ((i * 7919) % 1009) / 1009 - 0.5;
  const topology = await topologyOf({ ...shape, kind: "random" }, 0);
  const members: Member[] = [0.2, 0.5, 0.9].map((spectralRadius) => ({
    ...{ topology, spectralRadius, inputScaling: 0.8, leakRate: 0.7, bias: 0.3, noise: 0.02, patch: 0 },
  }));
  let kept: Int32Array = new Int32Array();
  const onKept = (whole: Int32Array) => {
    kept = whole;
  };
  const networks = new GpuNetworks(device, shape, { stepwise, onKept });
  const span = { first: 0, washout: 0, steps: 100 };
  const sums = await networks.wholeSums(members, table, span);
  const units = unitsOf(shape, rangesOf(shape, table, span));
  const row = kept.length / members.length / STEPS_KEPT;
  const size = featureCount(shape) + shape.outputs;
  let [worst, wrong] = [0, 0];
  members.forEach((member, m) => {
    const network = new ReferenceNetwork(member, { linear: false, squares: false, seed: 3n, purpose: PURPOSE.noise });
    const expected = Array.from({ length: size * size }, () => 0n);
    for (let step = 0; step < 100; step++) {
      network.step(table.data.subarray(3 * step, 3 * step + 2));
      const at = (m * STEPS_KEPT + step) * row;
      network.states.forEach((state, unit) => {
        worst = Math.max(worst, Math.abs(state - kept[at + unit] * units[unit]));
      });
      const values = Array.from(kept.subarray(at, at + size), BigInt);
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) expected[i * size + j] += values[i] * values[j];
    }
    wrong += expected.filter((sum, i) => sum !== sums[m][i]).length;
  });
  const how = stepwise ? "a step a dispatch" : "in workgroup memory";
  yield check(
    "reference",
    `states of two layers over 100 steps, ${how}: largest distance from the reference`,
    worst,
    1e-5,
  );
  yield check("reference", `sums of products, ${how}: sums that differ from whole numbers of any length`, wrong, 0);
}
