// Networks along a series: steps in submissions of measured length.

import type { GpuDevice } from "../../device/gpu.ts";
import type { RunOptions } from "../../device/run.ts";
import { type Dispatch, Pacer, Submissions } from "../../device/submissions.ts";
import { STEPS_KEPT } from "./gram.ts";

/** Dispatches of one submission. */
const DISPATCHES = 2048;

/**
 * Makes `total` steps.
 *
 * @param each dispatches that a step may take, where it takes some of its own
 * @param inspect is called whenever features are kept and none was overwritten since
 * @throws the signal's reason when aborted, DeviceLostError, GpuError
 */
export function makeSteps(
  device: GpuDevice,
  submissions: Submissions,
  total: number,
  each: number | undefined,
  options: RunOptions,
  dispatches: (first: number, count: number) => Iterable<Dispatch>,
  inspect?: (time: number) => Promise<void>,
): Promise<void> {
  const most = each ? Math.floor(DISPATCHES / each) - 2 : 64 * STEPS_KEPT;
  return new Pacer(device).make(total, options, {
    most: inspect ? (done) => Math.min(most, STEPS_KEPT - (done % STEPS_KEPT)) : most,
    submit: (done, count) => submissions.submit([...dispatches(done, count)]),
    ...(inspect ? { after: inspect } : {}),
  });
}

export const submissionsOf = (device: GpuDevice, title: string) => new Submissions(device, title, DISPATCHES);
