// The partition function of a machine of any size, estimated: annealed importance sampling.

import { ParameterError } from "../../device/errors.ts";
import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import { PURPOSE } from "./machine.ts";
import { softplus, type Weights } from "./weights.ts";

/** An estimate of ln Z by annealed importance sampling, with its error. */
export interface Annealed {
  /** The estimate of ln Z. */
  value: number;
  /** Its standard error, from the spread of the runs' weights. */
  error: number;
  /** As many runs of equal weight would tell as much; where it is near 1 the error is a guess. */
  effective: number;
  /** Independent runs of annealing. */
  runs: number;
  /** Steps of each run. */
  temperatures: number;
}

/** How long and from where `annealedPartition` anneals. */
export interface AnnealingOptions {
  /** Independent runs, 2 or more; by default 32. */
  runs?: number;
  /** Steps from the machine without couplings to the machine itself; by default as many as take a few seconds, at most 10,000. */
  temperatures?: number;
  /**
   * Mean of each visible unit where runs start, in a machine without couplings; by default that of its visible biases. Those of
   * the data need the fewest temperatures; far from them runs miss modes, and the estimate is too low by more than its error.
   */
  means?: ArrayLike<number>;
  /** 64 bits, by default 1. */
  seed?: bigint;
}

/** By default: additions of weights in all runs, of which about half the units take part, and as much for each unit as a hundred. */
const EFFORT = 3e9;

/**
 * ln Z by annealed importance sampling (Neal 2001, doi 10.1023/A:1008923215028; Salakhutdinov and Murray 2008, doi
 * 10.1145/1390156.1390266): each run is a Gibbs chain whose couplings grow from nothing to those of the machine, and the
 * product of the ratios that it goes through has the mean Z / Z₀. So e^value is right in the mean, and the value itself
 * in the mean too low, by about half its error squared or, where runs are too short to find all modes, by more. Random
 * numbers are addressed by seed, run, step and unit.
 *
 * @throws ParameterError for fewer than 2 runs or 1 temperature, or means of another length or not between 0 and 1.
 */
export function annealedPartition(machine: Weights, options: AnnealingOptions = {}): Annealed {
  const { visible, hidden } = machine;
  const { runs = 32, means, seed = 1n } = options;
  const fitting = Math.floor(EFFORT / (runs * ((visible * (hidden || visible)) / 2 + 100 * (visible + hidden))));
  const { temperatures = Math.min(10_000, Math.max(100, fitting)) } = options;
  check(runs, temperatures, means, visible);
  const base = Float64Array.from({ length: visible }, (_, i) =>
    means ? Math.log(means[i] / (1 - means[i])) : machine.visibleBiases[i],
  );
  // Z₀ of free units: visible ones with the biases of the base, hidden ones without.
  const free = base.reduce((sum, b) => sum + softplus(b), hidden * Math.LN2);
  const wide = hidden || visible;
  const rows = Array.from({ length: visible }, (_, i) =>
    Float64Array.from({ length: wide }, (_, j) => machine.weights[i * wide + j]),
  );
  const columns = Array.from({ length: hidden }, (_, j) => Float64Array.from(rows, (row) => row[j]));
  const chain = { machine, base, temperatures, rows, columns };
  const logs = Float64Array.from({ length: runs }, (_, run) => free + oneRun(chain, seed, run));
  const most = logs.reduce((a, b) => Math.max(a, b));
  const weights = logs.map((log) => Math.exp(log - most));
  const mean = weights.reduce((a, b) => a + b) / runs;
  const square = weights.reduce((sum, weight) => sum + weight * weight, 0) / runs;
  return {
    value: most + Math.log(mean),
    error: Math.sqrt(Math.max(0, square / mean ** 2 - 1) / (runs - 1)),
    effective: (runs * mean ** 2) / square,
    runs,
    temperatures,
  };
}

function check(runs: number, temperatures: number, means: ArrayLike<number> | undefined, visible: number): void {
  if (!(Number.isInteger(runs) && runs >= 2 && runs <= 65_536))
    throw new ParameterError("runs", `runs ${runs}: an error needs at least 2 runs, and there are at most 65536.`);
  if (!(Number.isInteger(temperatures) && temperatures >= 1 && temperatures < 2 ** 32))
    throw new ParameterError("temperatures", `temperatures ${temperatures}: it must be a whole number of 1 or more.`);
  if (means && !(means.length === visible && Array.from(means).every((mean) => mean > 0 && mean < 1)))
    throw new ParameterError("means", `means: ${visible} numbers between 0 and 1, one a visible unit, are needed.`);
}

/** A machine laid out for runs one after the other. */
interface Chain {
  machine: Weights;
  base: Float64Array;
  temperatures: number;
  /** [visible][hidden], without hidden units [visible][visible], and [hidden][visible]. */
  rows: Float64Array[];
  columns: Float64Array[];
}

/** Adds the rows of the units that are on. */
function gather(sums: Float64Array, units: Uint8Array, rows: readonly Float64Array[]): void {
  units.forEach((unit, i) => {
    if (unit === 0) return;
    const row = rows[i];
    for (let j = 0; j < sums.length; j++) sums[j] += row[j];
  });
}

/** ln of the weight of a run, less that of the base. */
function oneRun({ machine, base, temperatures, rows, columns }: Chain, seed: bigint, run: number): number {
  const { visible, hidden, visibleBiases, hiddenBiases } = machine;
  const key = streamKey(seed, PURPOSE.annealing, run);
  const [v, h] = [new Uint8Array(visible), new Uint8Array(hidden)];
  const [up, down] = [new Float64Array(hidden || visible), new Float64Array(visible)];
  let words: readonly number[] = [];
  const chosen = (unit: number, step: number, phase: number, activation: number) => {
    if (unit % 4 === 0) words = threefry4x32([unit / 4, step, phase, 0], key);
    return (words[unit % 4] + 0.5) * (1 + Math.exp(-activation)) < 2 ** 32 ? 1 : 0;
  };
  for (let i = 0; i < visible; i++) v[i] = chosen(i, 0, 0, base[i]);
  let log = 0;
  for (let step = 1; ; step++) {
    const [before, beta] = [(step - 1) / temperatures, step / temperatures];
    // What hidden units feel, or without them what visible ones feel of each other.
    if (hidden > 0) up.set(hiddenBiases);
    else up.fill(0);
    gather(up, v, rows);
    let energy = 0;
    for (let i = 0; i < visible; i++) {
      if (v[i] === 1) energy += visibleBiases[i] - base[i] + (hidden === 0 ? up[i] / 2 : 0);
    }
    log += (beta - before) * energy;
    for (let j = 0; j < hidden; j++) log += softplus(beta * up[j]) - softplus(before * up[j]);
    if (step === temperatures) return log;
    const own = (i: number) => (1 - beta) * base[i] + beta * visibleBiases[i];
    if (hidden > 0) {
      for (let j = 0; j < hidden; j++) h[j] = chosen(j, step, 1, beta * up[j]);
      down.fill(0);
      gather(down, h, columns);
      for (let i = 0; i < visible; i++) v[i] = chosen(i, step, 0, own(i) + beta * down[i]);
      continue;
    }
    for (let i = 0; i < visible; i++) {
      const unit = chosen(i, step, 0, own(i) + beta * up[i]);
      const change = unit - v[i];
      if (change === 0) continue;
      v[i] = unit;
      for (let j = 0; j < visible; j++) up[j] += change * rows[i][j];
    }
  }
}
