// Is this device right? Samplers against Gaussian recursions and published numbers, steps against the reference, and the law of a mixture.

import type { Device } from "../../device/device.ts";
import type { Check } from "../model.ts";

export async function* validateDiffusion(
  _device: Device,
  _options: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {}
