// How many steps do samplers of diffusion models need? Their samples are compared with the exact density.
//
// The data are a ring of eight Gaussians, whose score is known at every noise level. So the denoiser is exact, and whatever
// differs from the data is the sampler's error. Two figures show it: the mean of -ln p(x) over the samples, under the exact
// density p, and the sliced Wasserstein distance from fresh points. Fresh points have figures of their own, in the last row: no
// sampler can be expected to do better.
//
// A mean of -ln p below that of fresh points says that samples are too close to the centres: ddpm with its small variance.
//
// Look at how few steps the solvers of second order, heun and dpmpp-2m, need. The picture is the density of heun's samples.
// @ts-check

import { writeFile } from "node:fs/promises";
import { dataSetOf, diffusion, openDevice, png, slicedWasserstein } from "gibbs/node";
import { plot, table } from "./plot.js";

const SAMPLERS = /** @type {const} */ (["ddpm", "ddim", "heun", "dpmpp-2m"]);
const STEPS = [5, 10, 20, 40, 60];
const SAMPLES = 8192;

const device = await openDevice();
const rows = [];
/** @type {(readonly [number, number])[][]} */
const curves = SAMPLERS.map(() => []);
for (const [i, sampler] of SAMPLERS.entries()) {
  for (const steps of STEPS) {
    const run = await diffusion.create(device, { data: "gmm8", sampler, steps, samples: SAMPLES, seed: 2n });
    await run.run(steps);
    const { result } = await run.summary();
    const distance = result.slicedWasserstein ?? Number.NaN;
    curves[i].push([steps, distance]);
    rows.push([sampler, steps, surprise(await run.samples(), run.data), distance]);
    if (sampler === "heun" && steps === 40) await writeFile("diffusion-samplers.png", png(await run.picture()));
    run.dispose();
  }
}
const data = await dataSetOf("gmm8", { points: 2, seed: 1n });
const fresh = [1n, 2n, 3n, 4n, 5n].map((seed) => data.draw?.(SAMPLES, seed) ?? new Float32Array());
const floors = fresh.slice(1).map((points) => slicedWasserstein(points, fresh[0], data.dimension));
const floor = floors.reduce((sum, distance) => sum + distance, 0) / floors.length;
rows.push(["exact", "-", surprise(fresh[0], data), floor]);
device.dispose();

plot(
  [
    { mark: "-", label: "exact", points: STEPS.map((steps) => [steps, floor]) },
    ...SAMPLERS.map((sampler, i) => ({ mark: "pihm"[i], label: sampler, points: curves[i] })),
  ],
  { x: "steps", y: "distance", logX: true, logY: true },
);
table(["sampler", "steps", "mean -ln p", "distance"], rows);
console.log("\nwrote diffusion-samplers.png");

/** The mean of -ln p over points [point][2], p being the mixture of circular Gaussians of the data.
 * @param {ArrayLike<number>} x @param {import("gibbs/node").DataSet} data */
function surprise(x, { mixture }) {
  let sum = 0;
  for (let at = 0; at < x.length; at += 2) {
    const density = (mixture?.components ?? []).reduce((p, { weight, mean, covariance: [variance] }) => {
      const square = (x[at] - mean[0]) ** 2 + (x[at + 1] - mean[1]) ** 2;
      return p + (weight / (2 * Math.PI * variance)) * Math.exp(-square / (2 * variance));
    }, 1e-300);
    sum -= Math.log(density);
  }
  return sum / (x.length / 2);
}
