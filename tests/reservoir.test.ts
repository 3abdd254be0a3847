// Echo-state networks: states and sums against the reference and against whole numbers of any length, readouts against an independent
// solution, forecasts, checkpoints, and what is refused.

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../src/files/safetensors.ts";
import {
  bytesText,
  narma10,
  ParameterError,
  parseSeries,
  powerSpectrum,
  type ReservoirOptions,
  reservoir,
  returnMap,
  seriesText,
  topologyOf,
} from "../src/index.ts";
import { checkFits } from "../src/models/reservoir/fits.ts";
import { type GpuNetworkOptions, GpuNetworks } from "../src/models/reservoir/gpu.ts";
import { rangesOf, STEPS_KEPT, unitsOf } from "../src/models/reservoir/gram.ts";
import { allUnits, featureCount, type Member, type Shape, type Table } from "../src/models/reservoir/network.ts";
import { kernelRank } from "../src/models/reservoir/rank.ts";
import { ReferenceNetwork } from "../src/models/reservoir/reference.ts";
import { ReferenceEngine } from "../src/models/reservoir/reference-engine.ts";
import { fitReadout } from "../src/models/reservoir/ridge.ts";
import { PURPOSE } from "../src/models/reservoir/topology.ts";
import { device, reference } from "./devices.ts";

const PLAIN: Shape = {
  ...{ units: 21, layers: 1, degree: 4, fan: 2, linear: false, squares: false, seesInputs: true, noisy: false },
  ...{ inputs: 2, outputs: 2, exogenous: 0, patches: 1, stateRange: 1, seed: 5n },
};

/** The Hénon map, two columns, and its next state. */
function henonTable(rows: number): Table {
  const data = new Float32Array(4 * rows);
  let [x, y] = [0.1, 0.2];
  for (let row = 0; row < rows; row++) {
    data.set([x, y], 4 * row);
    [x, y] = [Math.fround(1 - 1.4 * x * x + y), Math.fround(0.3 * x)];
    data.set([x, y], 4 * row + 2);
  }
  return { data, rows, columns: 2, targets: 2 };
}
const table = henonTable(500);

/** Four columns on a ring, each a logistic map that its right neighbour drives, and their next values. */
function ringTable(rows: number): Table {
  const data = new Float32Array(8 * rows);
  let now = [0.1, 0.3, 0.6, 0.8];
  for (let row = 0; row < rows; row++) {
    data.set(now, 8 * row);
    now = now.map((x, i) => Math.fround(3.8 * (0.7 * x * (1 - x) + 0.3 * now[(i + 1) % 4] * (1 - now[(i + 1) % 4]))));
    data.set(now, 8 * row + 4);
  }
  return { data, rows, columns: 4, targets: 4 };
}

async function membersOf(shape: Shape, networks = 2): Promise<Member[]> {
  const all: Member[] = [];
  for (let number = 0; number < networks; number++) {
    const topology = await topologyOf({ ...shape, kind: "random" }, number);
    for (let i = 0; i < 5; i++) {
      const settings = { spectralRadius: 0.2 * i, inputScaling: 0.5 + 0.1 * i, leakRate: 1 - 0.15 * i, bias: 0.3 };
      all.push({ topology, ...settings, noise: shape.noisy ? 0.02 * i : 0, patch: 0 });
    }
  }
  return all;
}

/** What the GPU keeps of the first steps, [member][step][feature], in the features' own units. */
async function keptOf(shape: Shape, members: readonly Member[], steps: number, options: GpuNetworkOptions = {}) {
  let kept: Int32Array = new Int32Array();
  const onKept = (whole: Int32Array) => {
    kept = whole;
  };
  const networks = new GpuNetworks(device, shape, { ...options, onKept });
  const span = { first: 0, washout: 0, steps };
  await networks.train(members, table, span);
  const row = kept.length / members.length / STEPS_KEPT;
  const units = unitsOf(shape, rangesOf(shape, table, span));
  return members.map((_, m) =>
    Array.from({ length: steps }, (_, step) =>
      Array.from(units, (unit, f) => kept[(m * STEPS_KEPT + step) * row + f] * unit),
    ),
  );
}

