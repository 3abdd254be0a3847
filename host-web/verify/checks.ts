// The worker of the verify page: every model's oracles on the visitor's device.

import type { DeviceInfo } from "../../src/device/device.ts";
import { models } from "../../src/models/index.ts";
import type { Check } from "../../src/models/model.ts";
import { validateModels } from "../../src/validation/index.ts";
import { openDevice } from "../index.ts";

export interface CheckRequest {
  quick: boolean;
  /** Models; none for all. */
  names: string[];
}

export type CheckUpdate =
  | { name: "device"; device: DeviceInfo; models: string[] }
  | { name: "check"; check: Check }
  | { name: "end"; message?: string };

const post = (update: CheckUpdate) => self.postMessage(update);

self.onmessage = async ({ data: { quick, names } }: MessageEvent<CheckRequest>) => {
  try {
    const unknown = names.find((name) => !models.some((model) => model.name === name));
    if (unknown !== undefined) {
      throw new Error(`There is no model "${unknown}"; there are ${models.map(({ name }) => name).join(", ")}.`);
    }
    const chosen = models.filter(({ name }) => names.length === 0 || names.includes(name));
    await using device = await openDevice();
    post({ name: "device", device: device.info, models: chosen.map(({ name }) => name) });
    for await (const check of validateModels(chosen, device, { quick })) post({ name: "check", check });
    post({ name: "end" });
  } catch (error) {
    post({ name: "end", message: (error as Error).message });
  }
};
