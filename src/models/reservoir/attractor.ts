// What an attractor looks like in the long run, where no forecast is valid any more: how often values occur, which maximum follows which,
// and at which frequencies it moves.

import { Fourier } from "../../systems/fourier.ts";

/** Statistics of one column. */
export interface ColumnStatistics {
  /** In the series' own units. */
  mean: number;
  /** Standard deviation. */
  sd: number;
  /** Shares of the values in bins of equal width from `least` to `most`. */
  histogram: { least: number; most: number; shares: number[] };
  /** Pairs of successive maxima, between samples by a parabola (Lorenz 1963, doi 10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2). */
  returnMap: [number, number][];
  /** Power per unit of frequency (Welch 1967, doi 10.1109/TAU.1967.1161901): segments of 512 samples, half overlapping, Hann windows. */
  spectrum: { frequency: number[]; power: number[] };
}

const BINS = 50;
const SEGMENT = 512;

/** One column of [step][column]. */
const columnOf = (values: ArrayLike<number>, columns: number, column: number) =>
  Float64Array.from({ length: Math.floor(values.length / columns) }, (_, step) => values[step * columns + column]);

/** Pairs of successive maxima of a column of [step][column]. */
export function returnMap(values: ArrayLike<number>, columns: number, column: number): [number, number][] {
  const at = (step: number) => values[step * columns + column];
  const tops: number[] = [];
  for (let step = 1; (step + 2) * columns <= values.length; step++) {
    const [before, here, after] = [at(step - 1), at(step), at(step + 1)];
    if (!(here > before && here >= after)) continue;
    const bend = before - 2 * here + after;
    tops.push(here - (after - before) ** 2 / (8 * bend));
  }
  return tops.slice(1).map((top, i) => [tops[i], top]);
}

/** Power spectrum of a series with samples `dt` apart; none for fewer than 512 samples. */
export function powerSpectrum(values: Float64Array, dt: number): ColumnStatistics["spectrum"] {
  const segments = Math.floor((2 * values.length) / SEGMENT) - 1;
  if (segments < 1) return { frequency: [], power: [] };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const window = Float64Array.from({ length: SEGMENT }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / SEGMENT) ** 2);
  const weight = window.reduce((sum, w) => sum + w * w, 0);
  const fourier = new Fourier(SEGMENT);
  const power = new Float64Array(SEGMENT / 2);
  for (let s = 0; s < segments; s++) {
    const re = window.map((w, i) => w * (values[(s * SEGMENT) / 2 + i] - mean));
    const im = new Float64Array(SEGMENT);
    fourier.forward(re, im);
    // Both signs of a frequency are counted as one.
    for (let k = 0; k < power.length; k++) power[k] += (2 * dt * (re[k] ** 2 + im[k] ** 2)) / (weight * segments);
  }
  return { frequency: Array.from(power, (_, k) => k / (SEGMENT * dt)), power: Array.from(power) };
}

/** Statistics of every column of [step][column]; bins reach over `like`, or over the values themselves. */
export function attractorStatistics(
  values: ArrayLike<number>,
  columns: number,
  dt: number,
  like?: readonly ColumnStatistics[],
): ColumnStatistics[] {
  return Array.from({ length: columns }, (_, column) => {
    const own = columnOf(values, columns, column);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const sd = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
    const least = like?.[column].histogram.least ?? own.reduce((a, b) => Math.min(a, b));
    const most = like?.[column].histogram.most ?? own.reduce((a, b) => Math.max(a, b));
    const shares = Array<number>(BINS).fill(0);
    for (const value of own) {
      const bin = Math.min(BINS - 1, Math.floor((BINS * (value - least)) / (most - least)));
      if (value >= least && value <= most) shares[bin] += 1 / own.length;
    }
    return {
      ...{ mean, sd, histogram: { least, most, shares } },
      ...{ returnMap: returnMap(values, columns, column), spectrum: powerSpectrum(own, dt) },
    };
  });
}
