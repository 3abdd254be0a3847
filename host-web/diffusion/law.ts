// The law of the data with noise in it: its moments at a level, which are those of the data, shrunk and widened, and how far samples are from it.

import { type DataSet, type Level, slicedWasserstein } from "../../src/models/diffusion/index.ts";
import { covarianceOf, meanOf, mixtureMoments } from "../../src/models/diffusion/internal.ts";

/** Points and directions that the distance is told from. */
const POINTS = 2048;
const DIRECTIONS = 16;
/** The seeds of points that samples are compared with. */
const FRESH = [20_261_128n, 20_261_129n];
/** Squares of numbers of a point times points, of which a covariance is made. */
const AFFORDABLE = 2e7;

export class Law {
  readonly #data: DataSet;
  readonly #points: Float32Array;
  readonly #means: ArrayLike<number>;
  /** Of the data without noise: [number][number]. */
  readonly covariance: ArrayLike<number>;
  /** Mean variance of a number of the data, as denoisers see it. */
  readonly spread: number;
  #chance: number | undefined;

  constructor(data: DataSet) {
    this.#data = data;
    const { mixture, points, dimension: d, draw } = data;
    const some = points.subarray(0, Math.max(2, Math.floor(AFFORDABLE / d ** 2)) * d);
    const known = mixture
      ? mixtureMoments(mixture)
      : { mean: Array.from(meanOf(points, d)), covariance: covarianceOf(some, d) };
    this.#means = known.mean;
    this.covariance = known.covariance;
    this.spread = traceOf(known.covariance, d) / d;
    this.#points = draw ? draw(POINTS, FRESH[0]) : spaced(points, d);
  }

  /** Of a number of x = signal x₀ + noise n, in the data's own units. */
  mean({ signal }: Level): number {
    return this.#over((i) => this.#centre(i) + this.#scale(i) * signal * this.#means[i]);
  }

  variance({ signal, noise }: Level): number {
    const d = this.#data.dimension;
    return this.#over((i) => this.#scale(i) ** 2 * (signal ** 2 * this.covariance[i * (d + 1)] + noise ** 2));
  }

  /** Mean variance of a mode. */
  within({ signal, noise }: Level): number {
    const { components, dimension: d } = this.#data.mixture!;
    return this.#over((i) => {
      const own = components.reduce((sum, { weight, covariance }) => sum + weight * covariance[i * (d + 1)], 0);
      return this.#scale(i) ** 2 * (signal ** 2 * own + noise ** 2);
    });
  }

  /** The mean over the numbers of a point. */
  #over(of: (i: number) => number): number {
    const { dimension: d } = this.#data;
    let sum = 0;
    for (let i = 0; i < d; i++) sum += of(i);
    return sum / d;
  }

  readonly #centre = (i: number) => this.#data.unit?.centre[i] ?? 0;
  readonly #scale = (i: number) => this.#data.unit?.scale[i] ?? 1;

  /** Whether there are modes, and so far apart at a level that the nearest one is a sample's own. */
  apart(level: Level): boolean {
    const { mixture, dimension: d } = this.#data;
    if (!mixture || mixture.components.length < 2) return false;
    let [nearest, widest] = [Number.POSITIVE_INFINITY, 0];
    mixture.components.forEach(({ mean, covariance }, k) => {
      for (const other of mixture.components.slice(0, k)) {
        nearest = Math.min(nearest, Math.hypot(...mean.map((value, i) => value - other.mean[i])));
      }
      for (let i = 0; i < d; i++) widest = Math.max(widest, covariance[i * (d + 1)]);
    });
    return level.signal * nearest > 7 * Math.sqrt(level.signal ** 2 * widest + level.noise ** 2);
  }

  /** Sliced W₁ of samples [sample][dimension] from the data, in the data's own units. */
  distance(x: Float32Array): number {
    const { dimension: d, unit } = this.#data;
    const own = { projections: DIRECTIONS, scale: unit?.scale };
    return slicedWasserstein(x.subarray(0, POINTS * d), this.#points, d, own);
  }

  /** The distance of two sets of points of the law itself; undefined where none can be drawn. */
  get chance(): number | undefined {
    const { draw } = this.#data;
    if (draw) this.#chance ??= this.distance(draw(POINTS, FRESH[1]));
    return this.#chance;
  }
}

function traceOf(covariance: ArrayLike<number>, d: number): number {
  let trace = 0;
  for (let i = 0; i < d; i++) trace += covariance[i * (d + 1)];
  return trace;
}

/** Some of the points, from all over a file. */
function spaced(points: Float32Array, d: number): Float32Array {
  const count = points.length / d;
  if (count <= POINTS) return points;
  const some = new Float32Array(POINTS * d);
  for (let p = 0; p < POINTS; p++) {
    const from = Math.floor((p * count) / POINTS) * d;
    some.set(points.subarray(from, from + d), p * d);
  }
  return some;
}
