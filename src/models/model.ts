// What a model declares of itself, once: command line, pages, permalinks, validation and scans are made from it.

import type { z } from "zod";
import type { Device } from "../device/device.ts";
import type { RunOptions } from "../device/run.ts";
import type { Estimate } from "../statistics/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Input } from "./inputs.ts";
import type { Points, Schema } from "./parameters.ts";
import type { Series } from "./series.ts";

/** A value known exactly, and from where. */
export interface Exact {
  /** In the unit of the observable. */
  value: number;
  /** Author and year; says so where it holds for the infinite system. */
  source: string;
  /**
   * It holds in a limit only, such as that of infinite size: a difference is no alarm; with a number, none up to this part of the
   * value.
   */
  approximate?: true | number;
}

/** A measured quantity: its unit and what it is. */
export interface Observable {
  /** Empty where it has none. */
  unit: string;
  /** What it is, with its formula where it has one. */
  description: string;
  /** What pages call it, where its name as words is not what the field says. */
  label?: string;
  /** The largest size of a single measurement, where the observable has one. */
  range?: number;
  /** It is made of fluctuations, whose errors are no measure of rare events: a difference is no alarm. */
  fluctuation?: true;
}

/** One finding of `validate`: a figure and the bound that it must keep. */
export interface Check {
  /** The model's name. */
  model: string;
  /** The three oracles; and what is promised of every model, such as an exact restart. */
  oracle: "known answer" | "reference" | "exact" | "promise";
  /** What is checked, in words. */
  name: string;
  /** The figure. */
  value: number;
  /** The largest value that passes. */
  bound: number;
  /** Whether the figure keeps its bound. */
  pass: boolean;
  /** Deviations in standard errors that the figure is made of: together they should be standard normal. */
  z?: readonly number[];
  /** For a plot in a report. */
  curve?: Curve;
}

/** Measured values against a known curve. */
export interface Curve {
  x: string;
  y: string;
  /** Points of a line through which the curve goes. */
  exact: readonly (readonly [x: number, y: number])[];
  /** The error is a standard error; 0 where chance has no part. */
  measured: readonly (readonly [x: number, y: number, error: number])[];
}

/** How much `validate` does: `quick` is seconds on a software adapter. */
export interface Effort {
  quick: boolean;
  signal?: AbortSignal;
}

/** Where and how often a run is measured. */
export interface Recording {
  /** Receives the measurements. */
  series: Series;
  /** Measure after each so many steps, counted from step `origin` (0 if not given). */
  every: number;
  /** The step from which `every` counts. */
  origin?: number;
}

/** A disc of cells around (x, y), on the periodic lattice: those at most `radius` from its centre. */
export interface Stroke {
  /** Column of the centre. */
  x: number;
  /** Row of the centre. */
  y: number;
  /** 0 is the cell itself. */
  radius: number;
  /** What the cells become. */
  value: number;
}

/** A simulation of any model, on any device. */
export interface Simulation<P = unknown> extends Disposable {
  /** The model's name. */
  readonly model: string;
  /** The device that it runs on. */
  readonly device: Device;
  /** The present parameters of each replica, or of each point of a scan. */
  readonly points: Points<P>;
  /** 64 bits. */
  readonly seed: bigint;
  /** Replicas that run side by side. */
  readonly replicas: number;
  /** Steps made so far. */
  readonly steps: number;
  /** Steps that there is room for in all. */
  readonly most: number;
  /** What it observes, where that depends on its parameters. */
  readonly observables?: Record<string, Observable>;
  /** An empty series with the model's columns, to record into. */
  series(): Series;
  /** Makes `steps` steps in many short submissions. */
  run(steps: number, options?: RunOptions & { record?: Recording }): Promise<void>;
  /**
   * Changes live parameters from the next step on, for all replicas.
   *
   * @throws ParameterError, and then nothing has changed.
   */
  set(changes: Partial<P>): Promise<void>;
  /** Makes a run longer than its parameters said, where they say how long it is. @throws ParameterError for a shorter one */
  extend?(steps: number): void;
  /** Makes a simulation at step 0 a part of a run: its jobs have numbers from `first` on. @throws ParameterError */
  beginAt?(first: number): void;
  /** Takes in the jobs of the part that follows, with the same parameters. @throws CheckpointError */
  absorb?(part: Checkpoint): void;
  /** Sets the cells of a disc in the first replica, where the model can be painted on. @throws ParameterError */
  paint?(stroke: Stroke): Promise<void>;
  /** SHA-256 of the canonical state: equal digests mean equal states. */
  digest(): Promise<string>;
  /** Everything needed to continue bit for bit, on any device or host; `extra` is kept with it. */
  checkpoint(extra?: CheckpointExtra): Promise<Uint8Array>;
  /** Makes what `estimate` and `result` tell, where that is work apart from the steps; without `result` only the former. */
  conclude?(what?: { result: boolean }): Promise<void>;
  /** What only this model has, for the record of a run. */
  result?(): object;
  /** Notes that a reader of the results needs: a sentence each. */
  notes?(): string[];
  /** Points of the model's own scan, side by side in this one simulation. */
  sweep?(): { parameters: Record<string, number>; observables: Record<string, Estimate> }[] | undefined;
  /** Results as a table, where they are more than a time series. */
  table?(): { head: string[]; rows: Iterable<(string | number)[]> };
  /** A file of the model's own, by its extension. */
  output?(extension: string): Promise<FileContent>;
  /** Whether `output` can be made at the end of the run. @throws ParameterError that says why not, with the size of what is too large */
  checkOutput?(extension: string): void;
  /** The state as an array for NumPy. */
  array(): Promise<{ data: Int8Array | Float32Array | Float64Array; shape: number[] }>;
  /** The state as a picture, one value 0..255 a pixel, or red, green and blue; the first replica. */
  picture(): Promise<{ width: number; height: number; data: Uint8Array; channels?: 1 | 3 }>;
}

