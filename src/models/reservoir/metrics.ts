// Figures of a trained reservoir, from what it put out and what was true, both in standard deviations of the series.

import type { Table } from "./network.ts";

/**
 * Root mean squared error of outputs over a span of rows, all columns of the same weight; in standard deviations of the targets there. A
 * column that does not change has none and is left out; NaN where none changes.
 */
export function nrmse(predictions: ArrayLike<number>, table: Table, first: number, steps: number): number {
  let [sum, count] = [0, 0];
  for (let t = 0; t < table.targets; t++) {
    const { error, variance } = columnOf(predictions, table, first, steps, t);
    if (variance === 0) continue;
    sum += error / variance;
    count++;
  }
  return Math.sqrt(sum / count);
}

/** Mean squared error and variance of one target column, and the squared correlation of the two. */
function columnOf(predictions: ArrayLike<number>, table: Table, first: number, steps: number, target: number) {
  const width = table.columns + table.targets;
  let [error, mean, own] = [0, 0, 0];
  const truth = (step: number) => table.data[(first + step) * width + table.columns + target];
  const made = (step: number) => predictions[step * table.targets + target];
  for (let step = 0; step < steps; step++) {
    error += (made(step) - truth(step)) ** 2;
    mean += truth(step);
    own += made(step);
  }
  mean /= steps;
  own /= steps;
  let [variance, spread, both] = [0, 0, 0];
  for (let step = 0; step < steps; step++) {
    variance += (truth(step) - mean) ** 2;
    spread += (made(step) - own) ** 2;
    both += (truth(step) - mean) * (made(step) - own);
  }
  const correlation = spread > 0 && variance > 0 ? both ** 2 / (variance * spread) : 0;
  return { error: error / steps, variance: variance / steps, correlation };
}

/**
 * Memory capacity of each delay: the squared correlation of the input so many steps ago and what is put out for it (Jaeger 2001, GMD
 * Report 152). It is measured on steps that were not learned from, for on those that were it is biased upwards.
 */
export function memoryFunction(predictions: ArrayLike<number>, table: Table, first: number, steps: number): number[] {
  return Array.from({ length: table.targets }, (_, t) => columnOf(predictions, table, first, steps, t).correlation);
}

/**
 * Steps for which a forecast is valid: until its error, the root of the mean over columns of squared errors in standard deviations, first
 * exceeds the threshold (Vlachas et al. 2020, doi 10.1016/j.neunet.2020.02.016). `row` is that of the first predicted target.
 */
export function validSteps(
  predictions: ArrayLike<number>,
  at: number,
  table: Table,
  row: number,
  horizon: number,
  threshold: number,
): number {
  const { columns, targets, data } = table;
  for (let step = 0; step < horizon; step++) {
    let squares = 0;
    for (let t = 0; t < targets; t++) {
      const difference = predictions[at + step * targets + t] - data[(row + step) * (columns + targets) + columns + t];
      squares += difference * difference;
    }
    if (!(Math.sqrt(squares / targets) <= threshold)) return step;
  }
  return horizon;
}

/** The straight line of least squares through points: where it passes 0, NaN where it does not fall, and its slope. */
export function zeroOfLine(points: readonly number[], values: readonly number[]): { zero: number; slope: number } {
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const [x, y] = [mean(points), mean(values)];
  let [both, own] = [0, 0];
  points.forEach((at, i) => {
    both += (at - x) * (values[i] - y);
    own += (at - x) ** 2;
  });
  return { zero: both < 0 ? x - (y * own) / both : Number.NaN, slope: both / own };
}
