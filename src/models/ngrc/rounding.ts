// How far a step of the GPU may be from that of the reference: a bound that follows from f32 and WGSL alone.

import type { GpuDevice } from "../../device/gpu.ts";
import { memoryOf, monomials } from "./features.ts";
import { forecast } from "./reference.ts";
import { BOUND, historyOf, learn } from "./segment.ts";
import { type NgrcOptions, NgrcSimulation } from "./simulation.ts";

/** Half a unit in the last place of f32. WGSL wants + and × correctly rounded, and allows them fused and sums in any order. */
const UNIT = 2 ** -24;

/**
 * The largest error of a step in units of its bound, over forecasts of the GPU: each step is made again by the reference from the samples
 * that the GPU had. A term weight · product has up to `order` roundings and one of the weight, a sum of n terms n - 1 more, and the last
 * addition one: so the error is at most γ_(n + order + 1) Σ |weight · product| + u |x(t + 1)|, with γ_k = k u / (1 - k u) (Higham 2002, doi
 * 10.1137/1.9780898718027, section 3.1).
 */
export async function roundingErrors(device: GpuDevice, options: NgrcOptions): Promise<number> {
  using simulation = await NgrcSimulation.create(device, options);
  const { plan } = simulation;
  const { parameters } = simulation.points;
  const { dimension, delays, skip, order } = plan.features;
  const table = monomials(delays * dimension, order);
  const k = (table.length + order + 1) * UNIT;
  const gamma = k / (1 - k);
  let worst = 0;
  for (let start = 0; start < parameters.starts; start++) {
    const which = start % parameters.forecasts;
    const segment = learn(plan, parameters, Math.floor(start / parameters.forecasts));
    const { forecast: made } = await simulation.forecast(start);
    const known = historyOf(plan, segment, which).map((sample) =>
      Array.from(sample, (x, i) => Math.fround(x / segment.scales[i]) * segment.scales[i]),
    );
    const samples = [...known, ...made];
    const bounds = segment.scales.map((scale) => BOUND * scale);
    for (let at = memoryOf(plan.features); at < samples.length; at++) {
      const history = samples.slice(at - memoryOf(plan.features), at);
      const [next] = forecast({ ...plan.features, weights: segment.weights, history, bounds }, 1);
      const variables = Array.from({ length: delays }, (_, d) => history[history.length - 1 - d * skip]).flat();
      for (let i = 0; i < dimension; i++) {
        const sizes = table.map((factors, m) => {
          const product = factors.reduce((value, factor) => value * variables[factor], 1);
          return Math.abs(segment.weights[i * table.length + m] * product);
        });
        const bound = gamma * sizes.reduce((a, b) => a + b) + UNIT * Math.abs(next[i]) * (1 + 1e-6);
        worst = Math.max(worst, Math.abs(samples[at][i] - next[i]) / bound);
      }
    }
  }
  return worst;
}
