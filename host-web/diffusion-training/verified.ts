// What Verify compares: the slopes of the loss in all parameters, of the first minibatch and the network that training begins with. Later
// networks are the sum of thousands of such steps, and their roundings part as those of any long sum.

import type { DiffusionTrainingSimulation } from "../../src/models/diffusion-training/index.ts";
import { GpuTrainer, ReferenceTrainer } from "../../src/models/diffusion-training/internal.ts";
import { firstParameters } from "../../src/network/init.ts";

/** Root mean squares of the slopes that a slope in 32-bit floats may be off. */
export const BOUND = 1e-3;
/** Samples of the minibatch, and their number times parameters, that the reference makes in a second or two. */
const AFFORDABLE = 2e7;

export async function slopes({ device, points, options, seed }: DiffusionTrainingSimulation): Promise<Float64Array> {
  const { parameters } = points;
  // The last layer begins at 0, and the others would have no slopes.
  const first = firstParameters(options.shape, seed).map((value, i) => value || 0.1 * Math.sin(i));
  const batch = Math.max(4, Math.min(parameters.batch, 4 * Math.floor(AFFORDABLE / first.length / 4)));
  const own = { ...options, batch };
  const trainer = device.kind === "reference" ? new ReferenceTrainer(own) : await GpuTrainer.create(device, own);
  try {
    const zeros = new Float32Array(first.length);
    await trainer.write({ parameters: first, means: zeros, variances: zeros, averages: first });
    const { loss, gradient } = await trainer.gradient(0);
    const all = Float64Array.from([...gradient, loss]);
    const size = Math.sqrt(all.reduce((sum, slope) => sum + slope ** 2, 0) / all.length);
    return all.map((value) => value / size);
  } finally {
    trainer.dispose();
  }
}
