// What a run needs beyond the network: values of every point of a scan, the grid of times, and an order of the reactions.

import { ParameterError } from "../../device/errors.ts";
import { type Expression, hasDraws } from "../../expression/expression.ts";
import { parseExpression } from "../../expression/parse.ts";
import { readSweep } from "../../expression/sweep.ts";
import { isLarge, treeOf } from "./kernel/tree.ts";
import type { Leaping } from "./kernel/wgsl.ts";
import { type Schedule, scheduleOf, scheduleOfVersion1, withClocks } from "./network/clock.ts";
import { withDraws } from "./network/draws.ts";
import { networkError } from "./network/errors.ts";
import {
  checkCount,
  initialCounts,
  isDelayed,
  isHybrid,
  type Network,
  parameterValues,
  type Rounding,
} from "./network/network.ts";
import { simulate } from "./reference/reference.ts";

export interface Point {
  /** What the scan sets here. */
  set: Readonly<Record<string, number>>;
  parameters: ReadonlyMap<string, number>;
  /** Counts; with random rounding also what lies between two. */
  initial: readonly number[];
  /** When conditions of time alone begin and cease to hold. */
  schedule: Schedule;
}

/** What trajectories of a reaction network are simulated from; `prepare` makes it. */
export interface Ensemble {
  /** Its triggers ask clocks, not the time: see clock.ts. */
  network: Network;
  /** One a point of the scan; without a scan a single one. */
  points: readonly Point[];
  /** Grid times 0 … until, both included. */
  times: Float64Array;
  /** Its first time is of interest. */
  passage: Expression | undefined;
  /** 64 bits; random numbers are addressed by it. */
  seed: bigint;
  /** Reactions of one trajectory at most. */
  maxEvents: number;
  /** Delayed reactions of one trajectory that may wait at once. */
  waiting: number;
  /** Undefined for the direct method. */
  leaping?: Leaping | undefined;
  /** Numbers are those of gibbs 0.1.0, for its links and checkpoints. */
  version1: boolean;
}

const MOST_EVENTS = 32;
/** Delayed reactions that wait, where nothing else is said. */
export const MOST_WAITING = 1024;
/** Firings of the pilot run that orders the reactions. */
const PILOT = 1000;

export interface Plan {
  until: number;
  points: number;
  set: string;
  passage: string;
  seed: bigint;
  maxEvents?: number;
  waiting?: number;
  leaping?: Leaping | undefined;
  version1?: boolean;
  rounding?: Rounding;
}

/**
 * Prepares a network for simulation: values at every point of a scan, the grid of times, and the order of the
 * reactions.
 *
 * @throws ParameterError naming what is wrong.
 */
export function prepare(
  given: Network,
  { until, points: count, set, passage, seed, maxEvents = 1e9, leaping, version1 = false, ...plan }: Plan,
): Ensemble {
  const { rounding = "none", waiting = MOST_WAITING } = plan;
  if (given.events.length > MOST_EVENTS) {
    throw networkError(`the network has ${given.events.length} events; ${MOST_EVENTS} are the most.`);
  }
  const sweep = sweepOf(given, set, rounding);
  const { network, clocks } = withClocks(withDraws(given, Object.keys(sweep[0])), !version1);
  const points = sweep.map((values): Point => {
    const chosen = new Map(Object.entries(values));
    const parameters = parameterValues(network, chosen);
    const schedule = version1 ? scheduleOfVersion1(given, parameters) : scheduleOf(clocks, parameters, until);
    return { set: values, parameters, initial: initialCounts(network, parameters, chosen, rounding), schedule };
  });
  const times = Float64Array.from({ length: count }, (_, i) => (until * i) / (count - 1));
  const ensemble = {
    network,
    points,
    times,
    passage: passage === "" ? undefined : readCondition(passage, network),
    seed,
    maxEvents,
    waiting,
    leaping,
    version1,
  };
  if (leaping && isDelayed(network)) {
    throw new ParameterError("method", "method: delayed reactions need the method direct.");
  }
  if (isHybrid(network) && leaping) {
    throw new ParameterError("method", "method: quantities that change by rates of their own need the method direct.");
  }
  if (!version1 && isLarge(network)) {
    // What a table has side by side; so the reference chooses among reactions in the same order.
    const reactions = treeOf(network, points).leaves.map(({ reaction }) => network.reactions[reaction]);
    return { ...ensemble, network: { ...network, reactions } };
  }
  return isHybrid(network) ? ensemble : { ...ensemble, network: ordered(ensemble) };
}

function readCondition(text: string, network: Network): Expression {
  const expression = parseExpression(text);
  const check = (each: Expression): void => {
    if (each.kind === "name" && !network.species.includes(each.name) && !network.parameters.has(each.name)) {
      throw new ParameterError("passage", `passage "${text}": ${each.name} is neither a species nor a parameter.`);
    }
    if (each.kind === "call") each.operands.forEach(check);
  };
  check(expression);
  if (hasDraws(expression))
    throw new ParameterError("passage", `passage "${text}": a condition draws no random number.`);
  return expression;
}

/** What a scan sets, point by point. @throws ParameterError */
export function sweepOf(network: Network, set: string, rounding: Rounding = "none"): Record<string, number>[] {
  const known = [...network.parameters.keys(), ...network.species];
  return readSweep(set, known, { subject: "the network", kinds: "parameter or species" }, (name, value) => {
    if (network.species.includes(name)) checkCount(name, value, rounding);
  });
}

/**
 * Rare reactions first. Which reaction fires is decided by comparing a random number with partial sums of the propensities; in
 * f32 a small one after large ones would vanish in the sum, and its reaction would never happen.
 */
function ordered(ensemble: Ensemble): Network {
  const { network, points } = ensemble;
  const means = network.reactions.map(() => 0);
  let seen = 0;
  const watch = (propensities: readonly number[]) => {
    propensities.forEach((value, i) => {
      means[i] += value;
    });
    return ++seen < PILOT;
  };
  simulate({ ...ensemble, points: [points[0]] }, { point: 0, replicate: 0 }, { watch });
  const order = network.reactions.map((_, i) => i).sort((a, b) => means[a] - means[b] || a - b);
  return { ...network, reactions: order.map((i) => network.reactions[i]) };
}
