// A simulation with its plan and what has been measured so far. It can be stopped at any time, kept as bytes, and continued
// on any device; the end is that of the uninterrupted run to the last bit.

import type { Device } from "../../src/device/device.ts";
import { CheckpointError, ParameterError } from "../../src/device/errors.ts";
import type { RunOptions } from "../../src/device/run.ts";
import type { Link } from "../../src/link.ts";
import { follow } from "../../src/links.ts";
import { type Checkpoint, extraOf } from "../../src/models/checkpoint.ts";
import { type AnyModel, models } from "../../src/models/index.ts";
import { createWith, digestsOf, type Inputs } from "../../src/models/inputs.ts";
import type { Analysis, Simulation } from "../../src/models/model.ts";
import { createPart, mergeParts, type Range } from "../../src/models/parts.ts";
import { Series } from "../../src/models/series.ts";
import { asUsage, UsageError } from "./errors.ts";
import type { Values } from "./values.ts";

export interface Plan {
  /** Steps before the first measurement. */
  warmup: number;
  /** Steps after them. */
  steps: number;
  measureEvery: number;
}

/** What a checkpoint of the command line keeps in addition to the simulation. */
export interface Kept {
  command: "run" | "scan";
  plan: Plan;
  /** Seconds that the simulation has run. */
  seconds: number;
  /** Replicas of each point of a scan. */
  copies: number;
  /** Digests of the files that it began with, by name. */
  inputs?: Record<string, string>;
  /** States that analyses take in, and their pictures: one each so many measured steps. */
  snapshotEvery?: number;
  /** Of a part of a run; its plan has the steps of the part. */
  part?: Part;
  /** Endings of the analyses that are averaged; their sections are "analysis" and the ending. */
  analyses?: string[];
}

/** What a job is a part of. */
export interface Part extends Range {
  /** SHA-256 of all that determines the whole: equal for all its parts. */
  run: string;
  /** Number of the part, from 0, and of how many. */
  index: number;
  of: number;
  /** Number of the simulation among those of the command. */
  job: number;
  jobs: number;
  /** Replicas or jobs of the whole simulation. */
  units: number;
  /** Parameters that differ between the points of a scan. */
  axes: string[];
  /** Notes on the files that the whole began with. */
  notes: string[];
  /** By what, and on which devices. */
  gibbs: string;
  device: string;
}

/** Measurements beyond this would fill the memory; f64 values. */
const MOST_VALUES = 2 ** 28;

export class Job implements Disposable {
  readonly model: AnyModel;
  readonly simulation: Simulation;
  readonly series: Series;
  readonly #kept: Kept;
  readonly analyses = new Map<string, Analysis>();
  /** Called with each snapshot's step. */
  onSnapshot: (step: number) => Promise<void> = async () => {};

  private constructor(model: AnyModel, simulation: Simulation, series: Series, kept: Kept) {
    this.model = model;
    this.simulation = simulation;
    this.series = series;
    this.#kept = kept;
    this.#checkSeries();
  }

  static async create(
    model: AnyModel,
    device: Device,
    { parameters, inputs = {}, seed, plan, command, copies = 1, part }: JobOptions,
  ): Promise<Job> {
    const given = { parameters, seed, inputs };
    const simulation: Simulation = await asUsage(
      part ? createPart(model, device, given, part) : createWith(model, device, given),
    );
    const digests = digestsOf(inputs);
    const own = part && model.parts === "jobs" ? { ...plan, steps: part.count } : plan;
    const kept: Kept = { command, plan: own, seconds: 0, copies, ...(part && { part }) };
    return new Job(model, simulation, simulation.series(), {
      ...kept,
      ...(Object.keys(digests).length > 0 && { inputs: digests }),
    });
  }

