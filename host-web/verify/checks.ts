// The worker of the verify page.

import type { DeviceInfo } from "../../src/device/device.ts";
import { models, version } from "../../src/index.ts";
import type { Check } from "../../src/models/model.ts";
import { openDevice } from "../index.ts";

export type CheckNews =
  | { name: "device"; gibbs: string; device: DeviceInfo }
  | { name: "check"; check: Check }
  | { name: "end"; message?: string };

const post = (news: CheckNews) => self.postMessage(news);

try {
  await using device = await openDevice();
  post({ name: "device", gibbs: version, device: device.info });
  for (const model of models)
    for await (const check of model.validate(device, { quick: true })) post({ name: "check", check });
  post({ name: "end" });
} catch (error) {
  post({ name: "end", message: (error as Error).message });
}