const inputsAt = (row: number) => table.data.subarray(4 * row, 4 * row + 2);

function referenceOf(shape: Shape, member: Member) {
  return new ReferenceNetwork(member, {
    ...{ linear: shape.linear, squares: shape.squares, seed: shape.seed, purpose: PURPOSE.noise },
  });
}

describe("random networks", () => {
  it.each([
    [30, 3],
    [60, 60],
    [150, 15],
  ])("%i units with %i links each have spectral radius 1", async (units, degree) => {
    const topology = await topologyOf({ ...PLAIN, units, degree, kind: "random" }, 3);
    const w = Matrix.zeros(units, units);
    topology.sources.forEach((source, k) => {
      w.set(Math.floor(k / degree), source, topology.weights[k]);
    });
    const { realEigenvalues: re, imaginaryEigenvalues: im } = new EigenvalueDecomposition(w);
    expect(Math.max(...re.map((x, i) => Math.hypot(x, im[i])))).toBeCloseTo(1, 6);
    for (let unit = 0; unit < units; unit++) {
      expect(new Set(topology.sources.subarray(unit * degree, (unit + 1) * degree)).size).toBe(degree);
    }
  });

  it("differ from each other and come again from their seed", async () => {
    const one = await topologyOf({ ...PLAIN, kind: "random" }, 0);
    expect(await topologyOf({ ...PLAIN, kind: "random" }, 0)).toEqual(one);
    for (const other of [
      await topologyOf({ ...PLAIN, kind: "random" }, 1),
      await topologyOf({ ...PLAIN, kind: "random", seed: 6n }, 0),
    ]) {
      expect(other.weights).not.toEqual(one.weights);
      expect(other.biases).not.toEqual(one.biases);
    }
  });
});

describe("states", () => {
  /** How far a tanh unit's first state may lie from the exact one, by the accuracies that WGSL grants (specification, section 15.7.4). */
  function bound(member: Member, unit: number): number {
    const ulp = 2 ** -23;
    const { topology, inputScaling, bias, leakRate } = member;
    const { fan } = topology;
    const terms = Array.from({ length: fan }, (_, k) =>
      Math.abs(topology.inputWeights[unit * fan + k] * inputsAt(0)[topology.inputSources[unit * fan + k]]),
    );
    const total = inputScaling * terms.reduce((a, b) => a + b, 0) + bias * Math.abs(topology.biases[unit]);
    const argument = (fan + 5) * ulp * total;
    const e = Math.exp(2 * total);
    // exp within 3 + 2 |x| units in the last place, a division within 2.5, and one rounding.
    const tanh = argument + ((2 * e) / (e + 1) ** 2) * (4 + 4 * total) * ulp + (2 / (1 + 1 / e)) * 2.5 * ulp + ulp;
    return leakRate * tanh + 3 * ulp + 2 ** -24;
  }

  it("the first step is within the bound of the specification", async () => {
    const members = await membersOf(PLAIN);
    const kept = await keptOf(PLAIN, members, 1);
    members.forEach((member, m) => {
      const network = referenceOf(PLAIN, member);
      network.step(inputsAt(0));
      network.states.forEach((state, unit) => {
        expect(Math.abs(kept[m][0][unit] - state)).toBeLessThan(bound(member, unit));
      });
    });
  });

  const cases: [string, Partial<Shape>, GpuNetworkOptions][] = [
    ["one at a time", {}, { lanes: { lanes: 1, blocks: 1 } }],
    ["eight side by side", {}, { lanes: { lanes: 4, blocks: 2 }, workgroup: 32 }],
    ["a stack of three, noisy", { layers: 3, noisy: true, stateRange: 2 }, {}],
    ["a step a dispatch, dense, linear", { degree: 21, linear: true, stateRange: 64 }, { stepwise: true }],
    ["a stack, a step a dispatch", { layers: 2 }, { stepwise: true, workgroup: 32 }],
  ];
  it.each(cases)("stay within 1e-5 of the reference: %s", async (_, over, options) => {
    const shape = { ...PLAIN, ...over };
    const members = await membersOf(shape);
    const kept = await keptOf(shape, members, 100, options);
    members.forEach((member, m) => {
      const network = referenceOf(shape, member);
      for (let step = 0; step < 100; step++) {
        network.step(inputsAt(step));
        const worst = network.states.reduce((w, state, u) => Math.max(w, Math.abs(state - kept[m][step][u])), 0);
        expect(worst).toBeLessThan(1e-5);
      }
    });
    const [a, b] = [kept[1][99], kept[2][99]];
    expect(Math.max(...a.map((value, f) => Math.abs(value - b[f])))).toBeGreaterThan(0.01); // negative control: settings matter
  });
});