/** An average over whole states of a run, for a file of its own. */
export interface Analysis {
  /** Takes in the present state. */
  add(): Promise<void>;
  /** States taken in. */
  count(): number;
  /** For a checkpoint, and from one. */
  toBytes(): Uint8Array;
  restore(bytes: Uint8Array): void;
  /** A table, or an array for NumPy. */
  content(): { head: string[]; rows: (string | number)[][] } | { data: Float64Array; shape: number[] };
}

/** What a file holds: bytes, text, a table, or an array for NumPy. */
export type FileContent =
  | Uint8Array
  | string
  | { head: string[]; rows: Iterable<(string | number)[]> }
  | { data: Int8Array | Float32Array | Float64Array; shape: number[] };

/** A file that stands for a whole run. */
export interface Archive {
  /** A sentence: what it holds. */
  description: string;
  /** Endings of the files. */
  accept: readonly string[];
  /** What chooses one of several runs in it. */
  choice: { name: string; description: string };
  /** Names of the runs in it that can be made. @throws FileError */
  runs(file: { name: string; bytes: Uint8Array }): Promise<string[]>;
  /** @throws FileError that names the file */
  read(file: { name: string; bytes: Uint8Array }, choice?: string): Promise<ArchivedRun>;
}

export interface ArchivedRun {
  parameters: Record<string, unknown>;
  seed?: bigint;
  /** Notes that a reader of the results needs: a sentence each. */
  notes: string[];
}

/** What was understood of a model's parameters, for people. */
export interface Explanation {
  /** Lists, each with what it is of; a row is a name and what is said of it. */
  sections: { title: string; rows: [string, string][] }[];
  notes: string[];
}

/** Trajectories followed again, step by step. */
export interface Replayed {
  /** All that happened in them. */
  table: { head: string[]; rows: Iterable<(string | number)[]> };
  array(): { data: Float64Array; shape: number[] };
  /** A row for each trajectory. */
  summary: Record<string, string | number>[];
  /** What the numbers in the array stand for. */
  legend: Record<string, string>;
  /** Trajectories that are not those of the device: a sentence each. */
  warnings: string[];
}

/** What a caller stores in a checkpoint in addition to the state. */
export interface CheckpointExtra {
  /** JSON values, by name. */
  header: Record<string, unknown>;
  /** Bytes, by name. */
  sections: Record<string, Uint8Array>;
}

/** A run that shows what a model does: its parameters, and its steps where they do not say so themselves. */
export interface Example<S extends Schema = Schema> {
  parameters: BatchOptions<z.input<S>>;
  steps?: number;
}

/** What models are listed under, in the order of lists. */
export const GROUPS = {
  lattices: "Lattices and spins",
  memories: "Memories and Boltzmann machines",
  reservoirs: "Reservoirs",
  diffusion: "Diffusion models",
  reactions: "Reaction networks",
  dynamics: "Maps and flows",
} as const;
export type Group = keyof typeof GROUPS;

/**
 * What a model declares of itself: parameters, observables, exact values, and how simulations of it are made.
 */
