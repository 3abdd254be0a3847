// Is this device right? Gillespie ensembles against the reference, path by path, and against the master equation.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { Check } from "../model.ts";
import { masterEquation } from "./exact.ts";
import { type GillespieOptions, GillespieSimulation } from "./simulation.ts";

/** Standard errors beyond which a figure is called wrong. */
const BOUND = 4;

export async function* validateGillespie(
  device: Device,
  { quick, signal }: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {
  const check = (oracle: Check["oracle"], name: string, value: number, bound: number): Check => ({
    model: "gillespie",
    oracle,
    name,
    value,
    bound,
    pass: value <= bound,
  });
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
  for (const options of quick ? LAWS.slice(0, 3) : LAWS) {
    using ensemble = await GillespieSimulation.create(device, { ...options, points: 3, seed: 3n });
    await ensemble.run(device.kind === "reference" ? 400 : quick ? 4000 : 40_000, { signal });
    const law = masterEquation(ensemble.ensemble)!;
    const { mean, species, trajectories } = ensemble.result();
    for (const [i, name] of species.entries()) {
      if (law.sd[2][i] === 0) continue;
      const z = Math.abs(mean[2][i] - law.mean[2][i]) / (law.sd[2][i] / Math.sqrt(trajectories));
      yield check("exact", `${options.example}: mean of ${name} against the master equation, |z|`, z, BOUND);
    }
  }
}

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
