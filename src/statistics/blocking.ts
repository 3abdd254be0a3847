// Mean and honest standard error of a correlated series, by blocking: the means over long blocks are nearly
// independent.
import { checkReplicas, pooledAutocorrelationTime } from "./autocorrelation.ts";
import { chiSquareTail } from "./tests.ts";

/** A measured quantity, in the unit of its series. */
export interface Estimate {
  /** The estimate, such as a mean. */
  value: number;
  /** One standard error of `value`. */
  error: number;
  /**
   * Integrated autocorrelation time in steps of the series (independent samples: 1/2, the least), from error² = 2 tau
   * variance / n.
   */
  tau: number;
  /** How many values were averaged, over all replicas. They are worth n / (2 tau) independent ones. */
  n: number;
  /** The largest distance of a value from the mean, where values were averaged as they are. */
  largest?: number;
  /** By how much a value that is not among the averaged ones differs from them at least, such as 1 of counts. */
  unseen?: number;
}

/**
 * Mean and standard error of one equilibrated series. From 20 tau values on, (value - truth) / error has unit spread
 * within about 10 %, for which short series get wider errors; below 10 tau the error is too small, so judge a result by
 * n / tau.
 *
 * A constant series has error 0 and tau 1/2. A single value has error Infinity: it does not show its spread.
 * @throws ParameterError for an empty series, or one with a NaN or an infinity.
 */
export function estimate(series: ArrayLike<number>): Estimate {
  return estimateReplicas([series]);
}

/**
 * The same from independent replicas of one process, as rows of equal length: the plain mean of all values (weights by
 * measured errors would favour the replicas that fluctuate least by chance). Deviations are from the common mean, so
 * replicas that disagree widen the error, and many replicas shorter than tau still give a right one.
 */
export function estimateReplicas(replicas: readonly ArrayLike<number>[]): Estimate {
  const { length, mean, constant } = checkReplicas(replicas);
  const n = length * replicas.length;
  if (constant) return { value: mean, error: n > 1 ? 0 : Number.POSITIVE_INFINITY, tau: 0.5, n };
  const size = blockSize(length, n, pooledAutocorrelationTime(replicas).tau);
  const { error, variance } = standardError(replicas, mean, size);
  let [squares, largest] = [0, 0];
  for (const series of replicas) {
    for (let i = 0; i < length; i++) {
      squares += (series[i]! - mean) ** 2;
      largest = Math.max(largest, Math.abs(series[i]! - mean));
    }
  }
  return { value: mean, error, tau: Math.max(0.5, (variance * n) / (2 * (squares / n + variance))), n, largest };
}

/**
 * The length of blocks that only neighbours among them correlate noticeably: 3 tau. (For ρ(t) = exp(-t/tau) the pairs
 * further apart carry below 2 % of the variance.) Never so long that fewer than 8 blocks remain, as long as there are 8
 * values.
 */
export function blockSize(length: number, total: number, tau: number): number {
  return Math.max(1, Math.min(length, Math.floor(total / 8), Math.ceil(3 * tau)));
}

/**
 * The standard error of `mean`, the mean of all `replicas`, from blocks of `size` values or more.
 *
 * Blocks are doubled as Flyvbjerg & Petersen do (J. Chem. Phys. 91 (1989) 461, doi 10.1063/1.457480). The level is the
 * first at which the correlations of neighbours on it and on all coarser levels together look like noise (chi-square at
 * 1 %: Jonsson, Phys. Rev. E 98 (2018) 043304, doi 10.1103/PhysRevE.98.043304), so a slow mode too weak to show in tau
 * is still seen.
 */
export function standardError(replicas: readonly ArrayLike<number>[], mean: number, size: number): Level {
  const length = replicas[0]!.length;
  const longest = blockSize(length, length * replicas.length, Number.POSITIVE_INFINITY);
  const levels: Level[] = [];
  for (let s = size; s === size || s <= longest; s *= 2) levels.unshift(blockingLevel(blockMeans(replicas, s), mean));
  let chosen = levels[0]!;
  let statistic = 0;
  levels.forEach((level, coarser) => {
    statistic += level.z ** 2;
    if (chiSquareTail(statistic, coarser + 1) > 0.01) chosen = level;
  });
  return chosen;
}

interface Level {
  /** The standard error of the mean that blocks of this length give. */
  error: number;
  /** The variance of the mean; below error², which is widened for its own uncertainty. */
  variance: number;
  /** The correlation of neighbouring blocks, in its standard deviations if there is none. */
  z: number;
}

/**
 * The variance of a mean of n blocks is Σ_ij cov(i, j) / n²; blocks further apart than neighbours have none. The
 * covariance of neighbours counts only if positive: a negative one is noise at this length, and would make lucky runs
 * look precise. Deviations from the measured mean hide one variance of the mean from each term that is summed, hence
 * the divisor. A variance from few blocks is itself uncertain: it is widened as Student's t is, so that (value - truth)
 * / error keeps unit variance.
 */
function blockingLevel(replicas: readonly Float64Array[], mean: number): Level {
  const n = replicas.length * replicas[0]!.length;
  const pairs = n - replicas.length;
  let squares = 0;
  let neighbours = 0;
  for (const blocks of replicas) {
    for (let i = 0; i < blocks.length; i++) {
      const deviation = blocks[i]! - mean;
      squares += deviation * deviation;
      if (i > 0) neighbours += deviation * (blocks[i - 1]! - mean);
    }
  }
  if (squares === 0) return { error: 0, variance: 0, z: 0 };
  const counted = neighbours > 0 ? pairs : 0;
  const variance = (squares + 2 * Math.max(neighbours, 0)) / (n * n - n - 2 * counted);
  // A sum over 2W+1 lags is as uncertain as one over a (2W+1)th of the blocks: Madras & Sokal 1988, doi
  // 10.1007/BF01022990.
  const freedom = Math.max(3, counted > 0 ? (n - 1) / 3 : n - 1);
  const z = pairs > 0 ? (neighbours / (squares / n) + pairs / n) / Math.sqrt(pairs) : 0;
  return { error: Math.sqrt((variance * freedom) / (freedom - 2)), variance, z };
}

/**
 * Cuts each replica into equal blocks of at least `size` values, as many as fit, and averages each; under one block is
 * left over.
 */
export function blockMeans(replicas: readonly ArrayLike<number>[], size: number): Float64Array[] {
  const length = replicas[0]!.length;
  const count = Math.max(1, Math.floor(length / size));
  const step = Math.floor(length / count);
  return replicas.map((series) =>
    Float64Array.from({ length: count }, (_, block) => {
      let sum = 0;
      for (let i = block * step; i < (block + 1) * step; i++) sum += series[i]!;
      return sum / step;
    }),
  );
}
