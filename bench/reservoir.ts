// Echo-state networks: node-steps a second, driven by a series, sparse and dense, against the number of networks side by side and units;
// training with the exact sums; and a search over settings from end to end. On request beside plain C and JavaScript on the same cores.
//
// Counted per node-step with K links and I inputs: 2 (K + I) operations, some 25 for the activation, and per link 8 bytes of source and
// weight for as many networks as share a vector (4, or 8 in two), and 4 bytes of a state from workgroup memory. K = 10: 50 operations, so
// that an H200 (6.7e13 a second) would end at 1.3e12; its workgroup memory, 132 × 128 bytes a clock of 1.98 GHz, at 3.3e13 / 44 bytes =
// 7.6e11. Sums of products of F features: F² / 2 products a step, each 4 multiplications of whole numbers.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import type { GpuDevice } from "../src/device/gpu.ts";
import { GpuNetworks } from "../src/models/reservoir/gpu.ts";
import { reservoir } from "../src/models/reservoir/index.ts";
import type { Member, Shape, Table } from "../src/models/reservoir/network.ts";
import { type Topology, topologyOf } from "../src/models/reservoir/topology.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";
import source from "./peers/reservoir.c?raw";

interface Size {
  units: number;
  degree: number;
  networks: number;
  steps: number;
  /** Sums of products, too. */
  train?: boolean;
}

/** Steps are those of a software adapter; a GPU makes a hundred times as many. */
const SIZES: Size[] = [
  { units: 500, degree: 10, networks: 64, steps: 600 },
  { units: 500, degree: 10, networks: 1024, steps: 40 },
  { units: 2000, degree: 10, networks: 64, steps: 100 },
  { units: 256, degree: 256, networks: 64, steps: 100 },
  { units: 300, degree: 10, networks: 64, steps: 512, train: true },
];

export const reservoirBench: Bench = {
  model: "reservoir",
  async run(device, options) {
    gpuOnly(device);
    await check(device, options);
    const rows: BenchRow[] = [];
    for (const size of options.quick ? SIZES.slice(0, 1) : SIZES) rows.push(...(await ofSize(device, size, options)));
    if (!options.quick) rows.push(await search(device, options));
    return rows;
  },
};

/** @throws GpuError where figures are not those of the reference */
async function check(device: Device, { log }: BenchOptions): Promise<void> {
  log("checking: reservoir, 60 units against the reference");
  const options = { task: "henon", units: 60, train: 500, test: 200, starts: 2, horizon: 20, ridge: 1e-4 } as const;
  const errors: number[] = [];
  for (const on of [device, new ReferenceDevice(device.info.host)]) {
    using simulation = await reservoir.create(on, { ...options, reservoirs: 1 });
    await simulation.run(1);
    errors.push(simulation.estimate().nrmse.value);
  }
  if (!(Math.abs(Math.log(errors[0] / errors[1])) < 0.05)) {
    throw new GpuError("bench reservoir: errors differ from the reference's; nothing was timed.");
  }
}

const shapeOf = ({ units, degree }: Size): Shape => ({
  ...{ units, layers: 1, degree, fan: 1, linear: false, squares: false, seesInputs: true, noisy: false },
  ...{ inputs: 1, outputs: 1, exogenous: 1, patches: 1, ranges: { state: 1, input: 1, target: 1 }, seed: 1n },
});

function membersOf(topology: Topology, networks: number): Member[] {
  return Array.from({ length: networks }, (_, i) => {
    const spectralRadius = 0.5 + (0.4 * i) / networks;
    return { topology, spectralRadius, inputScaling: 0.3, leakRate: 0.7, bias: 0.1, noise: 0, patch: 0 };
  });
}

