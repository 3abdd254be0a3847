// Networks that come with gibbs, trained by scripts/diffusion-networks.js.

import { ParameterError } from "../../../device/errors.ts";
import { base64Bytes } from "../../../files/base64.ts";
import { readNetwork } from "../../../network/file.ts";
import type { Network } from "../../../network/shape.ts";

/** Loaded when first needed: they are larger than all the rest. */
const FILES: Record<string, () => Promise<{ NETWORK: string }>> = {
  gmm8: () => import("../../../data/networks/gmm8.ts"),
  rings: () => import("../../../data/networks/rings.ts"),
  moons: () => import("../../../data/networks/moons.ts"),
  spiral: () => import("../../../data/networks/spiral.ts"),
  digits: () => import("../../../data/networks/digits.ts"),
};

/** @throws ParameterError where none was trained on the data */
export async function shippedNetwork(data: string): Promise<Network> {
  const load = Object.hasOwn(FILES, data) ? FILES[data] : undefined;
  if (!load) {
    throw new ParameterError(
      "denoiser",
      `denoiser mlp: there is no network for ${data}, only for ${Object.keys(FILES).join(", ")}; train one with gibbs train diffusion --data FILE --out net.safetensors.`,
    );
  }
  const { NETWORK } = await load();
  return readNetwork(base64Bytes(NETWORK)!);
}
