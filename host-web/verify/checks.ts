// The worker of the verify page: every model's oracles on the visitor's device.

import type { DeviceInfo } from "../../src/device/device.ts";
import { models } from "../../src/models/index.ts";
import type { Check } from "../../src/models/model.ts";
import { validateModels } from "../../src/validation/index.ts";
import { openDevice } from "../index.ts";

export type CheckUpdate =
  | { name: "device"; device: DeviceInfo; models: string[] }
  | { name: "check"; check: Check }
  | { name: "end"; message?: string };

const post = (update: CheckUpdate) => self.postMessage(update);

self.onmessage = async ({ data }: MessageEvent<{ quick: boolean }>) => {
  try {
    await using device = await openDevice();
    post({ name: "device", device: device.info, models: models.map(({ name }) => name) });
    for await (const check of validateModels(models, device, data)) post({ name: "check", check });
    post({ name: "end" });
  } catch (error) {
    post({ name: "end", message: (error as Error).message });
  }
};