  /** The job whose parts these checkpoints hold, in the order of their units. @throws CheckpointError */
  static async merge(model: AnyModel, device: Device, parts: readonly KeptPart[]): Promise<Job> {
    const simulation = await mergeParts(
      model,
      device,
      parts.map(({ checkpoint }) => checkpoint),
    );
    const [{ kept }] = parts;
    const { part: _, ...whole } = kept;
    const { columns } = simulation.series();
    const series = parts.map(({ series, kept: { part } }) =>
      Series.fromBytes(series, columns, model.parts === "replicas" ? part.count : simulation.replicas),
    );
    return new Job(model, simulation, columns.length > 0 ? Series.sideBySide(series) : simulation.series(), {
      ...whole,
      plan: model.parts === "jobs" ? { ...kept.plan, steps: simulation.steps } : kept.plan,
      seconds: parts.reduce((sum, { kept: { seconds } }) => sum + seconds, 0),
    });
  }

  /** What it is a part of. */
  get part(): Part | undefined {
    return this.#kept.part;
  }

  /** The run of a link, standing at its step; `steps` more are still to make. */
  static async follow(device: Device, link: Link, plan: Plan, options: RunOptions): Promise<Job> {
    const start = performance.now();
    const simulation = await follow(device, link, options);
    const model: AnyModel = models.find(({ name }) => name === link.model)!;
    const seconds = (performance.now() - start) / 1000;
    return new Job(model, simulation, simulation.series(), { command: "run", plan, seconds, copies: 1 });
  }

  /** @throws CheckpointError where `bytes` hold no run of this command. */
  static async restore(model: AnyModel, device: Device, bytes: Uint8Array, command: Kept["command"]): Promise<Job> {
    const simulation = await model.restore(device, bytes);
    try {
      const { header, sections } = simulation.extra;
      const kept = header as Partial<Kept> | undefined;
      if (!kept?.plan || !kept.command || !sections.series) {
        throw new CheckpointError(
          "The checkpoint holds a state but no run: gibbs run and gibbs scan continue only checkpoints that they wrote.",
        );
      }
      if (kept.command !== command) {
        throw new CheckpointError(
          `The checkpoint holds a ${kept.command}: continue it by gibbs ${kept.command} --resume.`,
        );
      }
      const series = Series.fromBytes(sections.series, simulation.series().columns, simulation.replicas);
      const job = new Job(model, simulation, series, kept as Kept);
      for (const ending of kept.analyses ?? []) {
        const analysis = model.analyse!(simulation, ending);
        analysis.restore(sections[`analysis${ending}`]);
        job.analyses.set(ending, analysis);
      }
      return job;
    } catch (error) {
      simulation[Symbol.dispose]();
      throw error;
    }
  }

  /** A part that was begun elsewhere says where it was finished, too. */
  goesOnAt(device: string): void {
    const { part } = this.#kept;
    if (part && this.remaining > 0 && !part.device.split("; ").includes(device)) {
      this.#kept.part = { ...part, device: `${part.device}; ${device}` };
    }
  }

  get plan(): Plan {
    return this.#kept.plan;
  }

  /** Makes the run longer. */
  extend(steps: number): void {
    this.#kept.plan = { ...this.plan, steps };
    this.#checkSeries();
  }

  get snapshotEvery(): number | undefined {
    return this.#kept.snapshotEvery;
  }

  /**
   * Plans snapshots: one each `every` measured steps, for analyses by their endings and for `onSnapshot`.
   *
   * @throws UsageError where a resumed run has other snapshots behind it.
   */
  takeSnapshots(every: number, endings: readonly string[]): void {
    const { snapshotEvery } = this.#kept;
    const measured = this.simulation.steps > this.plan.warmup;
    if (measured && snapshotEvery !== undefined && snapshotEvery !== every) {
      throw new UsageError(
        `snapshot-every ${every}: the resumed run has ${snapshotEvery}; leave --snapshot-every out.`,
      );
    }
    const missing = endings.find((ending) => !this.analyses.has(ending));
    if (measured && missing !== undefined) {
      throw new UsageError(
        `out: the resumed run has measured without ${missing}; leave that file out, or start a new run without --resume.`,
      );
    }
    for (const ending of endings) {
      if (!this.analyses.has(ending)) this.analyses.set(ending, this.model.analyse!(this.simulation, ending));
    }
    this.#kept.snapshotEvery = every;
    this.#kept.analyses = [...this.analyses.keys()];
  }

  get seconds(): number {
    return this.#kept.seconds;
  }

  /** Digests of the files that it began with, by name. */
  get inputs(): Readonly<Record<string, string>> {
    return this.#kept.inputs ?? {};
  }

