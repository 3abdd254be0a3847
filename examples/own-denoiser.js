// A diffusion model with a denoiser of your own in WGSL: it samples two coupled spins from pure noise.
//
// Two Ising spins have four states with the weights exp(K s1 s2 + B (s1 + s2)). Add Gaussian noise, x = signal s + noise n: the
// best guess of s from x, the denoiser, is the thermal mean of the spins in the field signal x / noise^2, a sum over four states.
// That is all the sampler needs. It starts from noise and ends in the states +-1, with Boltzmann's frequencies, although it has
// never seen a sample.
//
// Look at the table: the measured frequencies agree with the exact ones within the errors. Writing your own denoiser means
// replacing the function below; see "model in WGSL" in docs/models/diffusion.md for what else it may return.
// @ts-check

import { writeFile } from "node:fs/promises";
import { diffusion, openDevice, png } from "gibbs/node";
import { plot, table } from "./plot.js";

const [K, B] = [0.4, 0.15];
const STATES = /** @type {const} */ ([
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
]);
const SAMPLES = 65_536;

/** @param {number} value */
const wgslNumber = (value) => `f32(${value})`;
const wgsl = `
fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample {
  let field = vec2f(x[0], x[1]) * signal / (noise * noise);
  // The exponents of the four states; the largest is taken out, because at low noise they are large.
  let e = vec4f(
    ${wgslNumber(K + 2 * B)} + field.x + field.y,
    ${wgslNumber(-K)} + field.x - field.y,
    ${wgslNumber(-K)} - field.x + field.y,
    ${wgslNumber(K - 2 * B)} - field.x - field.y,
  );
  let w = exp(e - max(max(e.x, e.y), max(e.z, e.w)));
  let z = w.x + w.y + w.z + w.w;
  return Sample((w.x + w.y - w.z - w.w) / z, (w.x - w.y + w.z - w.w) / z);
}`;

const device = await openDevice();
// The data give the number of dimensions here: a mixture of one component in the plane, which the denoiser replaces.
const options = { data: "1 [0, 0] 1", wgsl, prediction: "sample", sampler: "heun", samples: SAMPLES, seed: 9n };
const run = await diffusion.create(
  device,
  /** @type {import("gibbs/node").DiffusionOptions} */ ({ ...options, steps: 40 }),
);
/** @type {{ mark: string, points: [number, number][] }[]} */
const paths = Array.from({ length: 8 }, (_, i) => ({ mark: "abcdefgh"[i], points: [] }));
for (let step = 0; step <= 40; step += 2) {
  const x = await run.samples();
  const { noise } = run.levels[step];
  // In units in which noise of level 80 and spins of size 1 both fit into a plot.
  for (const [i, path] of paths.entries()) path.points.push([step, x[2 * i] / Math.sqrt(1 + noise * noise)]);
  if (step < 40) await run.run(2);
}
const x = await run.samples();
await writeFile("own-denoiser.png", png(await run.picture()));
run.dispose();
device.dispose();

plot(paths, { x: "step, from noise to spins", y: "first spin of eight samples, x / sqrt(1 + noise^2)" });
const weights = STATES.map(([s, t]) => Math.exp(K * s * t + B * (s + t)));
const sum = weights.reduce((a, b) => a + b);
table(
  ["s1", "s2", "sampled", "error", "exact"],
  STATES.map(([s, t], state) => {
    let count = 0;
    for (let i = 0; i < x.length; i += 2) if (Math.sign(x[i]) === s && Math.sign(x[i + 1]) === t) count++;
    const exact = weights[state] / sum;
    return [s, t, count / SAMPLES, Math.sqrt((exact * (1 - exact)) / SAMPLES), exact];
  }),
);