export interface Model<S extends Schema = Schema, Sim extends Simulation = Simulation> {
  /** As commands and links name it. */
  name: string;
  /** As pages and lists name it. */
  title: string;
  /** One sentence. */
  summary: string;
  /** What it is listed under. */
  group: Group;
  /** The schema: range, default, unit and description of every parameter. */
  parameters: S;
  /** What links of an older version leave unsaid, where today's defaults are others: by the version of the link. */
  unsaid?: Record<number, Partial<z.input<S>>>;
  /** What one step is called. */
  step: string;
  /** What simulations observe, by name; empty where it depends on the parameters. */
  observables: Record<string, Observable>;
  /** Where the parameters say how long a run is: its steps, none of them a warm-up. */
  steps?(parameters: z.output<S>): number;
  /**
   * Makes a simulation at step 0.
   *
   * @throws ParameterError, DeviceLostError, OutOfMemoryError
   */
  create(device: Device, options: Options<S>): Promise<Sim>;
  /** Continues a checkpoint; `extra` returns what was kept with it. */
  restore(device: Device, checkpoint: Uint8Array): Promise<Sim & { extra: CheckpointExtra }>;
  /** The observables of replicas that share one point: all together, or those named. */
  estimate(simulation: Sim, series: Series, replicas?: number[]): Record<string, Estimate>;
  /** What is known exactly at these parameters. */
  exact(parameters: z.output<S>): Partial<Record<string, Exact>>;
  /** Why a value may be off its exact one, and what to do: the end of a warning's sentence. */
  remedy?: string;
  /** Its states hold rounded numbers, in whose last bits devices may differ. */
  rounded?: true;
  /** What a run of it can be divided into: replicas side by side, or independent jobs. */
  parts?: "replicas" | "jobs";
  /** Its results are sums over jobs, which some of them have as well as all; those of others are lists by number. */
  sums?: true;
  /** Why a run of these parameters cannot be divided all the same: the end of a message's sentence. */
  undivided?(points: Points<z.output<S>>): string | undefined;
  /** Elementary updates of one step of one replica, and what they are called; `cost` of one where it is not about that of a spin's. */
  updates(parameters: z.output<S>): { count: number; unit: string; cost?: number };
  /** Files of the user's that `create` takes as arrays, by the flag that names them; a later one may depend on those before it. */
  inputs?: Readonly<Record<string, Input>>;
  /** Files that stand for whole runs, by the flag that names them. */
  archives?: Readonly<Record<string, Archive>>;
  /** Extensions of files that only this model's simulations write. */
  outputs?: readonly string[];
  /** What files of --out hold where the endings alone do not say it, such as the axes of a picture: by the endings, for the help. */
  files?: Readonly<Record<string, string>>;
  /** What a file among the parameters holds, in a few words, by the parameter's name. */
  holds?(parameters: z.output<S>): Readonly<Record<string, string>>;
  /** Says what was understood of parameters, without a run. @throws ParameterError */
  explain?(parameters: z.output<S>): Explanation;
  /** Extensions of files that say what the model is, without a run; `describe` makes the one of an extension. */
  descriptions?: readonly string[];
  /** The contents of a file that says what the model is, by its extension. */
  describe?(parameters: z.output<S>, extension: string): string;
  /** Follows steps again, each in full. @throws ParameterError for one that cannot be followed, or is too long to be kept */
  replay?(simulation: Sim, steps: readonly number[]): Promise<Replayed>;
  /** Endings of files that hold averages over states, such as ".structure.npy"; `analyse` makes the one of an ending. */
  analyses?: readonly string[];
  /**
   * Begins an average over states, for a file of one of the `analyses`.
   *
   * @throws ParameterError for a simulation that is too large for it
   */
  analyse?(simulation: Sim, ending: string): Analysis;
  /**
   * What every promise is tried on, for each model alike. On a software adapter the short one takes well under a second, with as much of
   * the model in it as can be; the long one takes some seconds in many submissions, so that it can be stopped in the middle.
   */
  examples: { short: Example<S>; long: Example<S> };
  /** Checks this device by the three oracles; `quick` in seconds on a software adapter. */
  validate(device: Device, effort: Effort): AsyncGenerator<Check>;
}

export type Options<S extends Schema> = BatchOptions<z.input<S>> & {
  /** 64 bits; the same seed and parameters give the same run on every machine. Default 1. */
  seed?: bigint;
};

/** Parameters that batch may be lists; the schema's metadata says at run time which do. */
export type BatchOptions<P> = { [K in keyof P]: P[K] | (NonNullable<P[K]> extends number ? readonly number[] : P[K]) };
