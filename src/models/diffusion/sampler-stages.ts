// Samplers as tables for the GPU. Every sampler here is linear in the sample, what the denoiser makes of it, and noise; so a step is one
// or more stages, each with its coefficients, and one kernel makes them all:
//
//   D = denoiser(x),  E = (x - signal D) / noise,   x <- a x + h E + g clip(D) + c P + e Y + s n
//
// where P is the clipped D and Y the x that an earlier stage kept: E is the noise as separated from the sample, and
// -E / noise the score. src/models/diffusion/reference.ts has the same samplers as their papers write them.

import type { Level } from "../../network/level.ts";
import type { DiffusionParameters, SamplerName } from "./parameters.ts";
import { type Schedule, withoutShrinking } from "./schedules.ts";

export interface Stage {
  level: Level;
  /** The level that the sample moves to, which models may also read. */
  next: Level;
  /** False: there is nothing to denoise, noise is added. */
  denoises: boolean;
  a: number;
  h: number;
  g: number;
  c: number;
  e: number;
  s: number;
  /** The number of the noise, different in each stage that has any. */
  draw: number;
  keepsSample: boolean;
  keepsDenoised: boolean;
}

export interface Program {
  stages: Stage[];
  /** First stage of each step, and their number at the end. */
  starts: number[];
  /** Standard deviation of what samples begin with. */
  start: number;
}

export type SamplerOptions = Pick<
  DiffusionParameters,
  "eta" | "variance" | "churn" | "churnFrom" | "churnTo" | "churnNoise" | "snr" | "corrections" | "resample"
> & {
  sampler: SamplerName;
  /** Mean over dimensions of the variance that is left of x₀ when a sample at a level is known; for the exact variance of ddpm. */
  remaining?: (level: Level) => number;
};

const NONE = { denoises: true, a: 0, h: 0, g: 0, c: 0, e: 0, s: 0, draw: 0, keepsSample: false, keepsDenoised: false };

type Coefficients = Partial<Omit<Stage, "level" | "next" | "draw">>;

/** Log signal-to-noise ratio of amplitudes. */
const lambda = ({ signal, noise }: Level) => Math.log(signal / noise);

/** What one forward step from `near` to the noisier `far` multiplies the sample by, and the variance that it adds. */
function forward(far: Level, near: Level): { shrink: number; added: number } {
  const shrink = far.signal / near.signal;
  return { shrink, added: far.noise ** 2 - (shrink * near.noise) ** 2 };
}

/** Stages of one step from level i to the next. */
type Rule = (
  from: Level,
  to: Level,
  i: number,
  levels: readonly Level[],
) => (Coefficients & { level?: Level; next?: Level })[];

/** x' = signal' D + noise' E: along the probability flow, or less far, to make room for fresh noise. */
const along = (to: Level, remaining = to.noise): Coefficients => ({ h: remaining, g: to.signal });

/** Noise of one ancestral step (Ho et al. 2020; Song, Meng & Ermon 2021, arXiv 2010.02502, equation 16 with η = 1). */
function ancestral(from: Level, to: Level): number {
  const { added } = forward(from, to);
  return (Math.max(0, added) * to.noise ** 2) / from.noise ** 2;
}

const churned = (options: SamplerOptions, from: Level, steps: number): Level => {
  const { churn, churnFrom, churnTo } = options;
  const inside = from.noise >= churnFrom && from.noise <= churnTo;
  const more = inside ? Math.min(churn / steps, Math.SQRT2 - 1) : 0;
  const noise = from.noise * (1 + more);
  return more > 0 ? { ...from, noise, time: Math.log(noise) / 4 } : from;
};

/** Noise up to the churned level, before the step itself. */
function churning(options: SamplerOptions, from: Level, up: Level): (Coefficients & { next: Level })[] {
  if (up === from) return [];
  const s = options.churnNoise * Math.sqrt(up.noise ** 2 - from.noise ** 2);
  return [{ denoises: false, a: 1, s, next: up }];
}

/** The multistep solver's step, of which noise takes a part: Lu et al. 2022, arXiv 2211.01095; η = 0 is 2M, η = 1 its SDE form. */
function multistep(eta: number): Rule {
  return (from, to, i, levels) => {
    if (to.noise === 0) return [{ g: to.signal, keepsDenoised: true }];
    const h = lambda(to) - lambda(from); // infinite where there is no signal yet
    const random = eta * h || 0;
    const gain = to.signal * (1 - Math.exp(-h - random));
    const noise = to.noise * Math.sqrt(1 - Math.exp(-2 * random));
    const plain = { a: (to.noise / from.noise) * Math.exp(-random), s: noise, keepsDenoised: true };
    if (i === 0) return [{ ...plain, g: gain }];
    const half = (0.5 * h) / (lambda(from) - lambda(levels[i - 1])); // 1 / (2 r)
    return [{ ...plain, g: gain * (1 + half), c: -gain * half }];
  };
}

