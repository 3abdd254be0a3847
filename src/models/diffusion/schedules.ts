// Ways from noise to data: the noise levels that a sampler visits, from the first to the clean sample.

import { ParameterError } from "../../device/errors.ts";
import type { Level } from "../../network/level.ts";
import type { DiffusionParameters } from "./parameters.ts";

export type ScheduleOptions = Pick<
  DiffusionParameters,
  | "steps"
  | "spacing"
  | "trainSteps"
  | "originalSteps"
  | "betaStart"
  | "betaEnd"
  | "terminal"
  | "sigmaMin"
  | "sigmaMax"
  | "rho"
  | "shift"
  | "last"
  | "rules"
  | "sampler"
> & { schedule: NonNullable<DiffusionParameters["schedule"]> };

export interface Schedule {
  /** One more than steps; the last is where a sample ends. */
  levels: Level[];
  /** Standard deviation of the noise that samples begin with: the data's share is left out. */
  start: number;
}

/** signal of VP diffusion at the discrete times 0 … T - 1: the roots of the cumulative products ᾱ. */
export function signals({
  schedule,
  trainSteps,
  betaStart,
  betaEnd,
  terminal,
}: Pick<ScheduleOptions, "schedule" | "trainSteps" | "betaStart" | "betaEnd" | "terminal">): Float64Array {
  const cosine = (t: number) => Math.cos((((t / trainSteps + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  const beta = (t: number) => {
    const share = t / Math.max(1, trainSteps - 1);
    // Nichol & Dhariwal 2021, arXiv 2102.09672, section 3.2.
    if (schedule === "cosine") return Math.min(0.999, 1 - cosine(t + 1) / cosine(t));
    // Rombach et al. 2022, arXiv 2112.10752.
    if (schedule === "scaled-linear") return (Math.sqrt(betaStart) * (1 - share) + Math.sqrt(betaEnd) * share) ** 2;
    return betaStart + share * (betaEnd - betaStart); // Ho, Jain & Abbeel 2020, arXiv 2006.11239
  };
  let product = 1;
  const all = Float64Array.from({ length: trainSteps }, (_, t) => {
    product *= 1 - beta(t);
    return Math.sqrt(product);
  });
  if (terminal !== "zero") return all;
  // Lin, Liu, Li & Yang 2024, arXiv 2305.08891, algorithm 1: the first stays, the last becomes 0.
  const [first, last] = [all[0], all[trainSteps - 1]];
  return all.map((signal) => (signal - last) * (first / (first - last)));
}

/** @throws ParameterError where there are more steps than times */
export function scheduleOf(options: ScheduleOptions): Schedule {
  const { schedule, steps, sigmaMin, sigmaMax, rho, shift, rules } = options;
  const last = options.last ?? (schedule === "vp" || schedule === "ve" ? "first" : "zero");
  // Steps to the first level of the schedule; with rules 1 vp and ve know no other end.
  const cleans = last === "zero" && rules > 1;
  switch (schedule) {
    case "linear":
    case "scaled-linear":
    case "cosine":
      return discrete(options);
    case "karras":
    case "exponential": {
      if (sigmaMin >= sigmaMax) {
        throw new ParameterError("sigmaMin", `sigmaMin ${sigmaMin}: it must be below sigmaMax, which is ${sigmaMax}.`);
      }
      // Karras et al. 2022, arXiv 2206.00364, equation 5; the exponential one is its limit of large rho.
      const root = (sigma: number) => (schedule === "karras" ? sigma ** (1 / rho) : Math.log(sigma));
      const power = (value: number) => (schedule === "karras" ? value ** rho : Math.exp(value));
      const sigmas = Array.from({ length: steps }, (_, i) =>
        power(root(sigmaMax) + (i / Math.max(1, steps - 1)) * (root(sigmaMin) - root(sigmaMax))),
      );
      if (last === "zero") sigmas.push(0);
      else sigmas.push(sigmas[steps - 1]);
      return { levels: sigmas.map(exploding), start: sigmaMax };
    }
    case "vp": {
      // Song et al. 2021, arXiv 2011.13456: β(t) from 0.1 to 20, t from 1 to 0.001.
      const levels = times(cleans ? steps - 1 : steps, 1, 1e-3).map((t): Level => {
        const signal = Math.exp(-0.25 * t ** 2 * (20 - 0.1) - 0.5 * t * 0.1);
        return { signal, noise: Math.sqrt(1 - signal ** 2), time: t };
      });
      return { levels: cleans ? [...levels, { signal: 1, noise: 0, time: 0 }] : levels, start: 1 };
    }
    case "ve": {
      const levels = times(cleans ? steps - 1 : steps, 1, 0).map((t) =>
        exploding(sigmaMin * (sigmaMax / sigmaMin) ** t),
      );
      return { levels: cleans ? [...levels, exploding(0)] : levels, start: sigmaMax };
    }
    case "flow": {
      // Lipman et al. 2023, arXiv 2210.02747; the shift as in Esser et al. 2024, arXiv 2403.03206, section 5.3.2.
      const levels = times(steps, 1, 0).map((u): Level => {
        const t = (shift * u) / (1 + (shift - 1) * u);
        return { signal: 1 - t, noise: t, time: t };
      });
      return { levels, start: 1 };
    }
  }
}

const times = (steps: number, from: number, to: number) =>
  Array.from({ length: steps + 1 }, (_, i) => from + (i / Math.max(1, steps)) * (to - from));

const exploding = (noise: number): Level => ({ signal: 1, noise, time: noise > 0 ? Math.log(noise) / 4 : -10 });

/** Some of the times of a discrete schedule, as diffusers spaces them, and the clean sample or the first time. */
function discrete(options: ScheduleOptions): Schedule {
  const { steps, trainSteps, last } = options;
  if (steps > trainSteps) {
    throw new ParameterError(
      "steps",
      `steps ${steps}: the schedule has ${trainSteps} times; take as many steps at most, or raise trainSteps.`,
    );
  }
  const all = signals(options);
  const of = (time: number): Level => {
    const signal = all[time];
    return { signal, noise: Math.sqrt(1 - signal ** 2), time };
  };
  const end = last === "first" ? of(0) : { signal: 1, noise: 0, time: -1 };
  return { levels: [...timesOf(options).map(of), end], start: 1 };
}

/** From the last time to the first. Those of NumPy are made as NumPy makes them, roundings included. */
function timesOf(options: ScheduleOptions): number[] {
  const { steps, trainSteps, rules, sampler } = options;
  const chosen = (of: (i: number) => number) => Array.from({ length: steps }, (_, i) => of(i));
  if (options.spacing === undefined && sampler === "lcm" && rules > 1) return consistent(options);
  const { spacing = "leading" } = options;
  if (spacing === "leading") {
    const ratio = Math.floor(trainSteps / steps);
    return chosen((i) => (steps - 1 - i) * ratio);
  }
  if (rules === 1) {
    if (spacing === "trailing") return chosen((i) => Math.round(trainSteps - (i * trainSteps) / steps) - 1);
    return chosen((i) => {
      const place = ((steps - 1 - i) / Math.max(1, steps - 1)) * (trainSteps - 1);
      return Math.abs(place - Math.floor(place) - 0.5) < 1e-9 ? 2 * Math.round(place / 2) : Math.round(place);
    });
  }
  if (spacing === "trailing") {
    // numpy.arange(T, 0, -T / steps) is T + i · δ with the δ of its first two numbers.
    const delta = trainSteps - trainSteps / steps - trainSteps;
    return chosen((i) => toEven(trainSteps + i * delta) - 1);
  }
  const step = (trainSteps - 1) / Math.max(1, steps - 1);
  return chosen((i) => toEven((steps - 1 - i) * step));
}

/** Some of the times of the solver that a consistency model was distilled from, as LCMScheduler of diffusers takes them. */
function consistent({ steps, trainSteps, originalSteps }: ScheduleOptions): number[] {
  if (originalSteps > trainSteps) {
    throw new ParameterError(
      "originalSteps",
      `originalSteps ${originalSteps}: the schedule has ${trainSteps} times; take as many at most, or raise trainSteps.`,
    );
  }
  if (steps > originalSteps) {
    throw new ParameterError(
      "steps",
      `steps ${steps}: lcm takes its times among the ${originalSteps} of originalSteps; take as many steps at most, or raise originalSteps.`,
    );
  }
  const ratio = Math.floor(trainSteps / originalSteps);
  return Array.from({ length: steps }, (_, i) => (originalSteps - Math.floor(i * (originalSteps / steps))) * ratio - 1);
}

/** The nearest integer, of two as near the even one. */
function toEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** The same way without a shrinking signal: x / signal. Euler's method and its kin are written in it. */
export function withoutShrinking({ levels }: Schedule): Schedule {
  const scaled = levels.map(({ signal, noise, time }) => ({ signal: 1, noise: noise / signal, time }));
  return { levels: scaled, start: scaled[0].noise };
}
