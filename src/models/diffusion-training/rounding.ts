// How far the GPU may be from the reference: errors of 32-bit floats, followed from operation to operation with the bounds of the WGSL
// specification (§ 15.7.4, accuracy of expressions). A figure of 1 is as far as rounding can go; a wrong index or sign is hundreds.

import type { GpuDevice } from "../../device/gpu.ts";
import { condition, type NetworkShape, offsetsOf } from "../../network/shape.ts";
import { GpuTrainer } from "./gpu.ts";
import { ReferenceTraining } from "./reference.ts";
import { ADAM, PURPOSE, type TrainerOptions } from "./trainer.ts";

/** Half a unit in the last place. */
const EPSILON = 2 ** -24;
/** Relative errors of 1 / (1 + e^-z), where e^x is within 3 + 2 |x| units in the last place and a quotient within 2.5. */
const sigmoidError = (z: number) => EPSILON * (2 * (3 + 2 * Math.abs(z)) + 8);

/** A number with a bound of its error. */
interface Rounded {
  value: Float64Array;
  error: Float64Array;
}

const rounded = (length: number): Rounded => ({ value: new Float64Array(length), error: new Float64Array(length) });

/** Σ_k a_k w_k for `length` results; each sum errs by what its terms do, and by a rounding for each of the terms. */
function sums(length: number, terms: { a: Rounded; weight: (k: number, result: number) => number }[]): Rounded {
  const result = rounded(length);
  const count = terms.reduce((n, { a }) => n + a.value.length, 2);
  for (let r = 0; r < length; r++) {
    let size = 0;
    for (const { a, weight } of terms) {
      for (let k = 0; k < a.value.length; k++) {
        const w = weight(k, r);
        result.value[r] += a.value[k] * w;
        result.error[r] += a.error[k] * Math.abs(w);
        size += Math.abs(a.value[k] * w);
      }
    }
    result.error[r] += count * EPSILON * size;
  }
  return result;
}

const exactly = (values: ArrayLike<number>): Rounded => ({
  value: Float64Array.from(values),
  error: new Float64Array(values.length),
});

/** The loss's slopes in all parameters of given samples, with the errors that 32-bit floats may make of them. */
function gradientOf(
  shape: NetworkShape,
  parameters: ArrayLike<number>,
  samples: { inputs: ArrayLike<number>; conditions: ArrayLike<number>; targets: ArrayLike<number> }[],
): Rounded {
  const { width, dimension, layers } = shape;
  const { layers: placed, output, bias, count } = offsetsOf(shape);
  const gradient = rounded(count);
  const sizes = new Float64Array(count);
  const share = 2 / (samples.length * dimension);
  const add = (at: number, a: Rounded, i: number, b: Rounded, j: number) => {
    const product = Math.abs(a.value[i] * b.value[j]);
    gradient.value[at] += share * a.value[i] * b.value[j];
    gradient.error[at] +=
      share * (Math.abs(a.value[i]) * b.error[j] + a.error[i] * (Math.abs(b.value[j]) + b.error[j]));
    sizes[at] += share * product;
  };
  const one = exactly([1]);
  for (const sample of samples) {
    const conditions = exactly(sample.conditions);
    const units: Rounded[] = [];
    const slopes: Rounded[] = [];
    placed.forEach(({ weights, conditions: conditionOffset }, layer) => {
      const below = layer === 0 ? exactly(sample.inputs) : units[layer - 1];
      const z = sums(width, [
        { a: below, weight: (k, unit) => parameters[weights + k * width + unit] },
        { a: conditions, weight: (k, unit) => parameters[conditionOffset + k * width + unit] },
      ]);
      const [h, slope] = [rounded(width), rounded(width)];
      for (let unit = 0; unit < width; unit++) {
        const { [unit]: value } = z.value;
        const s = 1 / (1 + Math.exp(-value));
        const relative = sigmoidError(value);
        h.value[unit] = value * s + (layer > 0 ? below.value[unit] : 0);
        // silu' lies within ±1.1, silu'' within ±0.5.
        h.error[unit] = 1.1 * z.error[unit] + relative * Math.abs(value * s) + (layer > 0 ? below.error[unit] : 0);
        h.error[unit] += EPSILON * Math.abs(h.value[unit]);
        slope.value[unit] = s * (1 + value * (1 - s));
        slope.error[unit] = 0.5 * z.error[unit] + 2 * relative * s * (1 + Math.abs(value));
      }
      units.push(h);
      slopes.push(slope);
    });
    const last = units[layers - 1];
    const residual = sums(dimension, [
      { a: last, weight: (unit, d) => parameters[output + d * width + unit] },
      { a: one, weight: (_, d) => parameters[bias + d] },
    ]);
    for (let d = 0; d < dimension; d++) {
      residual.error[d] += EPSILON * (Math.abs(residual.value[d]) + Math.abs(sample.targets[d]));
      residual.value[d] -= sample.targets[d];
      add(bias + d, residual, d, one, 0);
      for (let unit = 0; unit < width; unit++) add(output + d * width + unit, residual, d, last, unit);
    }
    let above = sums(width, [{ a: residual, weight: (d, unit) => parameters[output + d * width + unit] }]);
    for (let layer = layers - 1; layer >= 0; layer--) {
      const { weights, conditions: conditionOffset, inputs } = placed[layer];
      const below = layer === 0 ? exactly(sample.inputs) : units[layer - 1];
      const [slope, delta] = [slopes[layer], rounded(width)];
      for (let unit = 0; unit < width; unit++) {
        delta.value[unit] = above.value[unit] * slope.value[unit];
        delta.error[unit] =
          Math.abs(above.value[unit]) * slope.error[unit] +
          above.error[unit] * (Math.abs(slope.value[unit]) + slope.error[unit]) +
          EPSILON * Math.abs(delta.value[unit]);
        for (let k = 0; k < inputs; k++) add(weights + k * width + unit, below, k, delta, unit);
        for (let k = 0; k < conditions.value.length; k++)
          add(conditionOffset + k * width + unit, conditions, k, delta, unit);
      }
      if (layer === 0) continue;
      const passed = above;
      above = sums(width, [{ a: delta, weight: (unit, i) => parameters[weights + i * width + unit] }]);
      for (let i = 0; i < width; i++) {
        above.value[i] += passed.value[i];
        // It stands in the sum from the start, so that every rounding may be of its size.
        above.error[i] += passed.error[i] + width * EPSILON * Math.abs(passed.value[i]);
      }
    }
  }
  // The sum over the minibatch: a rounding for each sample.
  for (let at = 0; at < count; at++) gradient.error[at] += (samples.length + 2) * EPSILON * sizes[at];
  return gradient;
}

