// Is this device right? Gillespie ensembles against the reference, path by path, and against the master equation.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { gammaP } from "../../statistics/index.ts";
import { checksOf, chiSquareAgainst, DEVIATION } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { masterEquation } from "./reference/exact.ts";
import { type GillespieOptions, GillespieSimulation } from "./simulation.ts";
import { validateMeaning } from "./validate-meaning.ts";
import { validateWords } from "./validate-words.ts";

const check = checksOf("gillespie");

export async function* validateGillespie(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const reference = new ReferenceDevice(device.info.host);
    for (const [what, options] of Object.entries(PATHS)) {
      using a = await GillespieSimulation.create(device, { ...options, points: 11 });
      using b = await GillespieSimulation.create(reference, { ...options, points: 11 });
      const [left, right] = [await a.counts(0, TRAJECTORIES), await b.counts(0, TRAJECTORIES)];
      const differ = left.filter((path, i) => String(path) !== String(right[i])).length;
      // f32 and f64 disagree where a random number falls within 1e-7 of a boundary, and where a time falls as near to the grid.
      yield check("reference", `${what}: % of paths that differ from the reference`, (100 * differ) / left.length, 1);
    }
  }
  yield* againstSuite();
  for (const options of quick || device.kind === "reference" ? LAWS.slice(0, 3) : LAWS)
    yield* againstMaster(device, options);
  // Tables in addition to registers; the reference makes no such difference.
  for (const copies of device.kind === "reference" ? [1] : [1, 33]) {
    for (const method of ["tau", "cle"] as const) yield* againstClosedForms(copies, method);
    yield* passages(copies);
  }

  yield* validateMeaning(device, { quick, ...(signal ? { signal } : {}) });
  yield* validateWords(device, { quick, ...(signal ? { signal } : {}) });

  /** A case of the discrete stochastic model test suite: births and deaths from 100. */
  async function* againstSuite(): AsyncGenerator<Check> {
    const { network, times, mean, sd } = SUITE;
    using ensemble = await GillespieSimulation.create(device, { network, until: 50, points: 6, seed: 4n });
    const trajectories = device.kind === "reference" ? 400 : quick ? 4000 : 100_000;
    await ensemble.run(trajectories, { signal });
    const found = ensemble.result();
    const z = times.map((time, i) => {
      const at = found.times.indexOf(time);
      return (found.mean[at][0] - mean[i]) / (sd[i] / Math.sqrt(trajectories));
    });
    const name = "births and deaths, case 00001 of the test suite: mean at 3 times, largest |z|";
    yield check("known answer", name, Math.max(...z.map(Math.abs)), DEVIATION, { z });
  }

  /**
   * Approximate methods where they are exact. At constant rates a leap of any length makes Poisson numbers, or normal ones; fewer than 10
   * of a reactant are used up one by one. `copies` of each birth make the network as large as is wanted.
   */
  async function* againstClosedForms(copies: number, method: "tau" | "cle"): AsyncGenerator<Check> {
    const births = Array<string>(copies).fill("0 -> X @ 3; 0 -> Y @ 40").join("; ");
    const decay = "A -> B @ 0.6; A -> C @ 0.2; A = 5";
    const tau = method === "tau";
    using ensemble = await GillespieSimulation.create(device, {
      ...{ network: `${births}; X = 100000; Y = 100000; ${tau ? decay : ""}`, method, until: 1, points: 3, seed: 8n },
    });
    await ensemble.run(device.kind === "reference" ? 400 : quick ? 1000 : 20_000, { signal });
    const { mean, sd, species, trajectories } = ensemble.result();
    const born = tau ? poisson : roundedNormal;
    const gone = 1 - Math.exp(-0.8);
    const laws: Record<string, Moments> = {
      ...{ X: born(3 * copies), Y: born(40 * copies) },
      ...(tau ? { B: binomial(5, 0.75 * gone), C: binomial(5, 0.25 * gone) } : {}),
    };
    const z = Object.entries(laws).flatMap(([name, [expected, variance, fourth]]) => {
      const at = species.indexOf(name);
      const from = ensemble.ensemble.points[0].initial[at];
      return [
        (mean[2][at] - from - expected) / Math.sqrt(variance / trajectories),
        (sd[2][at] ** 2 - variance) / Math.sqrt((fourth - variance ** 2) / trajectories),
      ];
    });
    const what = tau
      ? "tau-leaping: means and variances against Poisson's and the binomial law"
      : "Langevin equation: means and variances against the normal law";
    const reactions = ensemble.ensemble.network.reactions.length;
    yield check("exact", `${reactions} reactions, ${what}, largest |z|`, Math.max(...z.map(Math.abs)), DEVIATION, {
      z,
    });
  }

  /** Each birth waits for an exponential time, so that the n-th comes after a gamma distributed one. `copies` make the network large. */
  async function* passages(copies: number): AsyncGenerator<Check> {
    const network = Array<string>(copies)
      .fill(`0 -> X @ ${3 / copies}; 0 -> Y @ 1`)
      .join("; ");
    using ensemble = await GillespieSimulation.create(device, {
      ...{ network, passage: "X >= 10", until: 6, points: 4, seed: 9n },
    });
    await ensemble.run(device.kind === "reference" ? 400 : quick ? 4000 : 100_000, { signal });
    const { times, passage, trajectories } = ensemble.result();
    const z = times.slice(1).map((time, i) => {
      const law = gammaP(10, 3 * time);
      return (passage!.probability[i + 1] - law) / Math.sqrt((law * (1 - law)) / trajectories);
    });
    const name = `${2 * copies} reactions, passages to 10 births against the gamma law at 3 times, largest |z|`;
    yield check("exact", name, Math.max(...z.map(Math.abs)), DEVIATION, { z });
  }

  /** Means of all species, and the histogram of the first, at the end. */
  async function* againstMaster(device: Device, options: GillespieOptions): AsyncGenerator<Check> {
    using ensemble = await GillespieSimulation.create(device, { ...options, points: 3, seed: 3n });
    await ensemble.run(device.kind === "reference" ? 400 : quick ? 4000 : 100_000, { signal });
    const law = masterEquation(ensemble.ensemble)!;
    const { mean, species, trajectories } = ensemble.result();
    for (const [i, name] of species.entries()) {
      if (law.sd[2][i] === 0) continue;
      const z = [(mean[2][i] - law.mean[2][i]) / (law.sd[2][i] / Math.sqrt(trajectories))];
      const what = `${options.example}: mean of ${name} against the master equation, |z|`;
      yield check("exact", what, Math.abs(z[0]), DEVIATION, { z });
    }
    const { counts, bins, width } = ensemble.histogram()!;
    const observed = counts.subarray(2 * species.length * bins, (2 * species.length + 1) * bins);
    const expected = new Float64Array(bins);
    law.final[0].forEach((share, count) => {
      expected[Math.min(bins - 1, Math.floor(count / width))] += share * trajectories;
    });
    const axis = width === 1 ? `count of ${species[0]}` : `count of ${species[0]}, in bins of ${width}`;
    const { value, ...evidence } = chiSquareAgainst(observed, expected, axis);
    yield check(
      "exact",
      `${options.example}: histogram of ${species[0]}, -log10 of the χ² test's p`,
      value,
      5,
      evidence,
    );
  }
}

