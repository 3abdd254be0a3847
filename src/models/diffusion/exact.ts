// What is known exactly of samples.

import type { Exact } from "../model.ts";
import { ring8 } from "./data/mixture.ts";
import { parseMixture } from "./data/mixture-text.ts";
import { scaledMixture, unitOfMixture } from "./data/unit.ts";
import { gaussianMoments, mixtureMoments } from "./moments.ts";
import type { DiffusionParameters } from "./parameters.ts";
import { programOf, scheduleFor } from "./sampler-stages.ts";
import { defaultSchedule } from "./sampling-setup.ts";
import { scheduleOf } from "./schedules.ts";

/**
 * Mean and variance: of a single Gaussian of one number after exactly these steps; of mixtures those of the law, which a sampler reaches in the
 * limit of many steps.
 */
export function exactOf(parameters: DiffusionParameters): Partial<Record<"mean" | "variance", Exact>> {
  const { data, denoiser, sampler, clip, threshold, known, interpolate, label } = parameters;
  const mixture = data === "gmm8" ? ring8() : data.includes("[") ? parseMixture(data) : undefined;
  if (!mixture || denoiser !== "exact" || clip > 0 || threshold > 0 || known || interpolate || label !== -1) return {};
  if (sampler === "ddim-inverse" || sampler === "lcm") return {};
  const [{ mean, covariance }] = mixture.components;
  if (mixture.components.length === 1 && mixture.dimension === 1) {
    // As the denoiser sees it, and back again.
    const { scaling = data === "gmm8" ? "none" : "columns" } = parameters;
    const unit = scaling === "none" ? undefined : unitOfMixture(mixture, scaling);
    const [seen] = unit ? scaledMixture(mixture, unit).components : [{ mean, covariance }];
    const law = { mean: seen.mean[0], variance: seen.covariance[0] };
    const way = scheduleFor(
      sampler,
      scheduleOf({ ...parameters, schedule: parameters.schedule ?? defaultSchedule(sampler) }),
    );
    const remaining = ({ signal, noise }: { signal: number; noise: number }) =>
      (law.variance * noise ** 2) / (signal ** 2 * law.variance + noise ** 2);
    const last = gaussianMoments(programOf(way, { ...parameters, remaining }), law).at(-1)!;
    const source = "Gaussian recursion of these steps";
    const [centre, scale] = unit ? [unit.centre[0], unit.scale[0]] : [0, 1];
    return {
      mean: { value: centre + scale * last.mean, source },
      variance: { value: scale ** 2 * last.variance, source },
    };
  }
  if (parameters.last === "first") return {};
  const { mean: means, covariance: spread } = mixtureMoments(mixture);
  const d = mixture.dimension;
  // Means that cancel leave a rounding.
  const average = (values: number[]) => Math.round((values.reduce((sum, value) => sum + value, 0) / d) * 1e12) / 1e12;
  // Samplers of few steps are off the law by their order; more than a tenth is said.
  const law = { source: "the law, in the limit of many steps", approximate: 0.1 };
  return {
    mean: { value: average(means), ...law },
    variance: { value: average(means.map((_, i) => spread[i * d + i])), ...law },
  };
}
