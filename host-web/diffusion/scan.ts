// How good samples are for what they cost: the distance from the law against the times that the denoiser is asked, for four samplers.

import {
  type DiffusionSimulation,
  diffusion,
  type SamplerName,
  slicedWasserstein,
} from "../../src/models/diffusion/index.ts";
import type { Curve, ScanResult } from "../worker/protocol.ts";
import { historyOf } from "./history.ts";

const COSTS = [6, 10, 16, 26, 42, 68];
const SAMPLES = 2048;
const DIRECTIONS = 16;
const FRESH = 20_261_130n;

const SAMPLERS: readonly { sampler: SamplerName; name: string; asks: number }[] = [
  { sampler: "ddpm", name: "DDPM", asks: 1 },
  { sampler: "ddim", name: "DDIM", asks: 1 },
  { sampler: "dpmpp-2m", name: "DPM-Solver++ 2M", asks: 1 },
  { sampler: "heun", name: "Heun", asks: 2 },
];

export async function scan(simulation: DiffusionSimulation): Promise<ScanResult> {
  const { device, seed, points, data } = simulation;
  const { dimension: d } = data;
  const { parameters } = points;
  const law = data.draw ? data.draw(SAMPLES, FRESH) : data.points.subarray(0, SAMPLES * d);
  const samples = Math.min(SAMPLES, parameters.samples);
  // Each in its own schedule, without what only some take.
  const { schedule: _, ...own } = { ...parameters, samples, seed, eta: 0, variance: "small" as const };
  const distances: Curve[] = [];
  const variances: Curve[] = [];
  for (const { sampler, name, asks } of SAMPLERS) {
    const [distance, variance]: Curve[] = [0, 1].map(() => ({ name, x: [], y: [] }));
    for (const cost of COSTS) {
      const steps = Math.round(cost / asks);
      using run = await diffusion.create(device, { ...own, sampler, steps });
      await run.run(steps);
      const x = await run.scaled();
      // Heun's last step asks once.
      const asked = asks === 1 ? steps : 2 * steps - 1;
      distance.x.push(asked);
      distance.y.push(slicedWasserstein(x, law, d, { projections: DIRECTIONS, scale: data.unit?.scale }));
      variance.x.push(asked);
      variance.y.push((await run.summary()).variance.value);
    }
    distances.push(distance);
    variances.push(variance);
  }
  const { law: known } = historyOf(simulation);
  const ends = [COSTS[0], COSTS[COSTS.length - 1]];
  const level = (name: string, value: number): Curve => ({ name, x: ends, y: [value, value] });
  if (known.chance !== undefined) distances.push(level("the law itself", known.chance));
  variances.push(level("the law itself", known.variance({ signal: 1, noise: 0, time: 0 })));
  return {
    x: "times the denoiser is asked",
    plots: [
      { title: "Distance from the law", unit: "sliced W₁", curves: distances, log: true },
      { title: "Variance of samples", unit: "mean of a number", curves: variances, log: true },
    ],
  };
}
