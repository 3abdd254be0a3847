// What every simulation checks of the calls that it is given, in the same words for all models.

import type { Device } from "../device/device.ts";
import { ParameterError } from "../device/errors.ts";
import type { Recording } from "./model.ts";

export interface Steps {
  /** The parameter that a message names. */
  name?: string;
  /** What steps are called. */
  unit: string;
  /** Steps made so far, and those that there may be in all. */
  made: number;
  most: number;
  /** Why there are no more, for the end of a message. */
  why?: string;
}

/** @throws ParameterError for a number of steps that is none, or too many, and for a recording that would never measure */
export function checkRun(steps: number, { name = "steps", unit, made, most, why }: Steps, record?: Recording): void {
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new ParameterError(name, `${name} ${steps}: it must be a whole number of ${unit}, 0 or more.`);
  }
  if (made + steps > most) {
    throw new ParameterError(
      name,
      `${name} ${steps}: ${why ?? `there are at most ${most} ${unit} in all, and ${made} are made; take ${most - made} or less`}.`,
    );
  }
  if (record && !(Number.isSafeInteger(record.every) && record.every >= 1)) {
    throw new ParameterError("every", `every ${record.every}: it must be a whole number of ${unit}, 1 or more.`);
  }
}

/**
 * @param least invocations that a kernel needs
 * @throws ParameterError for a size that is no power of two, or that the device does not have
 */
export function checkWorkgroup(device: Device, workgroup: number | undefined, least = 1): void {
  if (workgroup === undefined) return;
  const { maxComputeWorkgroupSizeX: x, maxComputeInvocationsPerWorkgroup: all } =
    device.kind === "gpu" ? device.limits : { maxComputeWorkgroupSizeX: 1024, maxComputeInvocationsPerWorkgroup: 1024 };
  const most = Math.min(x, all);
  if (Number.isInteger(Math.log2(workgroup)) && workgroup >= least && workgroup <= most) return;
  throw new ParameterError("workgroup", `workgroup ${workgroup}: it must be a power of two from ${least} to ${most}.`);
}
