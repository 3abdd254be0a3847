// What a run begins with in addition to its parameters: the user's noise and levels, and what a checkpoint keeps of it.

import * as z from "zod";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import type { Level } from "../../network/level.ts";
import { checkSeed } from "../../random/seed.ts";
import { type Checkpoint, headerOf } from "../checkpoint.ts";
import { resolve } from "../parameters.ts";
import type { DataSet } from "./data/data-set.ts";
import { scaled } from "./data/unit.ts";
import { diffusionParameters, VERSION_1 } from "./parameters.ts";
import type { Numbers, SamplerState, Sampling } from "./sampling.ts";

const keptLevels = z.array(z.object({ signal: z.number(), noise: z.number(), time: z.number() })).optional();

/** What is not among the parameters, but belongs to the run. */
export interface Given {
  levels?: Level[];
  /** Samples began with what was given. */
  begun?: true;
}

/** As denoisers see it. */
export function checkNoise(given: ArrayLike<number>, samples: number, { dimension, unit }: DataSet): Float32Array {
  if (given.length !== samples * dimension) {
    throw new ParameterError(
      "noise",
      `noise: ${samples} samples of ${dimension} numbers begin with ${samples * dimension}, but ${given.length} were given.`,
    );
  }
  const x = unit ? scaled(given, unit) : Float32Array.from(given);
  const at = x.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return x;
  throw new ParameterError(
    "noise",
    `noise: number ${at % dimension} of sample ${Math.floor(at / dimension)} is ${given[at]}.`,
  );
}

export function checkLevels(levels: readonly Level[]): Level[] {
  if (levels.length < 2) throw new ParameterError("levels", "levels: a way has two levels or more.");
  const wrong = levels.findIndex(
    ({ signal, noise, time }, i) =>
      ![signal, noise, time].every((value) => Number.isFinite(Math.fround(value))) ||
      signal < 0 ||
      noise < 0 ||
      (noise === 0 && i < levels.length - 1 && i > 0),
  );
  if (wrong < 0) return levels.map(({ signal, noise, time }) => ({ signal, noise, time }));
  throw new ParameterError(
    "levels",
    `levels: number ${wrong} has signal ${levels[wrong].signal}, noise ${levels[wrong].noise} and time ${levels[wrong].time}; they are finite as 32-bit floats (below 3.4e38) and not negative, and only an end is without noise.`,
  );
}

/** What a checkpoint says of a run. @throws CheckpointError, ParameterError */
export function keptIn(checkpoint: Checkpoint) {
  const { parameters, seed, steps, levels, begun } = headerOf(checkpoint, "diffusion", {
    ...{ levels: keptLevels, begun: z.literal(true).optional() },
  });
  // One of gibbs 0.1.0 knows nothing of rules.
  const unsaid = "rules" in parameters ? {} : VERSION_1;
  const points = resolve("diffusion", diffusionParameters, { ...unsaid, ...parameters });
  const given: Given = { ...(levels ? { levels: checkLevels(levels) } : {}), ...(begun ? { begun } : {}) };
  return { points, seed: checkSeed(seed), given, steps };
}

/** Its samples. @throws CheckpointError where they are not those of the run */
export function stateIn({ sections }: Checkpoint, sampling: Sampling, steps: number): SamplerState {
  const wrong = (what: string) =>
    new CheckpointError(`The checkpoint holds ${what}. Use the file that "diffusion" wrote.`);
  const count = sampling.samples * sampling.dimension;
  const length = sampling.schedule.levels.length - 1;
  const [x, previous] = [sections.x, sections.previous].map((section) => numbersOf(section, count));
  if (x.length !== count || ![0, count].includes(previous.length)) {
    throw wrong("samples of another number than its parameters say");
  }
  if (steps > length) throw wrong(`${steps} steps of a way of ${length}`);
  return { x, previous };
}

/** From one noise to another along a great circle (Shoemake 1985, doi 10.1145/325165.325242), [sample][dimension]. */
export function greatCircle(a: Float64Array, b: Float64Array, samples: number, scale: number): Float32Array {
  const dimension = a.length;
  const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))));
  const x = new Float32Array(samples * dimension);
  for (let s = 0; s < samples; s++) {
    const share = samples > 1 ? s / (samples - 1) : 0;
    const [left, right] =
      angle > 1e-6
        ? [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)]
        : [1 - share, share];
    for (let i = 0; i < dimension; i++) x[s * dimension + i] = scale * (left * a[i] + right * b[i]);
  }
  return x;
}

/** f64 where the section is long enough for `count` of them, as the reference keeps it. */
function numbersOf(section: Uint8Array | undefined, count: number): Numbers {
  if (!section || section.length % 4 !== 0) return new Float32Array();
  const { buffer } = section.slice();
  return section.length === 8 * count ? new Float64Array(buffer) : new Float32Array(buffer);
}
