// What a batch of samples says: moments, and distances from the law it should have.

import type { Unit } from "../../network/sample.ts";
import { type Estimate, independentMean } from "../../statistics/index.ts";
import type { DataSet } from "./data/data-set.ts";
import { nearestLabel, slicedWasserstein } from "./data/distance.ts";
import { covarianceOf, meanOf } from "./data/moments.ts";
import type { Regimes } from "./regimes.ts";

/** Samples for which distances and labels are reported: sorting and searching take time. */
const MOST = 65_536;
const MOST_LABELLED = 1000;
/** The seed of what samples are compared with. */
const FRESH = 20_261_127n;

/** Numbers of a sample up to which its covariance is shown. */
const SHOWN = 64;

export interface Summary {
  /** Over samples and dimensions. */
  mean: Estimate;
  variance: Estimate;
  /** Share of samples whose nearest point of the data has the class that was requested. */
  agreement?: Estimate;
  result: DiffusionResult;
}

/** What the samples of a run show, in the data's own units. */
export interface DiffusionResult {
  /** [dimension], and [dimension][dimension]; of samples with many numbers only the mean. */
  mean: number[];
  /** [dimension][dimension]; left out for samples with many numbers. */
  covariance?: number[][];
  /** Sliced W₁ from fresh points of the same law, or where there is none from the data's points. */
  slicedWasserstein?: number;
  /** Mean variance in a dimension about the nearest mode of a mixture, and samples nearest to each mode. */
  withinModeVariance?: number;
  /** Samples nearest to each mode of the mixture, [mode]. */
  modeCounts?: number[];
  /** Mean and standard deviation of each number that data are denoised in, where these are not 0 and 1. */
  unit?: { centre: number[]; scale: number[] };
  /** Speciation and collapse, where `probes` asks for them. */
  regimes?: Regimes;
}

/**
 * In the data's own units, of samples x [sample][dimension] as denoisers see them; `asked` is the class of a sample, where one was asked
 * for.
 */
export function summaryOf(x: Float32Array, data: DataSet, asked: (sample: number) => number | undefined): Summary {
  const { dimension: d, unit } = data;
  const count = x.length / d;
  const means = meanOf(x, d);
  const scale = unit?.scale;
  const times = (at: number) => (scale ? scale[Math.floor(at / d)] * scale[at % d] : 1);
  const covariance = d <= SHOWN ? covarianceOf(x, d).map((value, at) => value * times(at)) : undefined;
  const some = x.subarray(0, Math.min(MOST, count) * d);
  const law = data.draw ? data.draw(Math.min(MOST, count), FRESH) : data.points;
  return {
    ...momentsOf(x, means, unit),
    ...agreementOf(x, data, asked),
    result: {
      mean: Array.from(means, (mean, i) => (unit ? unit.centre[i] + unit.scale[i] * mean : mean)),
      ...(covariance ? { covariance: rowsOf(covariance, d) } : {}),
      ...(x.every(Number.isFinite) ? { slicedWasserstein: slicedWasserstein(some, law, d, { scale }) } : {}),
      ...(data.mixture && data.mixture.components.length > 1 ? modesOf(x, data) : {}),
    },
  };
}

/**
 * Mean over all numbers of samples [sample][dimension], and mean variance of a number, with errors from sample to sample; in the data's own
 * units, where x is in another.
 */
export function momentsOf(x: Float32Array, means: Float64Array, unit?: Unit): { mean: Estimate; variance: Estimate } {
  const d = means.length;
  const own = { mean: new Float64Array(x.length / d), square: new Float64Array(x.length / d) };
  for (let s = 0; s < x.length / d; s++) {
    for (let i = 0; i < d; i++) {
      const [centre, scale] = unit ? [unit.centre[i], unit.scale[i]] : [0, 1];
      own.mean[s] += (centre + scale * x[s * d + i]) / d;
      own.square[s] += (scale * (x[s * d + i] - means[i])) ** 2 / d;
    }
  }
  return { mean: independentMean(own.mean), variance: independentMean(own.square) };
}

const rowsOf = (values: Float64Array, d: number) =>
  Array.from({ length: d }, (_, i) => Array.from(values.subarray(i * d, (i + 1) * d)));

/** The nearest mode is that of the fewest standard deviations of the data. */
function modesOf(x: Float32Array, { mixture, dimension: d, unit }: DataSet) {
  const { components } = mixture!;
  const modeCounts = components.map(() => 0);
  let squares = 0;
  for (let s = 0; s < x.length / d; s++) {
    let [nearest, least] = [0, Number.POSITIVE_INFINITY];
    components.forEach(({ mean }, k) => {
      let square = 0;
      for (let i = 0; i < d; i++) square += (x[s * d + i] - mean[i]) ** 2;
      if (square < least) [nearest, least] = [k, square];
    });
    modeCounts[nearest]++;
    if (!unit) squares += least;
    else {
      const { mean } = components[nearest];
      for (let i = 0; i < d; i++) squares += (unit.scale[i] * (x[s * d + i] - mean[i])) ** 2;
    }
  }
  return { withinModeVariance: squares / x.length, modeCounts };
}

function agreementOf(x: Float32Array, data: DataSet, asked: (sample: number) => number | undefined) {
  if (!data.labels || data.mixture || asked(0) === undefined) return {};
  const { dimension: d } = data;
  const count = Math.min(MOST_LABELLED, x.length / d);
  const found = nearestLabel(data, x.subarray(0, count * d));
  return { agreement: independentMean(Float64Array.from(found, (label, s) => (label === asked(s) ? 1 : 0))) };
}