describe("sums of products", () => {
  it.each<[string, Partial<Shape>]>([
    ["plain", {}],
    ["with squares", { squares: true }],
  ])("are exact to the last bit: %s", async (_, over) => {
    const shape = { ...PLAIN, ...over };
    const members = await membersOf(shape, 1);
    const size = featureCount(shape) + shape.outputs;
    const expected = members.map(() => Array.from({ length: size * size }, () => 0n));
    let [done, chunks] = [0, 0];
    const onKept = (kept: Int32Array, until: number) => {
      const row = kept.length / members.length / STEPS_KEPT;
      const first = STEPS_KEPT * Math.floor(done / STEPS_KEPT);
      members.forEach((_, m) => {
        for (let step = done; step < until; step++) {
          const at = (m * STEPS_KEPT + step - first) * row;
          const seen = (value: number, f: number) =>
            shape.squares && f % 2 === 1 && f < allUnits(shape)
              ? Math.floor((value * value + 2 ** 22) / 2 ** 23)
              : value;
          const values = Array.from(kept.subarray(at, at + size), (value, f) => BigInt(seen(value, f)));
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) expected[m][i * size + j] += values[i] * values[j];
        }
      });
      done = until;
      chunks++;
    };
    const networks = new GpuNetworks(device, shape, { onKept });
    const sums = await networks.wholeSums(members, table, { first: 0, washout: 0, steps: 300 });
    expect(chunks).toBeGreaterThan(2);
    expect(sums.map((own) => Array.from(own))).toEqual(expected);
    // Negative control: single precision would not do.
    expect(sums[0].some((sum) => BigInt(Math.fround(Number(sum))) !== sum)).toBe(true);
  });

  it("give the readout that elimination gives, to 9 digits", async () => {
    const members = await membersOf(PLAIN, 1);
    const networks = new GpuNetworks(device, PLAIN);
    const span = { first: 0, washout: 20, steps: 400 };
    const [sums] = await networks.train([members[3]], table, span);
    const [whole] = await networks.wholeSums([members[3]], table, span);
    const units = unitsOf(PLAIN, rangesOf(PLAIN, table, span));
    const { size } = sums;
    const features = size - PLAIN.outputs;
    const ridge = 1e-3;
    // Gauss-Jordan with pivots, from the whole numbers.
    const rows = Array.from({ length: features }, (_, i) =>
      Array.from({ length: size }, (_, j) => Number(whole[i * size + j]) * units[i] * units[j] + (i === j ? ridge : 0)),
    );
    for (let i = 0; i < features; i++) {
      const pivot = rows
        .slice(i)
        .reduce((best, row, k) => (Math.abs(row[i]) > Math.abs(rows[best][i]) ? i + k : best), i);
      [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
      rows.forEach((row, k) => {
        if (k === i) return;
        const factor = row[i] / rows[i][i];
        for (let j = i; j < size; j++) row[j] -= factor * rows[i][j];
      });
    }
    const { readout, ridge: taken } = fitReadout(sums, PLAIN.outputs, ridge);
    const largest = Math.max(...readout.map(Math.abs));
    expect(taken).toBe(ridge);
    rows.forEach((row, i) => {
      for (let o = 0; o < PLAIN.outputs; o++) {
        expect(Math.abs(readout[i * PLAIN.outputs + o] - row[features + o] / row[i]) / largest).toBeLessThan(1e-9);
      }
    });
  });

  it("have the rank of what they were made of", async () => {
    const shape = { ...PLAIN, units: 12 };
    const size = featureCount(shape) + shape.outputs;
    const ranked = (directions: number[][]) => {
      const matrix = new Float64Array(size * size);
      for (const d of directions)
        for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) matrix[i * size + j] += d[i] * d[j];
      return kernelRank({ matrix, size, steps: 1, diverged: false }, shape);
    };
    const wave = (k: number) => Array.from({ length: 12 }, (_, i) => Math.cos(k * i + k));
    for (const count of [1, 5, 12]) expect(ranked(Array.from({ length: count }, (_, k) => wave(k + 1)))).toBe(count);
    expect(ranked([wave(1), wave(2).map((value) => 1e-8 * value)])).toBe(1);
    // Of a real network about as many singular values exceed the bound.
    const [member] = (await membersOf(PLAIN, 1)).slice(4);
    const [sums] = await new GpuNetworks(device, PLAIN).train([member], table, { first: 0, washout: 20, steps: 400 });
    const states = Matrix.zeros(21, 21);
    for (let i = 0; i < 21; i++) for (let j = 0; j < 21; j++) states.set(i, j, sums.matrix[i * sums.size + j]);
    const values = new EigenvalueDecomposition(states).realEigenvalues;
    const exceeding = values.filter((value) => value > 1e-12 * Math.max(...values)).length;
    expect(Math.abs(kernelRank(sums, PLAIN) - exceeding)).toBeLessThan(3);
  });

  it("that cannot be factorised raise the ridge, and say so", () => {
    const matrix = Float64Array.of(1, 1, 1, 1, 1 - 1e-9, 1, 1, 1, 1);
    const { ridge } = fitReadout({ matrix, size: 3, steps: 1, diverged: false }, 1, 1e-12);
    expect(ridge).toBeGreaterThan(1e-12);
    expect(() =>
      fitReadout({ matrix: matrix.map(() => Number.NaN), size: 3, steps: 1, diverged: false }, 1, 1),
    ).toThrow();
  });
});

