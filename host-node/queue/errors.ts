import { GibbsError } from "../../src/device/errors.ts";

/** A queue cannot be reached, has lost a run, or holds what no gibbs has put there. */
export class QueueError extends GibbsError {
  override name = "QueueError";
}
