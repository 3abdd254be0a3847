// How likely a point is under a denoiser: along the probability flow, whose densities are those of the diffusion.

import type { DataSet } from "./data/data-set.ts";
import { covarianceOf, meanOf } from "./data/moments.ts";
import { mixtureMoments } from "./moments.ts";
import type { ReferenceDenoiser } from "./reference-denoisers.ts";

/** Noise from which the flow starts and where it ends, in units of the data's standard deviation; the first changes ln p by its square. */
const [LEAST, MOST] = [1e-5, 1e4];
/** Steps of the integration in ln σ. */
const STEPS = 800;

/**
 * ln p(x) of points, in nats: from dx/d ln σ = x - D(x; σ) and d ln p/d ln σ = -(dimension - ∇·D), by the fourth-order Runge-Kutta method, with the exact
 * divergence; at the end p is that of noise about the data's mean. (Song et al. 2021, arXiv 2011.13456, section 4.3 and appendix D.2; Chen,
 * Rubanova, Bettencourt & Duvenaud 2018, arXiv 1806.07366.)
 */
export function logLikelihoodOf(denoiser: ReferenceDenoiser, data: DataSet): (point: Float64Array) => number {
  const { dimension: d } = data;
  const { mean, covariance } = data.mixture
    ? mixtureMoments(data.mixture)
    : { mean: meanOf(data.points, d), covariance: covarianceOf(data.points, d) };
  let variance = 0;
  for (let i = 0; i < d; i++) variance += covariance[i * d + i] / d;
  const scale = Math.sqrt(variance);
  const [from, to] = [Math.log(LEAST * scale), Math.log(MOST * scale)];
  const h = (to - from) / STEPS;
  const slope = (x: Float64Array, t: number) => {
    const level = { signal: 1, noise: Math.exp(t), time: t / 4 };
    const clean = denoiser.denoise(x, level);
    return { x: x.map((value, i) => value - clean[i]), grown: d - denoiser.divergence(x, level) };
  };
  return (point) => {
    let x = point;
    let grown = 0;
    for (let step = 0; step < STEPS; step++) {
      const t = from + step * h;
      const at = (k: { x: Float64Array }, share: number) => x.map((value, i) => value + share * h * k.x[i]);
      const k1 = slope(x, t);
      const k2 = slope(at(k1, 0.5), t + h / 2);
      const k3 = slope(at(k2, 0.5), t + h / 2);
      const k4 = slope(at(k3, 1), t + h);
      x = x.map((value, i) => value + (h / 6) * (k1.x[i] + 2 * k2.x[i] + 2 * k3.x[i] + k4.x[i]));
      grown += (h / 6) * (k1.grown + 2 * k2.grown + 2 * k3.grown + k4.grown);
    }
    const last = Math.exp(2 * to) + variance;
    const square = x.reduce((sum, value, i) => sum + (value - mean[i]) ** 2, 0);
    return -0.5 * (square / last + d * Math.log(2 * Math.PI * last)) + grown;
  };
}
