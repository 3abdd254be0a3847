// A forecast as a picture.

import type { Shown } from "./result.ts";
import type { Segment } from "./segment.ts";

/** Pixels of a picture's height, about. */
const PICTURE = 400;

/** Time to the right; components of the truth, below them those forecast, below them the error. */
export function forecastPicture({ truth, forecast }: Shown, { deviations, samples }: Segment) {
  const dimension = deviations.length;
  const high = Math.max(1, Math.round(PICTURE / 3 / dimension));
  const wide = Math.max(1, Math.round((2 * PICTURE) / truth.length));
  const [width, height] = [wide * truth.length, 3 * high * dimension];
  const data = new Uint8Array(width * height);
  const mean = Array.from({ length: dimension }, (_, i) => {
    const count = samples.length / dimension;
    let sum = 0;
    for (let time = 0; time < count; time++) sum += samples[time * dimension + i];
    return sum / count;
  });
  const shade = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
  truth.forEach((sample, step) => {
    for (let i = 0; i < dimension; i++) {
      const of = (x: number) => 128 + (48 * (x - mean[i])) / deviations[i];
      const error = (255 * Math.abs(forecast[step][i] - sample[i])) / (2 * deviations[i]);
      [of(sample[i]), of(forecast[step][i]), error].forEach((value, part) => {
        for (let y = 0; y < high; y++) {
          const at = ((part * dimension + i) * high + y) * width + step * wide;
          data.fill(shade(value), at, at + wide);
        }
      });
    }
  });
  return { width, height, data };
}