/** Mean, variance and fourth central moment. */
type Moments = readonly [mean: number, variance: number, fourth: number];

const poisson = (mean: number): Moments => [mean, mean, mean * (1 + 3 * mean)];

/** With the variance of the rounding to whole counts. */
const roundedNormal = (mean: number): Moments => [mean, mean + 1 / 12, 3 * (mean + 1 / 12) ** 2];

function binomial(count: number, p: number): Moments {
  const each = p * (1 - p);
  return [count * p, count * each, count * each * (1 + 3 * (count - 2) * each)];
}

/** Evans, Gillespie and Wilkinson 2008, doi 10.1093/bioinformatics/btm566: the suite's own figures. */
const SUITE = {
  network: "X -> 2 X @ 0.1; X -> 0 @ 0.11; X = 100",
  times: [10, 30, 50],
  mean: [90.48374180359818, 74.08182206817435, 60.65306597126518],
  sd: [13.447081334317735, 20.080184950198163, 22.386771963293906],
};

const TRAJECTORIES = 256;

/** More reactions than registers hold. Nothing is used up, so that a wrong change is a wrong path and no error. */
const CASCADE = Array.from({ length: 22 }, (_, i) => {
  const [from, to] = [`X${i % 5}`, `X${(i % 5) + 1}`];
  return `${from} -> ${from} + ${to} @ ${1 + i / 100}; 2 ${from} -> 2 ${from} + P @ ${i / 100}; 0 -> ${from} @ 2`;
}).join("; ");

const PATHS: Record<string, GillespieOptions> = {
  isomerisation: { example: "isomerisation" },
  "toggle-switch": { example: "toggle-switch" },
  dimerisation: { example: "dimerisation" },
  "rates in time, and events": {
    network: "0 -> X @ 10*(1 + 0.5*sin(0.5*t)); X -> 0 @ 0.2; at 4.25: X = 50; when X > 60: X = 5",
    until: 10,
  },
  "67 reactions in a table": {
    network: `${CASCADE}; X2 -> X2 + X3 @ mm(X2, 3, 10); when X3 > 20: X3 = 1, X5 = 9`,
    until: 0.5,
  },
};

const LAWS: GillespieOptions[] = [
  { example: "birth-death" },
  { example: "isomerisation" },
  { example: "dimerisation" },
  { example: "schloegl", until: 4 },
];