describe("outputs", () => {
  it.each<[string, Partial<Shape>, GpuNetworkOptions]>([
    ["in workgroup memory", { squares: true }, {}],
    ["a step a dispatch", {}, { stepwise: true }],
    ["in patches that see their neighbours", { patches: 2, inputs: 4, outputs: 2, fan: 4 }, {}],
  ])("driven and free are those of the reference: %s", async (_, over, options) => {
    const shape = { ...PLAIN, ...over };
    const some = (await membersOf(shape, 1)).slice(1, 4);
    const table = shape.patches > 1 ? ringTable(500) : henonTable(500);
    const members = some.flatMap((member) =>
      Array.from({ length: shape.patches }, (_, patch) => ({ ...member, patch })),
    );
    const engines = [new GpuNetworks(device, shape, options), new ReferenceEngine(shape)] as const;
    const span = { first: 0, washout: 30, steps: 250 };
    const sums = await engines[1].train(members, table, span, {});
    const readouts = sums.map((own) => fitReadout(own, shape.outputs, 1e-4).readout);
    const [a, b] = await Promise.all(engines.map((engine) => engine.predict(members, readouts, table, span, {})));
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(1e-4);
    const forecasts = { starts: [300, 310, 333, 341, 350], driven: 40, horizon: 6 };
    const [c, d] = await Promise.all(engines.map((engine) => engine.forecast(members, readouts, table, forecasts, {})));
    const { targets, columns } = table;
    expect(c.length).toBe(3 * 5 * 6 * targets);
    // Errors of single precision, grown by a factor of 1.5 a step.
    expect(Math.max(...c.map((value, i) => Math.abs(value - d[i])))).toBeLessThan(1e-3);
    // The forecasts are some: the first predictions are near the truth.
    forecasts.starts.forEach((start, s) => {
      const truth = table.data[(columns + targets) * (start + 39) + columns];
      expect(Math.abs(c[6 * targets * s] - truth)).toBeLessThan(0.1);
    });
  });
});

