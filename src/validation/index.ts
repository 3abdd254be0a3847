// Is this device right? Every model's three oracles, and what is promised of all models alike.

import type { Device } from "../device/device.ts";
import { checksOf } from "../models/check.ts";
import type { AnyModel } from "../models/index.ts";
import type { Check, Effort } from "../models/model.ts";
import { validatePromises } from "./promises.ts";

export { figure, reportHtml, type Validation } from "./report.ts";

/**
 * The checks of these models, one after another as they end. An error that ends a model's checks is a failed check itself, and the next model
 * has its turn.
 *
 * @throws DeviceLostError, the signal's reason: then there is nothing more to check
 */
export async function* validateModels(
  models: readonly AnyModel[],
  device: Device,
  effort: Effort,
): AsyncGenerator<Check> {
  for (const model of models) {
    try {
      yield* model.validate(device, effort);
      yield* validatePromises(model, device, effort);
    } catch (error) {
      effort.signal?.throwIfAborted();
      device.check();
      const name = `${ENDED}: ${error instanceof Error ? error.message : error}`;
      yield checksOf(model.name)("promise", name, 1, 0);
    }
  }
}

/** How the name of a check begins that stands for all that an error left out. */
const ENDED = "checks that ended by an error";
