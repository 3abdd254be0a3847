// Samplers in f64, as their papers write them, one sample at a time.

import type { Level } from "../../network/level.ts";
import { normals } from "../../random/normal.ts";
import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import type { SamplerName } from "./parameters.ts";
import type { ReferenceDenoiser } from "./reference-denoisers.ts";
import type { SamplerOptions } from "./sampler-stages.ts";

/** A sample on its way. */
export interface Sample {
  x: Float64Array;
  /** What the denoiser made of it a step before, for samplers of several steps. */
  before?: Float64Array;
}

export interface StepOptions {
  denoiser: ReferenceDenoiser;
  sampler: SamplerOptions;
  /** The whole way, and the step on it. */
  levels: readonly Level[];
  step: number;
  label?: number;
  guidance: number;
  /** Bound of what is denoised, and the quantile that becomes 1; 0 for none. */
  clip: number;
  threshold: number;
  known?: readonly (number | undefined)[];
  /** Standard normal numbers: for the parts of a step one after another, and for what is given. */
  noise(part: number, given: boolean): Float64Array;
}

/** What is known of a sample at a level: the clean sample, within its bound, and the noise in it. */
interface Seen {
  clean: Float64Array;
  epsilon: Float64Array;
}

/** A part of a step: the sample after it. */
type Part = (x: Float64Array) => Float64Array;

/** One step of one sample. */
export function stepOf(sample: Sample, options: StepOptions): Sample {
  const { levels, step, known, sampler } = options;
  const [from, to] = [levels[step], levels[step + 1]];
  const { resample } = sampler;
  let part = 0;
  let { x, before } = sample;
  const given = (values: Float64Array, level: Level) => {
    if (!known) return values;
    const noise = options.noise(part, true);
    return values.map((value, i) => {
      const fixed = known[i];
      return fixed === undefined ? value : level.signal * fixed + level.noise * noise[i];
    });
  };
  const make = (change: Part, level: Level) => {
    x = given(change(x), level);
    part++;
  };
  for (let again = 0; again < resample; again++) {
    const context = new Context(options, () => part, make, before);
    SAMPLERS[sampler.sampler](context, from, to);
    before = context.seen;
    if (again + 1 === resample) break;
    // RePaint (Lugmayr et al. 2022): back to the noisier level by the forward process.
    const ratio = from.signal / to.signal;
    const noise = options.noise(part, false);
    make(
      (now) => now.map((value, i) => ratio * value + Math.sqrt(from.noise ** 2 - (ratio * to.noise) ** 2) * noise[i]),
      from,
    );
  }
  return { x, before };
}

/** What the samplers below work with. */
class Context {
  readonly options: StepOptions;
  readonly #part: () => number;
  readonly make: (change: Part, level: Level) => void;
  readonly before: Float64Array | undefined;
  /** The clean sample of this step, for the next. */
  seen: Float64Array | undefined;

  constructor(
    options: StepOptions,
    part: () => number,
    make: (change: Part, level: Level) => void,
    before: Float64Array | undefined,
  ) {
    this.options = options;
    this.#part = part;
    this.make = make;
    this.before = before;
  }

