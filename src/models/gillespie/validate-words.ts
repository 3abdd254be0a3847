// Is this device right in random numbers that a network draws itself, and in reactions that complete later? Against the reference, number for
// number, and against known distributions.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { checksOf, DEVIATION } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { type GillespieOptions, GillespieSimulation } from "./simulation.ts";

const check = checksOf("gillespie");

/** Numbers of trajectories that are compared one by one. */
const COMPARED = 40;

export async function* validateWords(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const trajectories = device.kind === "reference" ? 100 : quick ? 1000 : 20_000;
  if (device.kind === "gpu") {
    const reference = new ReferenceDevice(device.info.host);
    using a = await GillespieSimulation.create(device, { ...WHOLE, points: 2 });
    using b = await GillespieSimulation.create(reference, { ...WHOLE, points: 2 });
    const [left, right] = [await a.counts(0, COMPARED), await b.counts(0, COMPARED)];
    const differ = left.filter((path, i) => String(path) !== String(right[i])).length;
    yield check(
      "reference",
      "binomial and Poisson numbers up to 2^31: trajectories that differ from the reference",
      differ,
      0,
    );
  }
  for (const [what, { options, laws }] of Object.entries(LAWS)) {
    using ensemble = await GillespieSimulation.create(device, { points: 2, seed: 12n, ...options });
    await ensemble.run(trajectories, { signal });
    const { mean, sd, species } = ensemble.result();
    const z = Object.entries(laws).flatMap(([name, [expected, variance, kurtosis]]) => {
      const i = species.indexOf(name);
      return [
        (mean[1][i] - expected) / Math.sqrt(variance / trajectories),
        (sd[1][i] ** 2 / variance - 1) / Math.sqrt((kurtosis - 1) / trajectories),
      ];
    });
    yield check("exact", `${what}, largest |z|`, Math.max(...z.map(Math.abs)), DEVIATION, { z });
  }
}

const still = (...names: string[]) => names.map((name) => `${name} -> ${name} @ 0`).join("; ");

/** All ways by which integers are made: few coins and many, a table and rejection. */
const WHOLE: GillespieOptions = {
  network: `${still("A", "B", "C", "D", "E")}; A = 2147483647; B = 100000; C = 100; p = 0.37
    at 1: A = binomial(A, p), B = binomial(B, 1 - p), C = binomial(C, C/256), D = poisson(7), E = poisson(1e5)`,
  until: 2,
};

/** Mean, variance and kurtosis. */
type Law = [mean: number, variance: number, kurtosis: number];
const poisson = (mean: number): Law => [mean, mean, 3 + 1 / mean];
const binomial = (n: number, p: number): Law => [n * p, n * p * (1 - p), 3 + (1 - 6 * p * (1 - p)) / (n * p * (1 - p))];

const LAWS: Record<string, { options: GillespieOptions; laws: Record<string, Law> }> = {
  "binomial numbers of events": {
    options: {
      network: `${still("X", "Y", "Z")}; X = 100; Y = 1000000; Z = 5000; at 1: X = binomial(X, 0.3), Y = binomial(Y, 0.5), Z = binomial(Z, 0.9)`,
      until: 2,
    },
    laws: { X: binomial(100, 0.3), Y: binomial(1e6, 0.5), Z: binomial(5000, 0.9) },
  },
  "Poisson numbers of events, and of a start": {
    options: { network: `${still("X", "Y", "Z")}; Z = poisson(20); at 1: X = poisson(3), Y = poisson(1e5)`, until: 2 },
    laws: { X: poisson(3), Y: poisson(1e5), Z: poisson(20) },
  },
  "real numbers of events: normal, exponential, gamma and uniform": {
    options: {
      network: `${still("X")}; a = 0; b = 0; c = 0; d = 0; at 1: a = normal(1, 1) + normal(0, 1.7320508), b = exponential(2), c = gamma(4, 1), d = uniform(0, 1); A := a; B := b; C := c; D := d`,
      until: 2,
    },
    laws: { A: [1, 4, 3], B: [0.5, 0.25, 9], C: [4, 4, 4.5], D: [0.5, 1 / 12, 1.8] },
  },
  "a delayed reaction: immigrants that mature against Poisson's law": {
    options: { network: "0 -> X @ 20 after 3; X -> 0 @ 0.5", until: 6 },
    laws: { X: poisson(40 * (1 - Math.exp(-1.5))) },
  },
  "a delayed reaction that takes its reactants at the end": {
    options: { network: "A -> B @ 0.01 after 2 nonconsuming; A = 100", until: 3 },
    laws: { B: poisson(1) },
  },
  "delays that are drawn": {
    options: { network: "0 -> X @ 20 after exponential(1)", until: 3 },
    laws: { X: poisson(20 * (2 + Math.exp(-3))) },
  },
};
