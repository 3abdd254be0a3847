// What all long runs share: progress, cancellation, and a lock by which a simulation does one thing at a time.

import type { Device } from "./device.ts";
import { DisposedError, GibbsError } from "./errors.ts";

/** How a long run is watched and stopped. */
export interface RunOptions {
  /** Stops the run between two submissions; the simulation stays valid and can be checkpointed or run on. */
  signal?: AbortSignal;
  /** Called between submissions; if it returns a promise, the run waits for it. */
  onProgress?: (progress: Progress) => void | Promise<void>;
}

/** How far a run has come; steps are counted from where this call of `run` began. */
export interface Progress {
  /** Steps done and steps wanted in this run. */
  done: number;
  /** Steps wanted in this run. */
  total: number;
}

/** Throws the signal's reason if it is aborted; otherwise reports the progress. */
export async function reportProgress(progress: Progress, { signal, onProgress }: RunOptions): Promise<void> {
  await onProgress?.(progress);
  signal?.throwIfAborted();
}

/** Lets one call at a time use a simulation, and none after its dispose or an error of its device. */
export class SimulationLock {
  readonly #who: string;
  readonly #device: Device;
  #busy = false;
  #disposed = false;

  constructor(who: string, device: Device) {
    this.#who = who;
    this.#device = device;
  }

  /** Called before any number is returned. @throws DisposedError, DeviceLostError, GpuError */
  check(): void {
    if (this.#disposed) throw new DisposedError(`${this.#who} was used after its dispose().`);
    this.#device.check();
  }

  async use<T>(action: () => Promise<T>): Promise<T> {
    this.check();
    if (this.#busy) throw new GibbsError(`${this.#who} is busy: await its last call before the next.`);
    this.#busy = true;
    try {
      const result = await action();
      this.check(); // a dispose in the middle must not go unnoticed
      return result;
    } catch (error) {
      this.check();
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  /** True the first time. */
  dispose(): boolean {
    const first = !this.#disposed;
    this.#disposed = true;
    return first;
  }
}