  get copies(): number {
    return this.#kept.copies;
  }

  /** Steps of the whole plan, and those still to make. */
  get total(): number {
    return this.plan.warmup + this.plan.steps;
  }

  get remaining(): number {
    return this.total - this.simulation.steps;
  }

  /** Elementary updates of one step of all replicas, and what they are called. */
  get updates(): { count: number; unit: string } {
    const { count, unit } = this.model.updates(this.simulation.points.parameters);
    return { count: count * this.simulation.replicas, unit };
  }

  /** Runs until the end of the plan, or until `pause` - asked between submissions, with the steps made in this call - returns true. */
  async advance(pause: (made: number) => boolean): Promise<void> {
    const { simulation, series } = this;
    const { warmup, measureEvery: every } = this.plan;
    const controller = new AbortController();
    const from = simulation.steps;
    while (this.remaining > 0 && !controller.signal.aborted) {
      const warming = simulation.steps < warmup;
      const before = simulation.steps;
      const record = warming ? undefined : { series, every, origin: warmup };
      const onProgress = ({ done }: { done: number }) => {
        if (pause(before + done - from)) controller.abort();
      };
      const start = performance.now();
      const end = warming ? warmup : Math.min(this.total, this.#nextSnapshot(before));
      try {
        const options = { signal: controller.signal, onProgress };
        await simulation.run(end - before, record ? { ...options, record } : options);
        if (this.#nextSnapshot(end - 1) === end) await this.#takeSnapshot();
      } catch (error) {
        if (error !== controller.signal.reason) throw error;
      } finally {
        this.#kept.seconds += (performance.now() - start) / 1000;
      }
    }
  }

  /** The first step after `step` at which a snapshot is due; none in the warm-up. */
  #nextSnapshot(step: number): number {
    const { snapshotEvery } = this.#kept;
    const { warmup } = this.plan;
    if (snapshotEvery === undefined || step < warmup) return Number.POSITIVE_INFINITY;
    return warmup + snapshotEvery * (Math.floor((step - warmup) / snapshotEvery) + 1);
  }

  async #takeSnapshot(): Promise<void> {
    for (const analysis of this.analyses.values()) await analysis.add();
    await this.onSnapshot(this.simulation.steps);
  }

  /** A checkpoint: plan, series, analyses and simulation. */
  bytes(): Promise<Uint8Array> {
    const analyses = [...this.analyses].map(([ending, analysis]) => [`analysis${ending}`, analysis.toBytes()]);
    const sections = { series: this.series.toBytes(), ...Object.fromEntries(analyses) };
    return this.simulation.checkpoint({ header: { ...this.#kept }, sections });
  }

  [Symbol.dispose](): void {
    this.simulation[Symbol.dispose]();
  }

  #checkSeries(): void {
    const { steps, measureEvery } = this.plan;
    // Of the whole, where this is a part of it.
    const replicas = this.series.columns.length > 0 ? (this.part?.units ?? this.simulation.replicas) : 0;
    const values = Math.floor(steps / measureEvery) * this.series.columns.length * replicas;
    if (values <= MOST_VALUES) return;
    this[Symbol.dispose]();
    const least = Math.ceil((measureEvery * values) / MOST_VALUES);
    throw new ParameterError(
      "measureEvery",
      `measure-every ${measureEvery}: the time series would not fit the memory; take ${least} or more.`,
    );
  }
}

/** A part's checkpoint, decoded. */
export interface KeptPart {
  checkpoint: Checkpoint;
  kept: Kept & { part: Part };
  series: Uint8Array;
}

/** What a job has kept of a part. @throws CheckpointError where it is none */
export function keptPart(checkpoint: Checkpoint): KeptPart {
  const { header, sections } = extraOf(checkpoint);
  const kept = header as Partial<Kept>;
  if (!kept.part || !kept.plan || !sections.series) throw new CheckpointError("It holds no part of a run.");
  return { checkpoint, kept: kept as KeptPart["kept"], series: sections.series };
}

interface JobOptions {
  command: Kept["command"];
  plan: Plan;
  part?: Part;
  parameters: Values;
  inputs?: Inputs;
  seed: bigint;
  copies?: number;
}
