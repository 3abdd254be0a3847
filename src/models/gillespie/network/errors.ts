// What can be wrong with a network, and with its trajectories.

import { ParameterError } from "../../../device/errors.ts";
import { expressionError } from "../../../expression/error.ts";

/** Something is wrong with a network, in a statement of its text or in what it says as a whole. */
export const networkError = expressionError;

/** Trajectories that did not reach the end: numbers without them would be wrong. */
export const eventLimit = (stopped: number, of: number, most: number) =>
  new ParameterError(
    "maxEvents",
    `${stopped} of ${of} trajectories were stopped at the event limit of ${most} reactions or leaps; shorten until, raise max-events, or look for a species that grows without end.`,
  );

/** A waiting list that is full: a reaction left out would make the numbers wrong. */
export const waitingLimit = (why: Error, most: number) =>
  new ParameterError(
    "waiting",
    `${why.message} Raise waiting above ${most}, or look for a reaction that begins without end.`,
  );
