// What a noisy sample says about the points that it may come from, on any device.

import { storage, uniform, withBuffers } from "../../device/buffers.ts";
import type { Device } from "../../device/device.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { structOf } from "../../device/layout.ts";
import { submitPass } from "../../device/submissions.ts";
import type { Level } from "../../network/level.ts";
import type { DataSet } from "./data/data-set.ts";
import { CHUNK, transposedPoints } from "./denoisers/chunks.ts";
import { softmax } from "./reference-denoisers.ts";

export interface Posterior {
  /** Σ w_i²: one over the points that share the weight. */
  concentration: number;
  /** Weight of each class; empty where there are none. */
  classes: number[];
}

/** Posteriors of samples x [sample][dimension] at a level; `dispose` frees what the device holds for it. */
export interface PosteriorOf {
  of(x: Float32Array, level: Pick<Level, "signal" | "noise">): Promise<Posterior[]>;
  dispose(): void;
}

const WORKGROUP = 64;
const RUN = structOf("diffusion/posterior.wgsl", "run");

export async function posteriorOf(device: Device, data: DataSet): Promise<PosteriorOf> {
  if (device.kind === "reference") return { of: async (x, level) => plainly(data, x, level), dispose() {} };
  return onGpu(device, data);
}

function plainly(
  { points, labels, classes, dimension: d }: DataSet,
  x: Float32Array,
  { signal, noise }: Pick<Level, "signal" | "noise">,
) {
  return Array.from({ length: x.length / d }, (_, s): Posterior => {
    const exponents = Array.from({ length: points.length / d }, (_, p) => {
      let square = 0;
      for (let i = 0; i < d; i++) square += (x[s * d + i] - signal * points[p * d + i]) ** 2;
      return -square / (2 * noise ** 2);
    });
    const weights = softmax(exponents);
    const shares = Array<number>(labels ? classes : 0).fill(0);
    if (labels) for (const [p, weight] of weights.entries()) shares[labels[p]] += weight;
    return { concentration: weights.reduce((sum, w) => sum + w * w, 0), classes: shares };
  });
}

async function onGpu(device: GpuDevice, { points, labels, classes: all, dimension }: DataSet): Promise<PosteriorOf> {
  const count = points.length / dimension;
  const chunks = Math.ceil(count / CHUNK);
  const classes = labels ? all : 0;
  const kernel = await device.kernel({
    shader: "diffusion/posterior.wgsl",
    entryPoint: "posterior",
    constants: { WORKGROUP, DIMENSIONS: dimension, POINTS: count, CHUNK, CHUNKS: chunks, CLASSES: classes },
  });
  const title = "diffusion, posterior";
  const classOf = Uint32Array.from({ length: CHUNK * chunks }, (_, p) => labels?.[p] ?? 0);
  const kept = await device.guard(title, () => ({
    run: uniform(device, "posterior run", RUN),
    points: storage(device, "posterior points", transposedPoints(points, dimension, CHUNK * chunks)),
    labels: storage(device, "posterior labels", classOf),
  }));
  return {
    async of(x, { signal, noise }) {
      const samples = x.length / dimension;
      const quads = Math.ceil(samples / 4);
      const rows = 3 + classes;
      const make = () => ({
        x: storage(device, "posterior samples", transposedPoints(x, dimension, 4 * quads)),
        sums: storage(device, "posterior sums", 4 * rows * chunks * quads),
      });
      return withBuffers(device, title, make, async (own) => {
        device.write(kept.run, RUN.write({ signal, scale: 1 / (2 * noise ** 2), quads }));
        const group = kernel.bind({ ...kept, ...own });
        await submitPass(device, title, [{ kernel, group, groups: [Math.ceil(quads / WORKGROUP), chunks] }]);
        return merged(new Float32Array(await device.read(own.sums)), { samples, stride: 4 * quads, rows, chunks });
      });
    },
    dispose() {
      for (const buffer of Object.values(kept)) device.free(buffer);
    },
  };
}

/** Chunks together: each is in units of its own largest weight. */
function merged(
  sums: Float32Array,
  shape: { samples: number; stride: number; rows: number; chunks: number },
): Posterior[] {
  const { samples, stride, rows, chunks } = shape;
  return Array.from({ length: samples }, (_, s) => {
    const at = (chunk: number, row: number) => sums[(chunk * rows + row) * stride + s];
    const all = Array.from({ length: chunks }, (_, chunk) => chunk);
    const most = Math.max(...all.map((chunk) => at(chunk, 0)));
    const total = (row: number, power: number) =>
      all.reduce((sum, chunk) => sum + Math.exp(power * (at(chunk, 0) - most)) * at(chunk, row), 0);
    const sum = total(1, 1);
    return {
      concentration: total(2, 2) / sum ** 2,
      classes: Array.from({ length: rows - 3 }, (_, c) => total(3 + c, 1) / sum),
    };
  });
}