export interface TrainingErrors {
  /** The largest error of a number of the minibatch, and of a slope, over its bound. */
  minibatch: number;
  gradient: number;
  /** The largest slope over the bound of its error: how much the comparison can see. */
  sharpness: number;
}

/** Compares a step on the GPU with the reference. */
export async function trainingErrors(
  device: GpuDevice,
  options: TrainerOptions,
  parameters: Float32Array,
  step: number,
): Promise<TrainingErrors> {
  const { shape, batch } = options;
  const trainer = await GpuTrainer.create(device, options);
  try {
    const zeros = new Float32Array(parameters.length);
    await trainer.write({ parameters, means: zeros, variances: zeros, averages: parameters });
    const rows = await trainer.minibatch(step);
    const { gradient } = await trainer.gradient(step);
    const row = (values: Float32Array, sample: number) =>
      Float32Array.from({ length: values.length / batch }, (_, i) => values[i * batch + sample]);
    const samples = Array.from({ length: batch }, (_, sample) => ({
      inputs: row(rows.inputs, sample),
      conditions: row(rows.conditions, sample),
      targets: row(rows.targets, sample),
    }));
    const expected = gradientOf(shape, parameters, samples);
    let [worst, sharpness] = [0, 0];
    for (let i = 0; i < gradient.length; i++) {
      // A slope that is 0 for certain has no bound and no error.
      const off = Math.abs(gradient[i] - expected.value[i]);
      if (off > 0) worst = Math.max(worst, off / expected.error[i]);
      if (expected.error[i] > 0) sharpness = Math.max(sharpness, Math.abs(expected.value[i]) / expected.error[i]);
    }
    const minibatch = Math.max(...minibatchErrors(options, step, samples));
    return { minibatch, gradient: worst, sharpness };
  } finally {
    trainer.dispose();
  }
}

/**
 * The error of a normal number R cos φ of shaders/common/normal.wgsl: ln is within 2e-7 of itself, of a uniform number rounded by 2^-24 of
 * itself, so R² errs by at most 2^-22 + 2e-7 R².
 *
 * @param radius R, or less than it
 */
function normalError(radius: number): number {
  const squareError = 2 ** -22 + 2e-7 * radius ** 2;
  return Math.min(Math.sqrt(squareError), squareError / radius) + 16 * EPSILON * radius;
}

/** Each number of a minibatch against the reference's, over its bound. */
function minibatchErrors(
  options: TrainerOptions,
  step: number,
  samples: { inputs: ArrayLike<number>; conditions: ArrayLike<number>; targets: ArrayLike<number> }[],
): number[] {
  const { centre, deviation, shape, noiseMean, noiseSd } = options;
  const reference = new ReferenceTraining({ ...options, adam: ADAM, purpose: PURPOSE }, []);
  return reference.minibatch(step).flatMap(({ point, noise, sigma, label }, sample) => {
    const ratio = sigma / deviation;
    const level = Math.log(ratio);
    const size = Math.abs(level) + Math.abs(noiseMean);
    const levelError = noiseSd * normalError(Math.abs(level - noiseMean) / noiseSd) + 4 * EPSILON * size;
    const ratioError = levelError + 2 * EPSILON * (3 + 2 * size); // relative
    const scale = 1 / Math.sqrt(1 + ratio ** 2);
    const larger = Math.max(1, ratio) * scale;
    const { inputs, conditions, targets } = samples[sample];
    const errors: number[] = [];
    point.forEach((x, d) => {
      const eta = (x - centre[d]) / deviation;
      const radius = Math.hypot(noise[d], noise[d ^ 1] ?? 0);
      const rounding = (Math.abs(eta) + Math.abs(noise[d])) * larger * (2 * ratioError + 20 * EPSILON);
      const bound = rounding + larger * normalError(radius);
      errors.push(Math.abs(inputs[d] - (eta + ratio * noise[d]) * scale) / bound);
      errors.push(Math.abs(targets[d] - (ratio * eta - noise[d]) * scale) / bound);
    });
    // Frequencies up to 32 of a quarter of ln σ; a cosine within 2^-22 of one turn.
    const bound = 8 * (levelError + 8 * EPSILON * (size + Math.abs(Math.log(deviation)))) + 2 ** -21;
    condition({ shape }, { signal: 1, noise: sigma }, label).forEach((exact, k) => {
      errors.push(Math.abs(conditions[k] - exact) / bound);
    });
    return errors;
  });
}