const SMALL: ReservoirOptions = {
  ...{ units: 40, task: "henon", train: 600, test: 200, washout: 50, starts: 3, synchronisation: 30 },
  ...{ horizon: 20, ridge: 1e-6, reservoirs: 2, inputScaling: 0.5, spectralRadius: 0.3 },
};

describe("runs", () => {
  it("give the same bits again, alone or in parts, and continue from a checkpoint", async () => {
    const digests: string[] = [];
    for (const parts of [[3], [1, 2]]) {
      using simulation = await reservoir.create(device, SMALL);
      for (const steps of parts) await simulation.run(steps);
      digests.push(await simulation.digest());
    }
    using first = await reservoir.create(device, SMALL);
    await first.run(2);
    using again = await reservoir.restore(device, await first.checkpoint({ header: { a: 1 }, sections: {} }));
    expect(again.extra.header).toEqual({ a: 1 });
    expect(again.result()).toEqual(first.result());
    await again.run(1);
    digests.push(await again.digest());
    expect(new Set(digests).size).toBe(1);
    expect(await first.digest()).not.toBe(digests[0]);
  });

  it("a scan is its points, and the reference agrees", async () => {
    const spectralRadius = [0.1, 0.5, 0.9];
    using sweep = await reservoir.create(device, { ...SMALL, spectralRadius });
    using plain = await reservoir.create(reference, { ...SMALL, spectralRadius });
    await sweep.run(2);
    await plain.run(2);
    for (const [p, value] of spectralRadius.entries()) {
      const { nrmse } = sweep.estimate(p);
      expect(Math.abs(Math.log(nrmse.value / plain.estimate(p).nrmse.value))).toBeLessThan(0.05);
      if (p === 0) continue;
      using alone = await reservoir.create(device, { ...SMALL, spectralRadius: value });
      await alone.run(2);
      expect(Math.abs(Math.log(nrmse.value / alone.estimate().nrmse.value))).toBeLessThan(0.05);
    }
    expect(sweep.table().rows.length).toBe(6);
  });

  it("stop when told to, and can go on", async () => {
    using simulation = await reservoir.create(device, SMALL);
    const controller = new AbortController();
    await expect(
      simulation.run(5, { signal: controller.signal, onProgress: () => controller.abort() }),
    ).rejects.toThrow(/abort/i);
    await simulation.run(1);
    expect(simulation.steps).toBe(1);
  });

  it("forecasts come in the units of the series", async () => {
    using simulation = await reservoir.create(device, SMALL);
    await simulation.run(1);
    const { shape, predicted, truth } = await simulation.forecast();
    expect(shape).toEqual([3, 20, 2]);
    for (let s = 0; s < 3; s++) {
      const [x, y, next] = [truth[40 * s], truth[40 * s + 1], truth[40 * s + 2]];
      expect(1 - 1.4 * x * x + y).toBeCloseTo(next, 5);
      expect(Math.abs(predicted[40 * s] - x)).toBeLessThan(0.02);
    }
    const { width, height, data } = await simulation.picture();
    expect(data.length).toBe(width * height);
  });

  it("from one start are those of all, for each network; outputs along the test have its error", async () => {
    using simulation = await reservoir.create(device, SMALL);
    await simulation.run(2);
    const some = await simulation.forecasts([1, 0], 2);
    const of = async (network: number) => (await simulation.forecast(network)).predicted.slice(80, 120);
    expect([...some]).toEqual([...(await of(1)), ...(await of(0))]);
    const { shape, predicted, truth } = await simulation.outputs(1);
    expect(shape).toEqual([1, simulation.task.testing.steps, 2]);
    const { sd, table } = simulation.task;
    const squares = Array.from(predicted, (value, i) => ((value - truth[i]) / sd[table.columns + (i % 2)]) ** 2);
    const error = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    const nrmse = simulation.table().head.indexOf("nrmse");
    expect(error / Number(simulation.table().rows[1][nrmse])).toBeCloseTo(1, 1);
    await expect(simulation.forecasts([0], 3)).rejects.toThrow(/start: there are 3/);
  });

  it("networks that diverge are named, and the others go on", async () => {
    using simulation = await reservoir.create(device, {
      ...{ ...SMALL, task: "narma10", activation: "linear", spectralRadius: [0.8, 1.5] },
    });
    await simulation.run(1);
    expect(simulation.result().diverged).toEqual([{ point: 1, reservoir: 0 }]);
    expect(simulation.estimate(0).nrmse.value).toBeLessThan(1);
    expect(simulation.estimate(1).nrmse.value).toBeNaN();
  });
});

