// Is this device right? Gillespie ensembles against the reference, path by path, and against the master equation.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { besideLaw, checksOf, DEVIATION } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { masterEquation } from "./exact.ts";
import { type GillespieOptions, GillespieSimulation } from "./simulation.ts";

const check = checksOf("gillespie");

export async function* validateGillespie(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const reference = new ReferenceDevice(device.info.host);
    for (const options of PATHS) {
      using a = await GillespieSimulation.create(device, options);
      using b = await GillespieSimulation.create(reference, options);
      const [left, right] = [await a.counts(0, TRAJECTORIES), await b.counts(0, TRAJECTORIES)];
      const differ = left.filter((path, i) => String(path) !== String(right[i])).length;
      // f32 and f64 disagree where a random number falls within 1e-7 of a boundary, and where a time falls as near to the grid.
      yield check(
        "reference",
        `${options.example}: % of paths that differ from the reference`,
        (100 * differ) / left.length,
        1,
      );
    }
  }
  yield* againstSuite();
  for (const options of quick || device.kind === "reference" ? LAWS.slice(0, 3) : LAWS)
    yield* againstMaster(device, options);

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
    const { value, ...evidence } = besideLaw(observed, expected, axis);
    yield check(
      "exact",
      `${options.example}: histogram of ${species[0]}, -log10 of the χ² test's p`,
      value,
      5,
      evidence,
    );
  }
}

/** Evans, Gillespie and Wilkinson 2008, doi 10.1093/bioinformatics/btm566: the suite's own figures. */
const SUITE = {
  network: "X -> 2 X @ 0.1; X -> 0 @ 0.11; X = 100",
  times: [10, 30, 50],
  mean: [90.48374180359818, 74.08182206817435, 60.65306597126518],
  sd: [13.447081334317735, 20.080184950198163, 22.386771963293906],
};

const TRAJECTORIES = 256;

const PATHS: GillespieOptions[] = [
  { example: "isomerisation", points: 11 },
  { example: "toggle-switch", points: 11 },
  { example: "dimerisation", points: 11 },
];

const LAWS: GillespieOptions[] = [
  { example: "birth-death" },
  { example: "isomerisation" },
  { example: "dimerisation" },
  { example: "schloegl", until: 4 },
];
