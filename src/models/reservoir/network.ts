// What engines of either device do with echo-state networks: the seam between the API of reservoirs and the GPU or the reference.

import type { RunOptions } from "../../device/run.ts";
import type { Topology } from "./topology.ts";

/** What all networks of a simulation share. */
export interface Shape {
  /** Units of a layer. */
  units: number;
  layers: number;
  /** Links of a unit from its layer, and from inputs or the layer below. */
  degree: number;
  fan: number;
  linear: boolean;
  /** A readout sees every second state squared. */
  squares: boolean;
  /** It reads the inputs in addition to the states. */
  seesInputs: boolean;
  /** Noise is added to states. */
  noisy: boolean;
  /** Inputs and outputs of one network. */
  inputs: number;
  outputs: number;
  /** Inputs that do not come from the outputs when it runs free. */
  exogenous: number;
  /** Networks side by side that share the columns of the series, each with its own outputs and neighbours' inputs. */
  patches: number;
  /** The largest state that is followed, a power of two: beyond, a network diverges. */
  stateRange: number;
  seed: bigint;
}

/** A table of time: input columns, then target columns. */
export interface Table {
  /** [row][column]. */
  data: Float32Array;
  rows: number;
  columns: number;
  targets: number;
}

/** One network with its settings. */
export interface Member {
  /** The random network. */
  topology: Topology;
  /** ρ: factor on W, which has spectral radius 1. */
  spectralRadius: number;
  /** σ: factor on the input weights. */
  inputScaling: number;
  /** a: the share of a state that a step renews. */
  leakRate: number;
  /** β: factor on the biases. */
  bias: number;
  /** Amplitude of the noise added to states, uniform on [-1, 1). */
  noise: number;
  /** Which of the patches of the series it belongs to, from 0. */
  patch: number;
}

/** Sums over time of products of features and targets: states, inputs, 1, targets. */
export interface Sums {
  /** Symmetric, [size][size]. */
  matrix: Float64Array;
  size: number;
  steps: number;
  /** A state left the range of the sums: the network diverges. */
  diverged: boolean;
}

/** [feature][output]: outputs are sums over features (states, inputs, 1). */
export type Readout = Float64Array;

export interface Span {
  /** The row at which networks start from zero. */
  first: number;
  /** Steps that are forgotten, and those after them. */
  washout: number;
  steps: number;
}

export interface Forecasts {
  /** Rows at which networks start from zero, one a forecast. */
  starts: readonly number[];
  /** Steps that follow the series; the first prediction is of the row after them. */
  driven: number;
  horizon: number;
}

export interface Engine {
  /** Networks that fit into one call. */
  readonly most: number;
  train(members: readonly Member[], table: Table, span: Span, options: RunOptions): Promise<Sums[]>;
  /** Outputs while the series drives, [member][step][output]. */
  predict(
    members: readonly Member[],
    readouts: readonly Readout[],
    table: Table,
    span: Span,
    options: RunOptions,
  ): Promise<Float64Array>;
  /**
   * Outputs that are fed back, [member][start][step][output]; with patches a member is as many networks, which follow each other in
   * `members`, and outputs are those of all.
   */
  forecast(
    members: readonly Member[],
    readouts: readonly Readout[],
    table: Table,
    forecasts: Forecasts,
    options: RunOptions,
  ): Promise<Float64Array>;
  dispose(): void;
}

export const allUnits = ({ units, layers }: Pick<Shape, "units" | "layers">) => units * layers;

export const featureCount = (shape: Shape) => allUnits(shape) + shape.inputs + 1;

/** The first input column of a patch: its own columns with as many neighbours on both sides, around the ring. */
export function firstInput({ patches, inputs, outputs }: Shape, patch: number, columns: number): number {
  if (patches === 1) return 0;
  const overlap = (inputs - outputs) / 2;
  return (patch * outputs - overlap + columns) % columns;
}
