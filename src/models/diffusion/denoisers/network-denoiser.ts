// A trained network as a denoiser of the reference.

import { denoise, divergence } from "../network/reference.ts";
import type { Network } from "../network/shape.ts";
import type { ReferenceDenoiser } from "../reference-denoisers.ts";

export const networkDenoiser = (network: Network): ReferenceDenoiser => ({
  denoise: (x, level, label) => denoise(network, x, level, label),
  divergence: (x, level, label) => divergence(network, x, level, label),
});
