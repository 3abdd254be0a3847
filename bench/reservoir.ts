// Echo-state networks: node-steps a second, driven by a series, sparse and dense, against the number of networks side by side and units;
// training with the exact sums; and a search over settings from end to end. On request compared with C, PyTorch and JavaScript.
//
// Counted per node-step with K links and I inputs: 2 (K + I) operations, some 25 for the activation, and per link 8 bytes of source and
// weight for as many networks as share a vector (4, or 8 in two), which caches serve, and 4 bytes of a state from workgroup memory; 4 more for
// its own state and 4 to put it down. In dense networks all lanes read the same state at a time. K = 10: 47 operations, so that an H200 (6.7e13
// a second) would end at 1.4e12; its workgroup memory, 132 × 128 bytes a clock of 1.98 GHz, at 3.3e13 / 48 bytes = 6.9e11. Exact sums of products of F = N + 2 features: F² / 2 products a step, each 4 multiplications and 4 additions of integers,
// so some 4 N integer operations a node-step.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import type { GpuDevice } from "../src/device/gpu.ts";
import { GpuNetworks } from "../src/models/reservoir/gpu.ts";
import { reservoir } from "../src/models/reservoir/index.ts";
import type { Member, Shape, Table } from "../src/models/reservoir/network.ts";
import { type Topology, topologyOf } from "../src/models/reservoir/topology.ts";
import type { Bench, Case, Place } from "./harness/case.ts";
import { javaScript, plainC, python } from "./harness/contenders.ts";
import { checkNetworks } from "./harness/networks-check.ts";
import source from "./peers/reservoir.c?raw";
import torch from "./peers/reservoir.py?raw";

interface Size {
  kernel: string;
  of: "networks" | "units";
  units: number;
  degree: number;
  networks: number;
  /** Sums of products, too. */
  train?: boolean;
}

/** Networks of the search. */
const SEARCH = { units: 100, connectivity: 0.1 };

/** Networks that are checked side by side, which fill vectors as many do, and their steps. */
const [CHECKED, STEPS] = [8, 20];
/** The fewest networks of a ladder, and how many JavaScript has time for. */
const [FEWEST, FEW] = [64, 16];

const ladders = (software: boolean): Size[] => {
  const counts = software ? [FEWEST, 256, 1024] : [FEWEST, 1024, 16_384];
  const networks = software ? 64 : 1024;
  return [
    ...counts.map(
      (n): Size => ({ kernel: "500 units, 10 links", of: "networks", units: 500, degree: 10, networks: n }),
    ),
    ...[250, 1000, 2000].map((units): Size => ({ kernel: "10 links", of: "units", units, degree: 10, networks })),
    ...[64, 128, 256].map((units): Size => ({ kernel: "dense", of: "units", units, degree: units, networks })),
    ...[75, 150, 300].map(
      (units): Size => ({ kernel: "10 links, exact sums", of: "units", units, degree: 10, networks, train: true }),
    ),
  ];
};

export const bench: Bench = {
  async check({ device, software, quick }) {
    const sizes = ladders(software).filter(({ of, networks }) => of === "units" || networks === FEWEST);
    for (const size of quick ? sizes.slice(0, 1) : sizes) {
      const members = membersOf(await linksOf(size), CHECKED);
      await checkNetworks(device, size, shapeOf(size), members, tableOf(STEPS));
    }
    if (!quick) await checkSearch(device);
  },
  async cases(place) {
    const sizes = ladders(place.software);
    return [...(await Promise.all(sizes.map((size) => ofSize(place, size)))).flat(), search(place)];
  },
};

const shapeOf = ({ units, degree }: Size): Shape => ({
  ...{ units, layers: 1, degree, fan: 1, linear: false, squares: false, seesInputs: true, noisy: false },
  ...{ inputs: 1, outputs: 1, exogenous: 1, patches: 1, stateRange: 1, seed: 1n },
});

/** Of large networks the spectral radius takes seconds: links that are checked are those that are timed. */
const made = new Map<string, Promise<Topology>>();

function linksOf(size: Size): Promise<Topology> {
  const key = `${size.units} ${size.degree}`;
  const links = made.get(key) ?? topologyOf({ ...shapeOf(size), kind: "random" }, 0);
  made.set(key, links);
  return links;
}

