// Whether a way begins in noise and resolves what it ends in: a sample begins as noise alone, so what is left of the data at the first level
// is left out, and what is narrower than the last noise comes out too narrow or too wide.

import { ParameterError } from "../../device/errors.ts";
import type { Network } from "../../network/shape.ts";
import type { DataSet } from "./data/data-set.ts";
import type { DiffusionParameters } from "./parameters.ts";
import type { Schedule } from "./schedules.ts";

/** Share of the data's mean square in the noise at the start that is said, and from which on nothing is sampled. */
const SAID = 0.01;
const REFUSED = 0.25;

/** The mean square of a number, in the denoiser's units. */
export function sizeOf({ points, dimension: d, mixture }: DataSet, network?: Network): number {
  const mean = (values: ArrayLike<number>) =>
    Array.prototype.reduce.call(values, (sum, value) => (sum as number) + (value as number) ** 2, 0) as number;
  if (network) return mean(network.centre) / d + network.deviation ** 2;
  if (!mixture) return mean(points) / points.length;
  const squares = mixture.components.map(({ weight, mean: centre, covariance }) => {
    const variance = centre.reduce((sum, _, i) => sum + covariance[i * (d + 1)], 0);
    return (weight * (mean(centre) + variance)) / d;
  });
  return squares.reduce((a, b) => a + b, 0);
}

/**
 * What to know of the first level of a way: nothing where the data are lost in noise there.
 *
 * @param name of the schedule; undefined for levels of the user's own
 * @throws ParameterError where the data are more than a quarter of the noise, unless the rules are those of 0.1.0
 */
export function startNotes(
  { levels }: Schedule,
  size: number,
  name: string | undefined,
  { rules, spacing, steps, trainSteps, sigmaMax, scaling }: DiffusionParameters,
  { refuses }: { refuses: boolean },
): string[] {
  const [{ signal, noise, time }] = levels;
  const ratio = (signal ** 2 * size) / noise ** 2;
  if (!(ratio > SAID)) return [];
  const discrete = name !== undefined && ["linear", "scaled-linear", "cosine"].includes(name);
  const early = discrete && spacing !== "trailing" && time < 0.9 * (trainSteps - 1);
  // Data of unit size would be lost in this noise.
  const large = size > 4 && signal ** 2 / noise ** 2 <= SAID;
  const more = discrete || name === "vp" ? "" : ", or take more noise (sigmaMax)";
  const remedy = large
    ? `${scaling === "none" ? "leave scaling out" : "give data of about unit size"}${more}`
    : early
      ? `take spacing trailing${steps < 10 ? " or more steps" : ""}`
      : discrete
        ? "take more trainSteps, a larger betaEnd, or terminal zero with spacing trailing"
        : "take more noise (sigmaMax)";
  const share = ratio > 2 ? `${ratio.toPrecision(3)} times` : `${Math.round(1000 * ratio) / 10} % of`;
  const what = `samples begin as noise alone, but at the first level (signal ${signal.toPrecision(3)}, noise ${noise.toPrecision(3)}) the data are ${share} its variance, which is left out`;
  if (refuses && rules > 1 && ratio > REFUSED) {
    const culprit = large ? "data" : discrete && !early ? "trainSteps" : early ? "steps" : "sigmaMax";
    const value = culprit === "data" ? "" : ` ${{ trainSteps, steps, sigmaMax }[culprit as "steps"]}`;
    throw new ParameterError(culprit, `${culprit}${value}: ${what}; ${remedy}.`);
  }
  return [`${name ? `With schedule ${name}` : "With these levels"} ${what}; ${remedy}.`];
}

/** What to know of the last noise on a way: nothing where it is finer than the narrowest component. */
export async function endNotes({ levels }: Schedule, { mixture, unit, dimension: d }: DataSet): Promise<string[]> {
  const end = levels.at(-1)!;
  const last = end.noise > 0 ? end : levels.at(-2)!;
  if (!mixture || last.noise === 0) return [];
  const { EigenvalueDecomposition, Matrix } = await import("ml-matrix");
  const least = Math.min(
    ...mixture.components.map(({ covariance }) => {
      const matrix = Matrix.from1DArray(d, d, covariance);
      return Math.min(...new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues);
    }),
  );
  const [narrow, rest] = [Math.sqrt(Math.max(0, least)), last.noise / last.signal];
  if (narrow >= 2 * rest) return [];
  const what = unit ? `${narrow.toPrecision(2)} standard deviations of the data` : narrow.toPrecision(2);
  return [
    `Along its narrowest direction a component has a standard deviation of ${what}, and the last noise level is ${Number.isFinite(rest) ? rest.toPrecision(2) : "pure noise"}: the spread within the component is wrong; choose a smaller sigmaMin with karras and more steps.`,
  ];
}
