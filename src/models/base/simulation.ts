// What every simulation does, whatever its model: one call at a time, its parameters, its digest, its checkpoint, and its end.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { type RunOptions, SimulationLock } from "../../device/run.ts";
import { type Checkpoint, decodeCheckpoint, digestOf, encodeCheckpoint, extraOf, withExtra } from "../checkpoint.ts";
import type { CheckpointExtra, Recording, Simulation } from "../model.ts";
import { changePoints, type Points, type Schema } from "../parameters.ts";
import { Series } from "../series.ts";

/** What a model's simulations are called in messages, and what their parameters may be. */
export interface Kind {
  /** The model's name. */
  model: string;
  /** What a message calls a simulation, such as "The simulation". */
  title: string;
  schema: Schema;
}

export interface Begun<P> {
  points: Points<P>;
  seed: bigint;
  /** Copies that run side by side, or points of a scan; 1 if not given. */
  replicas?: number;
}

/** What a checkpoint keeps in addition to parameters, seed and steps. */
export interface Saved {
  header?: Record<string, unknown>;
  sections: Record<string, Uint8Array>;
}

export abstract class BaseSimulation<P extends object> implements Simulation<P> {
  /** The model's name. */
  readonly model: string;
  /** The device that it runs on. */
  readonly device: Device;
  /** 64 bits; random numbers are addressed by it. */
  readonly seed: bigint;
  /** Replicas, or points of a scan, that run side by side. */
  readonly replicas: number;
  /** Lets one call at a time use the simulation. */
  protected readonly exclusive: SimulationLock;
  readonly #kind: Kind;
  #points: Points<P>;

  protected constructor(device: Device, kind: Kind, { points, seed, replicas = 1 }: Begun<P>) {
    this.model = kind.model;
    this.#kind = kind;
    this.device = device;
    this.seed = seed;
    this.replicas = replicas;
    this.#points = points;
    this.exclusive = new SimulationLock(kind.title, device);
    this.exclusive.check(); // before the first run nothing else checks the device
  }

  /** Steps made so far. */
  abstract get steps(): number;

  /** Steps that there is room for in all. */
  abstract get most(): number;

  /** The present parameters of each replica, or of each point of a scan. */
  get points(): Points<P> {
    return this.#points;
  }

  /** What a series has a column for; none where there is no series. */
  protected get columns(): readonly string[] {
    return [];
  }

  /** An empty series with the model's columns, to record into. */
  series(): Series {
    return new Series(this.columns, this.columns.length > 0 ? this.replicas : 1);
  }

  /** Makes `steps` steps in many short submissions. */
  abstract run(steps: number, options?: RunOptions & { record?: Recording }): Promise<void>;

  /**
   * Changes live parameters from the next step on, for all replicas.
   *
   * @throws ParameterError for a bad value and for a parameter that is fixed when a run begins; then nothing has changed
   */
  set(changes: Partial<P>): Promise<void> {
    return this.exclusive.use(async () => {
      const points = changePoints(this.model, this.#kind.schema, this.#points as never, changes) as Points<P>;
      await this.changed(points);
      this.#points = points;
    });
  }

  /** Takes in points that `set` has checked, before they hold. */
  protected async changed(_: Points<P>): Promise<void> {}

  /** Sets points that do not come from `set`, such as a longer run's. */
  protected replacePoints(points: Points<P>): void {
    this.#points = points;
  }

  /** The canonical state: a line that says what it is and how large, and its bytes. */
  protected abstract canonical(replica?: number): Promise<[head: string, ...parts: Uint8Array[]]>;

  /** SHA-256 of the canonical state: equal digests mean equal states. Of one `replica` as if it were alone, where there are several. */
  digest(replica?: number): Promise<string> {
    return this.exclusive.use(async () => {
      const [head, ...parts] = await this.canonical(replica);
      return digestOf(new TextEncoder().encode(`${head}\n`), ...parts);
    });
  }

  /** What a checkpoint keeps in addition to parameters, seed and steps. */
  protected abstract saved(): Promise<Saved>;

  /** Everything needed to continue bit for bit, as the bytes of a file; `extra` is kept with it. */
  checkpoint(extra: CheckpointExtra = { header: {}, sections: {} }): Promise<Uint8Array> {
    return this.exclusive.use(async () => {
      const { header: own, sections } = await this.saved();
      const header = { ...this.#points, seed: String(this.seed), steps: this.steps, ...own };
      return encodeCheckpoint(withExtra({ model: this.model, header, sections }, extra));
    });
  }

  /** The state or the results as an array for NumPy. */
  abstract array(): ReturnType<Simulation["array"]>;
  /** The state or the results as a picture. */
  abstract picture(): ReturnType<Simulation["picture"]>;

  /** Frees what the simulation holds on its device. */
  protected abstract free(): void;

  /** Frees the simulation; any later use throws DisposedError. */
  dispose(): void {
    if (this.exclusive.dispose()) this.free();
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Replicas of a batch: those of its lists, or as many as are requested. @throws ParameterError where both are given */
export function replicasOf<P extends { replicas: number }>({ parameters, batch }: Points<P>): number {
  const [listed] = Object.values<number[] | undefined>(batch);
  if (!listed || parameters.replicas === 1 || parameters.replicas === listed.length) {
    return listed?.length ?? parameters.replicas;
  }
  throw new ParameterError(
    "replicas",
    `replicas ${parameters.replicas}: a list of ${listed.length} values makes ${listed.length} replicas; leave replicas out.`,
  );
}

/** Of a state in which replicas follow each other: how many, and their bytes; all, or the one that is named. */
export function partOf(state: Uint8Array, replicas: number, replica: number | undefined): [number, Uint8Array] {
  if (replica === undefined) return [replicas, state];
  const size = state.length / replicas;
  return [1, state.subarray(replica * size, (replica + 1) * size)];
}

/** A simulation from a checkpoint's bytes, with what was kept in addition to it. */
export async function restored<S extends object>(
  bytes: Uint8Array,
  open: (checkpoint: Checkpoint) => Promise<S>,
): Promise<S & { extra: CheckpointExtra }> {
  const checkpoint = await decodeCheckpoint(bytes);
  return Object.assign(await open(checkpoint), { extra: extraOf(checkpoint) });
}

/** Creates a simulation that `fill` fills with a state; it is disposed if that fails. */
export async function filled<E extends { dispose(): void }>(
  engine: E,
  fill: (engine: E) => void | Promise<void>,
): Promise<E> {
  try {
    await fill(engine);
    return engine;
  } catch (error) {
    engine.dispose();
    throw error;
  }
}