describe("attractors", () => {
  it("a wave has its frequency and its power, and its maxima follow each other", () => {
    const wave = Float64Array.from({ length: 4096 }, (_, t) => 3 * Math.sin((2 * Math.PI * t) / 16));
    const { frequency, power } = powerSpectrum(wave, 0.5);
    const peak = power.indexOf(Math.max(...power));
    expect(frequency[peak]).toBeCloseTo(1 / 8, 9);
    // All power adds up to the variance.
    expect(power.reduce((sum, p) => sum + p, 0) * frequency[1]).toBeCloseTo(4.5, 2);
    const pairs = returnMap(Float64Array.of(0, 2, 1, 5, 0, 3, 1), 1, 0);
    expect(pairs.map(([a, b]) => [Math.round(a), Math.round(b)])).toEqual([
      [2, 5],
      [5, 3],
    ]);
  });

  it("a network that runs free has that of its system", async () => {
    using simulation = await reservoir.create(device, SMALL);
    await simulation.run(1);
    const { truth, predicted } = await simulation.attractor({ steps: 3000 });
    for (const [t, column] of truth.entries()) {
      expect(Math.abs(predicted[t].mean - column.mean)).toBeLessThan(0.1 * column.sd);
      expect(predicted[t].sd / column.sd).toBeCloseTo(1, 1);
    }
    const apart = truth[0].histogram.shares.reduce(
      (sum, share, bin) => sum + Math.abs(share - predicted[0].histogram.shares[bin]) / 2,
      0,
    );
    expect(apart).toBeLessThan(0.25);
    using filter = await reservoir.create(device, { ...SMALL, task: "narma10" });
    await filter.run(1);
    await expect(filter.attractor()).rejects.toThrow(/has an attractor/);
  });
});

