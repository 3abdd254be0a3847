// Links to any model of gibbs.

import type { Device } from "./device/device.ts";
import type { RunOptions } from "./device/run.ts";
import { followLink, type Link, LinkError, readLink } from "./link.ts";
import { models } from "./models/index.ts";
import type { Simulation } from "./models/model.ts";

/**
 * Reads a whole address (the model is the last folder of its path), `MODEL#…`, or with `model` only what stands behind the #.
 *
 * @throws LinkError
 */
export const parseLink = (text: string, model?: string): Link => readLink(text, models, model);

/**
 * Makes the run of a link: create, run, change, paint, up to its step.
 *
 * @throws ParameterError for what this device cannot hold, LinkError, the signal's reason, DeviceLostError.
 */
export async function follow(device: Device, link: Link, options: RunOptions = {}): Promise<Simulation> {
  if (typeof link !== "object" || link === null) throw new LinkError(`${link} is no link; parseLink reads one.`);
  const model = models.find(({ name }) => name === link.model);
  if (!model) throw new LinkError(`There is no model "${link.model}".`);
  return followLink(device, link, model, options);
}
