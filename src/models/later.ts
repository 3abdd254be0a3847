// Checks of a model that are loaded when they are asked for: pages and most runs never do.

import type { Device } from "../device/device.ts";
import type { Check, Effort } from "./model.ts";

type Validate = (device: Device, effort: Effort) => AsyncGenerator<Check>;

/** A model's `validate` that loads what it does with its first use. */
export const later = (load: () => Promise<Validate>): Validate =>
  async function* (device, effort) {
    const validate = await load();
    yield* validate(device, effort);
  };