async function ofSize(device: GpuDevice, size: Size, options: BenchOptions): Promise<BenchRow[]> {
  const { units, degree, networks, train } = size;
  const { onRow, quick, peers, signal, log } = options;
  const shape = shapeOf(size);
  const steps = size.steps * (device.info.software ? 1 : 100);
  const data = Float32Array.from({ length: 2 * steps + 4 }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);
  const table: Table = { data, rows: steps + 2, columns: 1, targets: 1 };
  const members = membersOf(await topologyOf({ ...shape, kind: "random" }, 0), networks);
  const engine = new GpuNetworks(device, shape);
  const run = async () => {
    if (!train) await engine.drive(members, table, steps, { signal });
    else await engine.train(members, table, { first: 0, washout: 0, steps }, { signal });
  };
  const rates: number[] = [];
  await engine.drive(members, table, Math.min(steps, 100));
  for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) {
    signal?.throwIfAborted();
    const start = performance.now();
    await run();
    rates.push((units * networks * steps) / ((performance.now() - start) / 1000));
  }
  const rows: BenchRow[] = [];
  const kind = degree === units ? "dense" : `${degree} links`;
  const report = (kernel: string, all: readonly number[]) => {
    const row = { model: "reservoir", kernel, size: [units, networks], ...summary(all), unit: "node-steps/s" };
    onRow(row);
    rows.push(row);
  };
  report(`${kind}${train ? ", with exact sums" : ""}`, rates);
  if (!peers || train) return rows;
  const { compilePeer } = await import("./peers/c.ts");
  const peer = await compilePeer(source);
  if (peer) {
    const own: number[] = [];
    for (let repeat = 0; repeat < 3; repeat++) {
      own.push(Number((await peer.run(units, degree, networks, size.steps, peer.threads))[0]));
    }
    report(`${kind}, plain C, ${peer.threads} threads`, own);
    await peer[Symbol.asyncDispose]();
  } else log("no C compiler (cc) found: no peer is timed");
  report(`${kind}, plain JavaScript`, [
    plainly(members[0].topology, Math.min(networks, 16), Math.min(size.steps, 100)),
  ]);
  return rows;
}

/** Networks one after the other in single precision, as one writes it. */
function plainly({ units, degree, sources, weights, inputWeights, biases }: Topology, networks: number, steps: number) {
  const start = performance.now();
  let [now, next] = [new Float32Array(units), new Float32Array(units)];
  for (let network = 0; network < networks; network++) {
    now.fill(0);
    for (let t = 0; t < steps; t++) {
      const u = ((t * 7919) % 1000) / 1000 - 0.5;
      for (let i = 0; i < units; i++) {
        let sum = 0;
        for (let k = i * degree; k < (i + 1) * degree; k++) sum += weights[k] * now[sources[k]];
        next[i] = 0.3 * now[i] + 0.7 * Math.tanh(0.9 * sum + 0.3 * inputWeights[i] * u + 0.1 * biases[i]);
      }
      [now, next] = [next, now];
    }
  }
  return (units * networks * steps) / ((performance.now() - start) / 1000);
}

/** 1,024 settings of spectral radius and input scaling, trained and tested on Lorenz: settings a second. */
async function search(device: Device, { onRow, signal }: BenchOptions): Promise<BenchRow> {
  const side = 32;
  const points = Array.from({ length: side * side }, (_, i) => ({
    spectralRadius: (1.4 * (i % side)) / (side - 1),
    inputScaling: 0.05 + Math.floor(i / side) / side,
  }));
  const start = performance.now();
  using simulation = await reservoir.create(device, {
    ...{ units: 100, connectivity: 0.1, train: 2000, test: 500, starts: 4, horizon: 400, reservoirs: 1 },
    spectralRadius: points.map(({ spectralRadius }) => spectralRadius),
    inputScaling: points.map(({ inputScaling }) => inputScaling),
  });
  await simulation.run(1, { signal });
  const row: BenchRow = {
    model: "reservoir",
    kernel: "search of 1,024 settings on Lorenz, 2,000 steps to learn, 4 forecasts of 400 each, from end to end",
    size: [100, points.length],
    ...summary([points.length / ((performance.now() - start) / 1000)]),
    unit: "settings/s",
  };
  onRow(row);
  return row;
}
