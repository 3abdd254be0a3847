// What a shader reads of each point of a sweep, in 32 bits each.

import { evaluate } from "../../../expression/expression.ts";
import type { Ensemble } from "../ensemble.ts";
import { powerFor, shareWords, unfit } from "../network/draws.ts";
import { networkError } from "../network/errors.ts";
import { MOST } from "../network/network.ts";
import type { Constant } from "./emitter.ts";
import { type Generated, generate } from "./wgsl.ts";

/** A time that does not come. */
const NEVER = 0xffffffff;

/** The network's code; with constants drawn together where one alone is beyond what f32 holds. */
export function fitting(ensemble: Ensemble): Generated {
  const generated = generate(ensemble);
  try {
    pointTable(ensemble, generated, 1);
    return generated;
  } catch {
    return generate(ensemble, true); // if that does not hold them either, its table says so
  }
}

/** The tables, then for each point: constants, counts at t = 0, variables, and the schedule as units and fractions. */
export function pointTable(
  { network, points, times }: Ensemble,
  { constants, tables, moments }: Generated,
  units: number,
) {
  const rounds = points.some(({ initial }) => !initial.every(Number.isInteger));
  const rows = points.map(({ parameters, initial, schedule }) => {
    const values = constants.map((constant) => {
      return wordOf(
        constant,
        evaluate(constant.value, (name) => parameters.get(name)!),
        times[1] / units,
      );
    });
    const due = schedule.moments.flatMap(({ time, after, truths }) => {
      const at = (time / times[1]) * units;
      if (!(at < NEVER - 1)) return [NEVER, 0, truths];
      const whole = Math.floor(at);
      // "After" is later by less than any reaction could tell.
      const fraction = Math.min(at - whole + (after ? 2 ** -24 : 0), 1 - 2 ** -24);
      return [whole, bitsOf(fraction), truths];
    });
    const none = Array.from({ length: moments - schedule.moments.length }, () => [NEVER, 0, 0]).flat();
    const variables = network.variables.map((name) => bitsOf(parameters.get(name)!));
    const shares = rounds
      ? initial.map((value) => Math.min(Math.round((value - Math.floor(value)) * 2 ** 32), NEVER))
      : [];
    return [...values, ...initial.map(Math.floor), ...variables, schedule.truths, ...due, ...none, ...shares];
  });
  return Uint32Array.from([...tables, ...rows.flat(), 0]); // never empty
}

/** The 32 bits that a shader keeps of a constant. */
function wordOf({ kept, value: constant }: Constant, value: number, unit: number): number {
  const whole = (rounded: number) => Math.min(Math.max(rounded, 1 - 2 ** 31), 2 ** 31 - 1) >>> 0;
  switch (kept) {
    case "count": {
      const count = Math.floor(value + 0.5);
      return count >= 0 && count <= MOST ? count : 0xffffffff;
    }
    case "ceil":
      return whole(Math.ceil(value));
    case "floor":
      return whole(Math.floor(value));
    case "equal":
      return Number.isInteger(value) ? whole(value) : 2 ** 31;
    case "units":
      return Math.min(Math.max(Math.floor(value / unit), 0), 2 ** 31);
    case "fraction":
      return bitsOf(value < 0 ? -1 : Math.min(value / unit - Math.floor(value / unit), 1 - 2 ** -24));
    case "chance":
    case "chance low":
    case "mean":
    case "mean low":
    case "power": {
      const poisson = kept !== "chance" && kept !== "chance low";
      const why = poisson ? unfit("poisson", [value]) : unfit("bernoulli", [value]);
      if (why) throw networkError(`${why}.`);
      if (kept === "power") return powerFor(value);
      const [high, low] = shareWords(poisson ? value / 2 ** powerFor(value) : value);
      return kept.endsWith("low") ? low : high;
    }
    case "clamped":
      return bitsOf(Math.min(Math.abs(value), 3e38));
    default:
      // What has no value, and what has no end, is written in the model; a rate that becomes so stops its trajectory.
      if (constant.kind === "number" && !Number.isFinite(constant.value)) return bitsOf(value);
      if (Number.isFinite(Math.fround(value)) && (value === 0 || Math.abs(value) >= 2 ** -126)) return bitsOf(value);
      throw networkError(`a constant of its rates is ${value}, which f32 does not hold; rescale time or volume.`);
  }
}

const bitsOf = (value: number) => new Uint32Array(new Float32Array([value]).buffer)[0];
