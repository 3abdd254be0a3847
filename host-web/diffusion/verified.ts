// What Verify compares: single steps, from noise and from data with noise, of a few samples. Whole ways add the differences of their steps up,
// and where samples choose between modes they make any difference large.

import { type DiffusionSimulation, diffusion, inOwnUnits, type Level } from "../../src/models/diffusion/index.ts";
import { noiseOf } from "../../src/models/diffusion/internal.ts";
import { STREAMS } from "../../src/random/streams.ts";

import { Law } from "./law.ts";

/** Standard deviations that a step in 32-bit floats may be from one in 64-bit floats. */
export const BOUND = 2e-5;
/** Numbers that are compared a place. */
const NUMBERS = 256;
const PURPOSE = STREAMS.diffusion.verifying;

/** In standard deviations of samples at the level where each step ends. */
export async function someSteps(simulation: DiffusionSimulation): Promise<Float64Array> {
  const { device, seed, points, data, levels, length } = simulation;
  const { dimension: d } = data;
  const samples = Math.max(1, Math.min(points.parameters.samples, Math.ceil(NUMBERS / d)));
  const own = { ...points.parameters, samples, seed };
  const spread = Math.sqrt(new Law(data).spread);
  const scaled = (x: Float32Array, { signal, noise }: Level) =>
    Float64Array.from(x, (value) => value / Math.hypot(signal * spread, noise));
  const all: number[] = [];
  {
    using run = await diffusion.create(device, own);
    await run.run(1);
    all.push(...scaled(await run.scaled(), levels[1]));
  }
  const { sampler, interpolate } = points.parameters;
  // A step of these is not one of two levels alone.
  if (sampler === "lcm" || sampler === "ddim-inverse" || interpolate !== "") return Float64Array.from(all);
  for (const share of [0.4, 0.75]) {
    const at = Math.min(length - 1, Math.round(share * length));
    const way = [levels[at], levels[at + 1]];
    const noise = inOwnUnits(data, noisy(data.points, d, samples, way[0], at));
    using run = await diffusion.create(device, { ...own, levels: way, noise });
    await run.run(1);
    all.push(...scaled(await run.scaled(), way[1]));
  }
  return Float64Array.from(all);
}

/** Data at a level, the same bits on every machine. */
function noisy(points: Float32Array, d: number, samples: number, { signal, noise }: Level, at: number): Float32Array {
  const all = new Float32Array(samples * d);
  for (let sample = 0; sample < samples; sample++) {
    const normal = noiseOf(1n, PURPOSE, { sample, draw: at, use: 0, dimension: d });
    for (let i = sample * d; i < (sample + 1) * d; i++) {
      all[i] = signal * points[i % points.length] + noise * normal[i - sample * d];
    }
  }
  return all;
}