  noise(): Float64Array {
    return this.options.noise(this.#part(), false);
  }

  look(x: Float64Array, level: Level): Seen {
    const { denoiser, label, guidance, clip, threshold } = this.options;
    const asked = denoiser.denoise(x, level, label);
    const plain = guidance > 0 ? denoiser.denoise(x, level) : asked;
    // Ho & Salimans 2022, arXiv 2207.12598.
    const d = asked.map((value, i) => value + guidance * (value - plain[i]));
    const epsilon = x.map((value, i) => (level.noise > 0 ? (value - level.signal * d[i]) / level.noise : 0));
    return { clean: bounded(d, clip, threshold), epsilon };
  }
}

function bounded(d: Float64Array, clip: number, threshold: number): Float64Array {
  if (threshold === 0) return clip === 0 ? d : d.map((value) => Math.min(clip, Math.max(-clip, value)));
  const sizes = d.map(Math.abs).sort();
  const place = threshold * (sizes.length - 1);
  const [low, share] = [Math.floor(place), place % 1];
  const quantile = sizes[low] + (share > 0 ? share * (sizes[low + 1] - sizes[low]) : 0);
  const most = Math.min(Math.max(1, quantile), clip > 0 ? clip : Number.POSITIVE_INFINITY);
  return d.map((value) => Math.min(most, Math.max(-most, value)) / most);
}

const SAMPLERS: Record<SamplerName, (context: Context, from: Level, to: Level) => void> = {
  /** Ho, Jain & Abbeel 2020, arXiv 2006.11239, equation 7: x' ~ N(μ(x, x₀), β̃), with α = ᾱ_t / ᾱ_t'. */
  ddpm(context, from, to) {
    const { variance, remaining } = context.options.sampler;
    const [bar, barNext] = [from.signal ** 2, to.signal ** 2];
    const [rest, restNext] = [from.noise ** 2, to.noise ** 2];
    const alpha = bar / barNext;
    const beta = rest - alpha * restNext; // 1 - α where signal² + noise² = 1
    context.make((x) => {
      const { clean } = context.look(x, from);
      const noise = context.noise();
      const small = (beta * restNext) / rest;
      const share = (Math.sqrt(barNext) * beta) / rest;
      const widths = {
        small,
        large: restNext === 0 ? 0 : beta,
        exact: small + share ** 2 * (remaining?.(from) ?? 0),
      };
      const sd = Math.sqrt(Math.max(0, widths[variance]));
      return x.map((value, i) => share * clean[i] + ((Math.sqrt(alpha) * restNext) / rest) * value + sd * noise[i]);
    }, to);
  },

  /** Song, Meng & Ermon 2021, arXiv 2010.02502, equations 12 and 16. */
  ddim(context, from, to) {
    const { eta } = context.options.sampler;
    const [bar, barNext] = [from.signal ** 2, to.signal ** 2];
    const fresh =
      eta * (to.noise / from.noise) * Math.sqrt(Math.max(0, from.noise ** 2 - (bar / barNext) * to.noise ** 2));
    context.make((x) => {
      const { clean, epsilon } = context.look(x, from);
      const noise = context.noise();
      const direction = Math.sqrt(Math.max(0, to.noise ** 2 - fresh ** 2));
      return x.map((_, i) => to.signal * clean[i] + direction * epsilon[i] + fresh * noise[i]);
    }, to);
  },

  /** The same with η = 0, towards noise. */
  "ddim-inverse"(context, from, to) {
    context.make((x) => {
      const { clean, epsilon } = context.look(x, { ...from, time: to.time });
      return x.map((_, i) => to.signal * clean[i] + to.noise * epsilon[i]);
    }, to);
  },

  /** Karras et al. 2022, arXiv 2206.00364, algorithm 2 without its correction. */
  euler(context, from, to) {
    const up = churn(context, from);
    context.make((x) => {
      const { clean } = context.look(x, up);
      return x.map((value, i) => value + (to.noise - up.noise) * ((value - clean[i]) / up.noise));
    }, to);
  },

  /** Algorithm 2 there. */
  heun(context, from, to) {
    const up = churn(context, from);
    let start: Float64Array = new Float64Array();
    let slope: Float64Array = new Float64Array();
    context.make((x) => {
      const { clean } = context.look(x, up);
      start = x;
      slope = x.map((value, i) => (value - clean[i]) / up.noise);
      return x.map((value, i) => value + (to.noise - up.noise) * slope[i]);
    }, to);
    if (to.noise === 0) return;
    context.make((x) => {
      const { clean } = context.look(x, to);
      return start.map(
        (value, i) => value + (to.noise - up.noise) * (0.5 * slope[i] + 0.5 * ((x[i] - clean[i]) / to.noise)),
      );
    }, to);
  },

  /** Ancestral sampling with Euler's method, as k-diffusion writes it (sample_euler_ancestral, η = 1). */
  "euler-ancestral"(context, from, to) {
    const up = Math.sqrt((to.noise ** 2 * (from.noise ** 2 - to.noise ** 2)) / from.noise ** 2);
    const down = Math.sqrt(to.noise ** 2 - up ** 2);
    context.make((x) => {
      const { clean } = context.look(x, from);
      const noise = context.noise();
      return x.map((value, i) => value + ((value - clean[i]) / from.noise) * (down - from.noise) + up * noise[i]);
    }, to);
  },

  /** DPM-Solver++(2M): Lu et al. 2022, arXiv 2211.01095, algorithm 2. */
  "dpmpp-2m"(context, from, to) {
    context.make((x) => {
      const { clean } = context.look(x, from);
      context.seen = clean;
      const h = lambda(to) - lambda(from);
      const d = extrapolated(context, clean, h, to);
      return x.map((value, i) => (to.noise / from.noise) * value - to.signal * Math.expm1(-h) * d[i]);
    }, to);
  },

  /** SDE-DPM-Solver++(2M), the same paper, section 4.3 and appendix. */
  "dpmpp-2m-sde"(context, from, to) {
    context.make((x) => {
      const { clean } = context.look(x, from);
      context.seen = clean;
      if (to.noise === 0) return x.map((_, i) => to.signal * clean[i]);
      const h = lambda(to) - lambda(from);
      const d = extrapolated(context, clean, h, to);
      const noise = context.noise();
      const shrink = from.signal === 0 ? 0 : (to.noise / from.noise) * Math.exp(-h);
      return x.map(
        (value, i) =>
          shrink * value +
          to.signal * -Math.expm1(-2 * h) * d[i] +
          to.noise * Math.sqrt(-Math.expm1(-2 * h)) * noise[i],
      );
    }, to);
  },

  /** Predictor and corrector: Song et al. 2021, arXiv 2011.13456, algorithm 4, with the step of the corrector from expected norms. */
  langevin(context, from, to) {
    const { snr, corrections } = context.options.sampler;
    const fresh =
      (to.noise / from.noise) * Math.sqrt(Math.max(0, from.noise ** 2 - ((from.signal / to.signal) * to.noise) ** 2));
    context.make((x) => {
      const { clean, epsilon } = context.look(x, from);
      const noise = context.noise();
      const direction = Math.sqrt(Math.max(0, to.noise ** 2 - fresh ** 2));
      return x.map((_, i) => to.signal * clean[i] + direction * epsilon[i] + fresh * noise[i]);
    }, to);
    if (to.noise === 0) return;
    const size = 2 * (snr * to.noise) ** 2;
    for (let again = 0; again < corrections; again++) {
      context.make((x) => {
        const { epsilon } = context.look(x, to);
        const noise = context.noise();
        return x.map((value, i) => value + size * (-epsilon[i] / to.noise) + Math.sqrt(2 * size) * noise[i]);
      }, to);
    }
  },

  /** The reverse SDE by Euler's and Maruyama's method: dx = [f x - g² score] dt + g dw, backwards. The same paper, equation 6. */
  "euler-maruyama"(context, from, to) {
    const decay = Math.log(to.signal / from.signal); // -∫ f dt
    const diffusion = decay === 0 ? from.noise ** 2 - to.noise ** 2 : 2 * decay; // ∫ g² dt; β for VP, where f = -β/2
    context.make((x) => {
      const { epsilon } = context.look(x, from);
      const noise = context.noise();
      const sd = to.noise === 0 ? 0 : Math.sqrt(diffusion);
      return x.map((value, i) => value + decay * value + diffusion * (-epsilon[i] / from.noise) + sd * noise[i]);
    }, to);
  },

  /** Euler's method for dx/dt = E[n - x₀ | x] with x = (1 - t) x₀ + t n: Lipman et al. 2023, arXiv 2210.02747. */
  "flow-euler"(context, from, to) {
    context.make((x) => {
      const { clean, epsilon } = context.look(x, from);
      return x.map((value, i) => value + (to.noise - from.noise) * epsilon[i] + (to.signal - from.signal) * clean[i]);
    }, to);
  },

  /** Luo et al. 2023, arXiv 2310.04378: a consistency model's boundary condition, σ_data = ½ and times scaled by 10, then fresh noise. */
  lcm(context, from, to) {
    const scaled = 10 * from.time;
    context.make((x) => {
      const { clean } = context.look(x, from);
      const noise = context.noise();
      const skip = 0.5 ** 2 / (scaled ** 2 + 0.5 ** 2);
      const out = scaled / Math.sqrt(scaled ** 2 + 0.5 ** 2);
      return x.map((value, i) => to.signal * (skip * value + out * clean[i]) + to.noise * noise[i]);
    }, to);
  },
};

const lambda = ({ signal, noise }: Level) => Math.log(signal / noise);

/** The clean sample half way into the step, from this and the last: first order at the ends of the way. */
function extrapolated(context: Context, clean: Float64Array, h: number, to: Level): Float64Array {
  const { levels, step } = context.options;
  if (step === 0 || to.noise === 0) return clean;
  const r = (lambda(levels[step]) - lambda(levels[step - 1])) / h;
  return clean.map((value, i) => (1 + 1 / (2 * r)) * value - (1 / (2 * r)) * context.before![i]);
}

/** Noise is added before the step, where the options ask for it; the level after that. */
function churn(context: Context, from: Level): Level {
  const { churn: strength, churnFrom, churnTo, churnNoise } = context.options.sampler;
  const inside = from.noise >= churnFrom && from.noise <= churnTo;
  const gamma = inside ? Math.min(strength / (context.options.levels.length - 1), Math.SQRT2 - 1) : 0;
  if (gamma === 0) return from;
  const noise = (1 + gamma) * from.noise;
  const up = { ...from, noise, time: Math.log(noise) / 4 };
  context.make((x) => {
    const fresh = context.noise();
    return x.map((value, i) => value + Math.sqrt(noise ** 2 - from.noise ** 2) * churnNoise * fresh[i]);
  }, up);
  return up;
}

/** Noise of a sample: a function of the seed, its number, which noise it is, and the dimension. */
export function noiseOf(
  seed: bigint,
  purpose: number,
  { sample, draw, use, dimension }: { sample: number; draw: number; use: number; dimension: number },
): Float64Array {
  const key = streamKey(seed, purpose, 0);
  const blocks = Array.from({ length: Math.ceil(dimension / 4) }, (_, block) =>
    normals(threefry4x32([sample, block, draw, use], key)),
  );
  return Float64Array.from(blocks.flat().slice(0, dimension));
}
