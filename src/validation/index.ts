// Is this device right? Every model's three oracles, and what is promised of all models alike.

import type { Device } from "../device/device.ts";
import type { AnyModel } from "../models/index.ts";
import type { Check, Effort } from "../models/model.ts";
import { validatePromises } from "./promises.ts";

export { reportHtml, type Validation } from "./report.ts";

/** The checks of these models, one after another as they end. @throws what a simulation throws: then the device is of no use at all */
export async function* validateModels(
  models: readonly AnyModel[],
  device: Device,
  effort: Effort,
): AsyncGenerator<Check> {
  for (const model of models) {
    yield* model.validate(device, effort);
    yield* validatePromises(model, device, effort);
  }
}