function ruleOf(options: SamplerOptions, steps: number): Rule {
  const { sampler, eta, variance, remaining, snr, corrections } = options;
  switch (sampler) {
    case "ddim":
      return (from, to) => {
        const noise = eta * Math.sqrt(ancestral(from, to));
        return [{ ...along(to, Math.sqrt(Math.max(0, to.noise ** 2 - noise ** 2))), s: noise }];
      };
    case "ddim-inverse":
      // A model is asked at the time to come, as diffusers does, so that a sample without noise can begin.
      return (from, to) => [{ ...along(to), level: { ...from, time: to.time } }];
    case "flow-euler":
      return (_, to) => [along(to)];
    case "ddpm":
      return (from, to) => {
        const { shrink, added } = forward(from, to);
        const share = (to.signal * added) / from.noise ** 2; // of D in the posterior mean
        const small = ancestral(from, to);
        const noise = {
          small,
          large: to.noise === 0 ? 0 : added,
          // The posterior's own variance and that of the mean it stands for: Bao, Li, Zhu & Zhang 2022, arXiv 2201.06503, theorem 1.
          exact: small + share ** 2 * (remaining?.(from) ?? 0),
        }[variance];
        return [{ a: (shrink * to.noise ** 2) / from.noise ** 2, g: share, s: Math.sqrt(Math.max(0, noise)) }];
      };
    case "euler":
      return (from, to) => {
        const up = churned(options, from, steps);
        return [...churning(options, from, up), { ...along(to), level: up }];
      };
    case "euler-ancestral":
      return (from, to) => {
        const noise = ancestral(from, to);
        return [{ ...along(to, Math.sqrt(Math.max(0, to.noise ** 2 - noise))), s: Math.sqrt(noise) }];
      };
    case "heun":
      return (from, to) => {
        const up = churned(options, from, steps);
        const first = { ...along(to), level: up };
        if (to.noise === 0) return [...churning(options, from, up), first];
        // The signal is 1 and dx/dσ = E: y + ½ (σ' - σ) (E + E'), where Euler's method had come to x = y + (σ' - σ) E.
        const second = { level: to, a: 0.5, e: 0.5, h: 0.5 * (to.noise - up.noise) };
        return [...churning(options, from, up), { ...first, keepsSample: true }, second];
      };
    case "dpmpp-2m":
      return multistep(0);
    case "dpmpp-2m-sde":
      return multistep(1);
    case "langevin":
      // Song et al. 2021, arXiv 2011.13456, algorithm 4. The predictor is ancestral; the corrector's step is 2 (snr · noise)², which is
      // theirs with the norms of noise and score replaced by their expectations, so that samples do not depend on each other.
      return (from, to) => {
        const predicted: Coefficients = {
          ...along(to, Math.sqrt(Math.max(0, to.noise ** 2 - ancestral(from, to)))),
          s: Math.sqrt(ancestral(from, to)),
        };
        if (to.noise === 0) return [predicted];
        const size = 2 * (snr * to.noise) ** 2;
        const correction = { level: to, a: 1, h: -size / to.noise, s: Math.sqrt(2 * size) };
        return [predicted, ...Array.from({ length: corrections }, () => correction)];
      };
    case "euler-maruyama":
      // The reverse SDE dx = [f x + g² score] dt + g dw, with f dt and g² dt of the forward step.
      return (from, to) => {
        const { shrink, added } = forward(from, to);
        const rate = -Math.log(shrink); // ∫ f dt
        // dσ²/dt = g² - 2 f σ², so g² dt over the step is what adds to the variance and what shrinks it.
        const diffused = shrink === 1 ? added : 2 * rate;
        return [{ a: 1 + rate, h: -diffused / from.noise, s: to.noise === 0 ? 0 : Math.sqrt(diffused) }];
      };
    case "lcm": {
      // Luo et al. 2023, arXiv 2310.04378: the boundary condition of a consistency model, with σ_data = ½ and times scaled by 10.
      return (from, to) => {
        const scaled = 10 * from.time;
        const skip = 0.25 / (scaled ** 2 + 0.25);
        const out = scaled / Math.sqrt(scaled ** 2 + 0.25);
        return [{ a: to.signal * skip, g: to.signal * out, s: to.noise }];
      };
    }
  }
}

/** Samplers that are written for a signal of 1. */
const EXPLODING: readonly SamplerName[] = ["euler", "euler-ancestral", "heun"];

/** The schedule in the form in which a sampler uses it. */
export function scheduleFor(sampler: SamplerName, schedule: Schedule): Schedule {
  if (EXPLODING.includes(sampler) && schedule.levels.some(({ signal }) => signal !== 1))
    return withoutShrinking(schedule);
  // From the least noise to the most.
  if (sampler === "ddim-inverse") return { levels: [...schedule.levels].reverse(), start: 0 };
  return schedule;
}

/** The stages of a sampler along a schedule that `scheduleFor` gives. */
export function programOf({ levels, start }: Schedule, options: SamplerOptions): Program {
  const steps = levels.length - 1;
  const rule = ruleOf(options, steps);
  const stages: Stage[] = [];
  const starts: number[] = [];
  for (let i = 0; i < steps; i++) {
    starts.push(stages.length);
    const [from, to] = [levels[i], levels[i + 1]];
    for (let again = 0; again < options.resample; again++) {
      for (const part of rule(from, to, i, levels)) {
        stages.push({ ...NONE, level: from, next: to, ...part, draw: stages.length + 1 });
      }
      if (again + 1 === options.resample) break;
      // Back to where the step began: Lugmayr et al. 2022, arXiv 2201.09865.
      const { shrink, added } = forward(from, to);
      const back = { denoises: false, level: to, next: from, a: shrink, s: Math.sqrt(added) };
      stages.push({ ...NONE, ...back, draw: stages.length + 1 });
    }
  }
  starts.push(stages.length);
  return { stages, starts, start };
}
