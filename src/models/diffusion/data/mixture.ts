// Mixtures of Gaussians as laws to draw from.

import { portableCos, portableSin } from "../../../portable.ts";
import { cholesky } from "../../cholesky.ts";
import type { Mixture } from "./data-set.ts";
import { type Law, TURN } from "./law.ts";

/** Eight modes of equal shares on a circle of radius 2, each with a standard deviation of 0.2 in every direction. */
export function ring8(): Mixture {
  const components = Array.from({ length: 8 }, (_, k) => {
    const angle = (TURN * k) / 8;
    return {
      weight: 1 / 8,
      mean: [2 * portableCos(angle), 2 * portableSin(angle)],
      covariance: [0.04, 0, 0, 0.04],
    };
  });
  return { dimension: 2, components };
}

/** The law of a mixture whose covariances are positive definite; a point's class is its component. */
export function mixtureLaw({ dimension, components }: Mixture): Law {
  const ends: number[] = [];
  for (const { weight } of components) ends.push((ends.at(-1) ?? 0) + weight);
  const factors = components.map(({ covariance }) => {
    const factor = Float64Array.from(covariance);
    cholesky(factor, dimension);
    return factor;
  });
  return {
    dimension,
    draw({ uniform, normal }, point) {
      // The last end may be a rounding below 1.
      const found = ends.findIndex((end) => uniform[0] < end);
      const chosen = found < 0 ? components.length - 1 : found;
      const { mean } = components[chosen];
      for (let i = 0; i < dimension; i++) {
        let sum = mean[i];
        for (let j = 0; j <= i; j++) sum += factors[chosen][i * dimension + j] * normal[j];
        point[i] = sum;
      }
      return chosen;
    },
  };
}