function membersOf(topology: Topology, networks: number): Member[] {
  return Array.from({ length: networks }, (_, i) => {
    const spectralRadius = 0.5 + (0.4 * i) / networks;
    return { topology, spectralRadius, inputScaling: 0.3, leakRate: 0.7, bias: 0.1, noise: 0, patch: 0 };
  });
}

function tableOf(steps: number): Table {
  const data = Float32Array.from({ length: 2 * steps + 4 }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);
  return { data, rows: steps + 2, columns: 1, targets: 1 };
}

async function ofSize({ device, programs }: Place, size: Size): Promise<Case[]> {
  const { kernel, of, units, degree, networks, train } = size;
  const row = { kernel, size: [units, networks], n: size[of], of, updates: units * networks, unit: "node-steps/s" };
  const shape = shapeOf(size);
  const own: Case = {
    ...row,
    least: 32, // a call brings networks to the device and back
    counted: {
      float: 2 * (degree + 1) + 25,
      workgroup: 4 * ((degree < units ? degree : 0) + 2),
      ...(train ? { integer: 4 * units } : {}),
    },
    async create() {
      const engine = new GpuNetworks(device, shape);
      const members = membersOf(await linksOf(size), networks);
      return {
        async run(steps) {
          const table = tableOf(steps);
          const start = performance.now();
          if (train) await engine.train(members, table, { first: 0, washout: 0, steps });
          else await engine.drive(members, table, steps);
          return (performance.now() - start) / 1000;
        },
        dispose: () => {},
      };
    },
  };
  if (!programs || train) return [own];
  const words = [units, degree, networks];
  const others = [
    plainC(programs, row, source, (steps) => [...words, steps, programs.threads]),
    python(programs, row, torch, words),
  ];
  if (of === "networks" && networks > FEWEST) return [own, ...others]; // it would be the same again
  const few = {
    ...row,
    size: [units, FEW],
    comparedSize: row.size,
    n: of === "units" ? units : FEW,
    updates: units * FEW,
  };
  const plain = javaScript(few, async () => {
    const links = await linksOf(size);
    return (steps) => plainly(links, FEW, steps);
  });
  return [own, ...others, plain];
}

/** Networks one after the other in single precision, as one writes it. */
function plainly({ units, degree, sources, weights, inputWeights, biases }: Topology, networks: number, steps: number) {
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
}

/** The search, shorter: errors one step ahead are the reference's, and times for which forecasts hold. @throws GpuError */
async function checkSearch(device: GpuDevice): Promise<void> {
  const options = { ...SEARCH, train: 300, test: 50, starts: 2, horizon: 100, ridge: 1e-3, reservoirs: 1 };
  const figures: number[][] = [];
  for (const on of [device, new ReferenceDevice(device.info.host)]) {
    using simulation = await reservoir.create(on, { ...options, spectralRadius: [0.3, 0.9], inputScaling: 0.1 });
    await simulation.run(1);
    const estimates = [0, 1].map((p) => simulation.estimate(p));
    figures.push(estimates.flatMap(({ nrmse, validPredictionTime }) => [nrmse.value, validPredictionTime.value]));
  }
  if (!figures[0].every((figure, i) => Math.abs(figure - figures[1][i]) <= 0.05 * figures[1][i])) {
    throw new GpuError("bench reservoir: figures of a search differ from the reference's; nothing was timed.");
  }
}

/** Settings of spectral radius and input scaling, trained and tested on Lorenz: settings a second. Most of it are whole sums and forecasts. */
function search({ device, software }: { device: Device; software: boolean }): Case {
  const side = software ? 8 : 32;
  const points = Array.from({ length: side * side }, (_, i) => ({
    spectralRadius: (1.4 * (i % side)) / (side - 1),
    inputScaling: 0.05 + Math.floor(i / side) / side,
  }));
  return {
    kernel: "search over settings on Lorenz, 2,000 steps to learn, 4 forecasts of 400 each, from end to end",
    ...{ size: [100, points.length], n: points.length, of: "settings", updates: points.length, unit: "settings/s" },
    create: async () => ({
      async run(times) {
        for (let i = 0; i < times; i++) {
          using simulation = await reservoir.create(device, {
            ...{ ...SEARCH, train: 2000, test: 500, starts: 4, horizon: 400, reservoirs: 1 },
            spectralRadius: points.map(({ spectralRadius }) => spectralRadius),
            inputScaling: points.map(({ inputScaling }) => inputScaling),
          });
          await simulation.run(1);
        }
      },
      dispose: () => {},
    }),
  };
}
