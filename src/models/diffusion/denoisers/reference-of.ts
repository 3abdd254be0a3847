// The denoiser of a run in f64.

import { denoise, divergence } from "../../../network/reference.ts";
import type { Network } from "../../../network/shape.ts";
import { mixtureDenoiser, pointsDenoiser, type ReferenceDenoiser } from "../reference-denoisers.ts";
import type { Denoiser } from "../sampling.ts";

/** Undefined for a model in WGSL, which only a GPU runs. */
export function referenceOf(denoiser: Denoiser, dimension: number): ReferenceDenoiser | undefined {
  switch (denoiser.kind) {
    case "mixture":
      return mixtureDenoiser(denoiser.mixture);
    case "points":
      return pointsDenoiser(denoiser.points, dimension, denoiser.labels);
    case "network":
      return networkDenoiser(denoiser.network);
    case "custom":
      return undefined;
  }
}

const networkDenoiser = (network: Network): ReferenceDenoiser => ({
  denoise: (x, level, label) => denoise(network, x, level, label),
  divergence: (x, level, label) => divergence(network, x, level, label),
});