describe("a network from a file", () => {
  const file = async (options: ReservoirOptions) => {
    using trained = await reservoir.create(device, options);
    await trained.run(1);
    const { nrmse, kernelRank } = trained.estimate();
    return { network: bytesText(await trained.safetensors()), nrmse: nrmse.value, rank: kernelRank.value };
  };
  const test = { task: "henon", test: 200, starts: 3, synchronisation: 30, horizon: 20 } as const;

  it.each<[string, ReservoirOptions]>([
    ["sparse", {}],
    ["dense, in two layers", { units: 15, connectivity: 1, layers: 2 }],
    ["in patches", { patches: 2, overlap: 0 }],
  ])("puts out what it did: %s", async (_, over) => {
    const { network, nrmse, rank } = await file({ ...SMALL, ...over });
    for (const on of [device, reference]) {
      // Another seed and another part of the system: what was learned is in the file.
      using again = await reservoir.create(on, { ...test, network, train: 700, washout: 60, seed: 8n });
      await again.run(1);
      expect(again.points.parameters).toMatchObject({ units: over.units ?? 40, spectralRadius: 0.3, reservoirs: 1 });
      expect(Math.abs(Math.log(again.estimate().nrmse.value / nrmse))).toBeLessThan(0.5);
      expect(again.estimate().kernelRank.value).toBe(rank);
      await expect(again.run(1)).rejects.toThrow(/reservoirs 1: with 1 made, a network from a file is one/);
      using restored = await reservoir.restore(on, await again.checkpoint());
      expect(restored.result()).toEqual(again.result());
    }
  });

  it("is refused where it does not fit", async () => {
    const { network } = await file(SMALL);
    const refused = (options: ReservoirOptions) => expect(reservoir.create(device, { ...test, ...options })).rejects;
    await refused({ network, reservoirs: 2 }).toThrow(/reservoirs 2: a network from a file is one/);
    await refused({ network, units: 41 }).toThrow(/units 41: the network of the file has 40; leave it out/);
    await refused({ network, task: "lorenz" }).toThrow(
      /network: it was trained on 4 columns of inputs and outputs, and here there are 3 and 3/,
    );
    await refused({ network, ridge: [1e-6, 1e-4] }).toThrow(ParameterError);
    await refused({ network: network.slice(0, 40) }).toThrow(/network: The file says that its header has/);
    await refused({ network: "####" }).toThrow(/network: it must be a safetensors file as base64url/);
    await refused({ network: bytesText(writeSafetensors({})) }).toThrow(/says nothing of its settings/);
  });
});

describe("tasks", () => {
  it("NARMA10 is its recurrence", () => {
    const u = Float64Array.from({ length: 40 }, (_, t) => ((t * 7) % 10) / 20);
    const y = narma10(u);
    let sum = 0;
    for (let i = 0; i < 10; i++) sum += y[29 - i];
    expect(y[30]).toBeCloseTo(0.3 * y[29] + 0.05 * y[29] * sum + 1.5 * u[21] * u[30] + 0.1, 14);
  });

  it("a series of one's own is learned as the system's", async () => {
    const henon = henonTable(900);
    const own = Array.from({ length: 900 }, (_, row) => [henon.data[4 * row], henon.data[4 * row + 1]]).flat();
    const data = seriesText({ data: own, shape: [900, 2] });
    expect(Array.from(parseSeries(data).data)).toEqual(own);
    using simulation = await reservoir.create(device, { ...SMALL, task: "data", data });
    await simulation.run(1);
    const { validPredictionTime, nrmse } = simulation.estimate();
    expect(nrmse.value).toBeLessThan(0.01);
    expect(validPredictionTime.value).toBeGreaterThan(5);
    // Of several series the last is tested.
    const halves = seriesText({ data: own, shape: [2, 450, 2] });
    using several = await reservoir.create(device, { ...SMALL, task: "data", data: halves });
    await several.run(1);
    expect(several.task.training).toEqual([{ first: 0, washout: 50, steps: 399 }]);
    expect(several.estimate().nrmse.value).toBeLessThan(0.02);
    for (const feedback of [false, true]) {
      const options = { ...SMALL, task: "data", data, given: 1, feedback, spectralRadius: 0.5 } as const;
      using filter = await reservoir.create(device, options);
      await filter.run(1);
      expect(filter.estimate().nrmse.value).toBeLessThan(0.05); // y is 0.3 times the last x
    }
  });
});

