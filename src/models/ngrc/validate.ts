// Is this device right? Forecasts against those of Gauthier et al., against the reference step by step, and of a map that is itself of
// second degree and so is learned exactly.

import type { Device } from "../../device/device.ts";
import { flowOf } from "../../systems/index.ts";
import { checksOf } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { gauthierSeries, KNOWN, SETTING } from "./gauthier.ts";
import { roundingErrors } from "./rounding.ts";
import { NgrcSimulation } from "./simulation.ts";

/** Hénon's map as increments: of 1, x, y, x², xy, y². */
const HENON = [
  [1, -1, 1, -1.4, 0, 0],
  [0, 0.3, -1, 0, 0, 0],
];

const check = checksOf("ngrc");

export async function* validateNgrc(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  using lorenz = await NgrcSimulation.create(device, { ...SETTING, own: gauthierSeries(20) });
  await lorenz.run(20, { signal });
  const { nrmse, trainingNrmse } = lorenz.estimate();
  // The same segments of the same trajectory, but for the last bits of the integrator's steps, whose errors are what limits learning.
  for (const [what, found, known] of [
    ["median error over a Lyapunov time", nrmse.value, KNOWN.nrmse],
    ["training error", trainingNrmse.value, KNOWN.training],
  ] as const) {
    const name = `Lorenz after Gauthier et al., 20 segments: ${what} over theirs, less 1`;
    yield check("known answer", name, Math.abs(found / known - 1), 0.1);
  }

  if (device.kind === "gpu") {
    const size = { until: quick ? 2 : 10, starts: quick ? 4 : 40 };
    for (const [what, options] of [
      ["Lorenz", {}],
      // More numbers than a vector has, with a bad fit that leaves weights to all of them.
      ["Lorenz 96", { system: "lorenz96", set: "sites = 5", lyapunov: 1, training: 500, ridge: 1 }],
    ] as const) {
      const name = `a step of ${what} from the GPU's samples: error over the bound of f32 rounding`;
      yield check("reference", name, await roundingErrors(device, { ...options, ...size }), 1);
    }
  }

  using henon = await NgrcSimulation.create(device, {
    ...{ system: "henon", delays: 1, order: 2, training: 100, ridge: 1e-12, until: 20, starts: 20, scaling: "none" },
  });
  await henon.run(20, { signal });
  const { weights } = henon.result();
  const worst = weights!.flat().reduce((most, w, i) => Math.max(most, Math.abs(w - HENON.flat()[i])), 0);
  yield check("exact", "Hénon's map: the largest error of a weight", worst, 1e-9);
  // A difference of f32's half unit in the last place, 2^-24, has grown to half a standard deviation after about ln 2^23 = 16 Lyapunov times.
  const { value } = henon.estimate().validPredictionTime;
  yield check("exact", "Hénon's map: Lyapunov times by which the median forecast is shorter than 12", 12 - value, 0);

  // A unit and an offset are no part of a series: neither training nor forecasts may know of them.
  const path = flowOf("henon").trajectory({ steps: 1200, seed: 1n });
  const errorOf = async (data: Float64Array) => {
    const own = { data, shape: [1200, 2] };
    using simulation = await NgrcSimulation.create(device, { ...UNITS, own });
    await simulation.run(4, { signal });
    return simulation.estimate().nrmse.value;
  };
  const plain = await errorOf(path);
  const other = await errorOf(path.map((x) => 1e5 + 1e-3 * x));
  yield check(
    "exact",
    "Hénon's map times 10⁻³ plus 10⁵: error over that of the map itself, less 1",
    Math.abs(other / plain - 1),
    0.02,
  );
}

const UNITS = { lyapunov: 0.419, delays: 1, training: 280, until: 3, ridge: 0.1, starts: 4 } as const;
