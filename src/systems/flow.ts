// What all systems to learn have in common: where a trajectory starts, what is dropped of it, and what is no trajectory at all.
//
// Trajectories are chaotic, so a last bit sends them elsewhere. They are the same bit for bit on every JavaScript engine: only + - × /
// and Math.sqrt are used, which IEEE 754 fixes, and random numbers come from Threefry.

import { ParameterError } from "../device/errors.ts";
import { checkSeed } from "../random/seed.ts";
import { STREAMS } from "../random/streams.ts";
import { streamKey, threefry4x32 } from "../random/threefry.ts";

/** Which samples of a trajectory `Flow.trajectory` keeps, and where it starts. */
export interface TrajectoryOptions {
  /** Samples that are kept. */
  steps: number;
  /** Samples that are dropped before. Without a `start` as many as the system needs to come to its attractor, else none. */
  transient?: number;
  /** The state before all samples: with transient 0 it is the first of them. Without it, a point that is drawn near the attractor. */
  start?: readonly number[];
  /** 64 bits. */
  seed?: bigint;
  /** Which of the trajectories of a seed: each has its own start. */
  trajectory?: number;
}

/** A figure from the literature or of our own, and where it comes from. */
export interface Known {
  /** The figure. */
  value: number;
  /** Author and year, or how it was computed. */
  source: string;
}

/** A dynamical system with its constants: a map, or a differential equation that is sampled every `dt`. */
export interface Flow<Name extends string = string> {
  /** As `flowOf` names it. */
  readonly name: Name;
  /** Numbers of a sample. */
  readonly dimension: number;
  /** Time between samples; 1 for maps. */
  readonly dt: number;
  /** The largest Lyapunov exponent per unit of time, where it is known for these constants. */
  readonly lyapunov?: Known;
  /** Of two coupled systems: the coupling above which they synchronise completely. */
  readonly criticalCoupling?: Known;
  /**
   * A trajectory: [steps][dimension].
   *
   * @throws ParameterError for a bad option, and where the trajectory diverges
   */
  trajectory(options: TrajectoryOptions): Float64Array;
}

/** A state that moves on from sample to sample. */
export interface Motion {
  readonly state: Float64Array;
  advance(): void;
}

/** What a system has to say. */
export interface Definition<Name extends string> extends Omit<Flow<Name>, "trajectory"> {
  /** Drawn starts lie around this point, every number within `spread`. */
  centre: readonly number[];
  spread: number;
  /** A further condition on a drawn start. */
  drawn?: (start: number[]) => number[];
  /** Samples after which a drawn start has come to the attractor. */
  transient: number;
  /** What to blame and to change when numbers grow without bounds. */
  unbounded: { parameter: string; remedy: string };
  begin(start: readonly number[]): Motion;
}

/** No attractor here comes near it. */
const BOUND = 1e6;
/** Numbers of a trajectory at most: 2 GiB. */
const MOST_NUMBERS = 2 ** 28;
const PURPOSE = STREAMS.reservoir.systems;

export function flow<Name extends string>({
  begin,
  centre,
  spread,
  drawn = (point) => point,
  transient,
  unbounded,
  ...own
}: Definition<Name>): Flow<Name> {
  const { name, dimension } = own;
  return {
    ...own,
    trajectory(options) {
      const { steps, start, seed = 0n, trajectory = 0 } = options;
      const dropped = options.transient ?? (start ? 0 : transient);
      const most = Math.floor(MOST_NUMBERS / dimension);
      checkInteger(name, "steps", steps, 1, most);
      checkInteger(name, "transient", dropped, 0, 2 ** 40);
      checkInteger(name, "trajectory", trajectory, 0, 2 ** 32 - 1);
      if (start && (start.length !== dimension || !start.every(Number.isFinite))) {
        throw new ParameterError(
          "start",
          `${name}: start ${start.join(",")}: it must be ${dimension} finite numbers, one for each component.`,
        );
      }
      const motion = begin(start ?? drawn(near(centre, spread, checkSeed(seed), trajectory)));
      const samples = new Float64Array(steps * dimension);
      for (let sample = -dropped; sample < steps; sample++) {
        if (!motion.state.every((x) => Math.abs(x) < BOUND)) {
          const parameter = start ? "start" : unbounded.parameter;
          const remedy = `${start ? "start nearer to the attractor, or " : ""}${unbounded.remedy}`;
          throw new ParameterError(
            parameter,
            `${name}: the trajectory diverges after ${sample + dropped} samples: ${remedy}.`,
          );
        }
        if (sample >= 0) samples.set(motion.state, sample * dimension);
        if (sample < steps - 1) motion.advance();
      }
      return samples;
    },
  };
}

/** A point whose numbers are uniform within `spread` around those of `centre`. */
function near(centre: readonly number[], spread: number, seed: bigint, trajectory: number): number[] {
  const key = streamKey(seed, PURPOSE, 0);
  return centre.map((middle, i) => {
    const words = threefry4x32([trajectory, i >> 1, 0, 0], key);
    const [high, low] = i % 2 === 0 ? words : words.slice(2);
    return middle + spread * (2 * ((high >>> 5) * 2 ** -27 + (low >>> 6) * 2 ** -53) - 1);
  });
}

/** @throws ParameterError for what is no integer from `least` to `most` */
export function checkInteger(system: string, parameter: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ParameterError(
    parameter,
    `${system}: ${parameter} ${value}: it must be a whole number from ${least} to ${most}.`,
  );
}