describe("what a device holds", () => {
  it("is checked, and the largest that is offered fits, and no more", async () => {
    using simulation = await reservoir.create(device, { ...SMALL, units: 500, connectivity: 0.1 });
    const { shape, task } = simulation;
    const limits = { maxBufferSize: 2 ** 19, maxStorageBufferBindingSize: 2 ** 18 } as GPUSupportedLimits;
    const check = (units: number) => () => checkFits(limits, { ...shape, units, degree: units / 10 }, task);
    const most = Number(/take (\d+) or less/.exec(String(errorOf(check(500))))![1]);
    expect(String(errorOf(check(500)))).toMatch(/units 500: .* a buffer of this device holds 1 MiB/);
    expect(check(10 * Math.floor(most / 10))).not.toThrow();
    expect(check(10 * Math.ceil((most + 1) / 10))).toThrow(ParameterError);
  });
});

function errorOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("bad input is refused", () => {
  const series = (rows: number[][]) => seriesText({ data: rows.flat(), shape: [rows.length, rows[0].length] });
  const long = Array.from({ length: 900 }, (_, t) => [Math.sin(t), Math.cos(t * t)]);
  const short = seriesText({ data: long.flat().slice(0, 160), shape: [2, 40, 2] });
  it.each<[ReservoirOptions, RegExp]>([
    [{ ...SMALL, task: "data", data: short }, /series 1 has 40 steps, and a warm-up of 50/],
    [{ units: 0 }, /at least 1 units/],
    [{ units: 1e6 }, /at most 8192 units/],
    [{ ridge: 0 }, /ridge 0: it must be above 0/],
    [{ ridge: -1 }, /ridge -1/],
    [{ spectralRadius: -1 }, /between 0 and 10/],
    [{ spectralRadius: Number.NaN }, /spectralRadius NaN/],
    [{ leakRate: 0 }, /above 0 and at most 1/],
    [{ connectivity: 2 }, /above 0 and at most 1/],
    [{ task: "narma20" as "narma10" }, /one of logistic/],
    [{ spectralRadius: [0.1, 0.2], leakRate: [1] }, /equally long/],
    [{ units: 1, connectivity: 1, task: "henon", patches: 3 }, /must divide the 2 columns; take 1, 2/],
    [{ task: "kuramoto-sivashinsky", patches: 8, overlap: 30 }, /would see more than all 64; take 28 or less/],
    [{ task: "narma10", patches: 2 }, /take patches 1/],
    [{ task: "data" }, /no series is given/],
    [{ task: "lorenz", data: "1x2x1:AAAA" }, /with task data, not with lorenz/],
    [{ task: "data", data: "1x2x1:AAAA" }, /no series/],
    [{ task: "data", data: "hello" }, /no series/],
    [
      { ...SMALL, task: "data", data: series(long.slice(0, 300)) },
      /300 steps, and a warm-up of 50, 600 to learn from .* need 851/,
    ],
    [
      { ...SMALL, task: "data", data: series(long.map(([x], t) => [x, t === 77 ? Number.NaN : 1])) },
      /step 77, column 2 is NaN/,
    ],
    [{ ...SMALL, task: "data", data: series(long.map(([x]) => [x, 3])) }, /input column 2 is constant \(3\)/],
    [{ ...SMALL, task: "data", data: series(long), given: 2 }, /at least one must be a target; take 1/],
    [
      { ...SMALL, task: "data", data: series(long), synchronisation: 5000 },
      /longer test or --synchronisation below 850/,
    ],
    [{ ...SMALL, starts: 4096, horizon: 1e6 }, /horizon 1000000: the forecasts of a network take .*; take \d+ or less/],
    [{ workgroup: 48 }, /workgroup 48: it must be a power of two/],
  ])("%o", async (options, message) => {
    await expect(reservoir.create(device, options)).rejects.toThrow(message);
    await expect(reservoir.create(device, options)).rejects.toThrow(ParameterError);
  });
});
