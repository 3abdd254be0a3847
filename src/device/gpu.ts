// One GPU of WebGPU, in either host: buffers, kernels, submissions and readback. Promise: after any GPU error - validation,
// out of memory, lost device - no call returns numbers; it rejects with a class of ours that says who asked and for what.

import { type AdapterKind, adapterKind } from "./adapter-kind.ts";
import type { DeviceInfo } from "./device.ts";
import { DeviceLostError, DeviceUnavailableError, DisposedError, GpuError, OutOfMemoryError } from "./errors.ts";
import { Kernel, type KernelDescription } from "./kernel.ts";
import type { Timer } from "./timer.ts";

/** What a host supplies. */
export interface Host {
  /** Where the adapter is from: Node, or a browser. */
  name: "node" | "web";
  /** The adapter that is opened. */
  adapter: GPUAdapter;
  /** True where a CPU does the work. */
  software: boolean;
  /**
   * Lets time pass without work. Dawn in Node polls for the GPU on the main thread as long as a promise is pending, which
   * costs a whole core - half the speed of a software adapter on two. There the wait for a submission is slept away first.
   */
  sleep?: (milliseconds: number) => Promise<void>;
}

/** The share of an expected wait spent asleep; the rest is polled, because the estimate is never exact. */
const SLEPT = 0.9;

/** Kernels that are kept compiled: those of networks that are edited on a page would only pile up. */
const MOST_KERNELS = 128;
/** Staging buffers that are kept for the next reading, and their bytes at most. */
const MOST_STAGING = 4;
const STAGING_BYTES = 1 << 22;

const SCOPES: readonly GPUErrorFilter[] = ["validation", "out-of-memory", "internal"];

/**
 * A device of WebGPU with its buffers, compiled kernels and errors. `openDevice` opens one; end it with
 * `dispose`.
 */
export class GpuDevice {
  /** Tells it from a `ReferenceDevice`. */
  readonly kind = "gpu";
  /** What results say of it. */
  readonly info: DeviceInfo;
  /** Hardware, or which software adapter. */
  readonly adapterKind: AdapterKind;
  /** The WebGPU device itself: the escape hatch for rendering and for sharing buffers with other WebGPU code. */
  readonly raw: GPUDevice;
  /** Resolves once, when the device is lost for any reason but `dispose`. */
  readonly lost: Promise<DeviceLostError>;

  /** Where set, the passes of simulations are timed by the GPU's clock. */
  timer: Timer | undefined;

  readonly #sleep: Host["sleep"];
  readonly #buffers = new Map<GPUBuffer, number>();
  /** By their descriptions; the one used last is the last. */
  readonly #kernels = new Map<string, Promise<Kernel>>();
  /** Idle ones. */
  readonly #staging: GPUBuffer[] = [];
  readonly #pending = new Set<Promise<void>>();
  /** What waits for the GPU, and gives up once the device is lost. */
  readonly #waiting = new Set<() => void>();
  #failure: GpuError | DeviceLostError | undefined;
  #disposed = false;

  private constructor(raw: GPUDevice, host: Host) {
    const { vendor, architecture, description } = host.adapter.info;
    this.raw = raw;
    this.adapterKind = adapterKind(host.adapter.info);
    this.info = { kind: "gpu", software: host.software, host: host.name, vendor, architecture, description };
    this.#sleep = host.sleep;
    this.lost = new Promise((resolve) => {
      void raw.lost.then(({ reason, message }) => {
        if (this.#disposed) return;
        const why = message.trim() || reason || "no reason given";
        const error = new DeviceLostError(
          `The GPU device was lost (${why}). Open a new device and restore the last checkpoint to continue.`,
        );
        this.#failure = error;
        resolve(error);
        for (const give of this.#waiting) give();
      });
    });
    raw.onuncapturederror = (event) => {
      event.preventDefault();
      this.#failure ??= gpuError("gibbs", event.error);
    };
  }

  /** Opens the host's adapter with its own limits, not WebGPU's low defaults. */
  static async open(host: Host): Promise<GpuDevice> {
    const { adapter } = host;
    const limits = adapter.limits;
    const wanted: GPUFeatureName[] = ["timestamp-query", "subgroups"];
    const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
    const requiredLimits = {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxTextureDimension2D: limits.maxTextureDimension2D,
    };
    try {
      return new GpuDevice(await adapter.requestDevice({ label: "gibbs", requiredFeatures, requiredLimits }), host);
    } catch (error) {
      const name = adapter.info.description || adapter.info.vendor || "the adapter";
      throw new DeviceUnavailableError(
        `${name} gave no device (${(error as Error).message}). Restart the browser or Node, update the GPU driver, or use the reference device.`,
      );
    }
  }

  /** The limits of the WebGPU device. */
  get limits(): GPUSupportedLimits {
    return this.raw.limits;
  }

  /** The buffers that live now, their number and their bytes; without the few that are kept for readings. */
  get memory(): { buffers: number; bytes: number } {
    let bytes = 0;
    for (const size of this.#buffers.values()) bytes += size;
    return { buffers: this.#buffers.size, bytes };
  }

  /** Throws if the device is disposed, lost, or has reported an error. */
  check(): void {
    if (this.#disposed) throw new DisposedError("The device was used after its dispose().");
    if (this.#failure) throw this.#failure;
  }

  /** A zeroed buffer; free it with `free`. Call within `guard`: a device out of memory says so only there. */
  buffer(label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    this.check();
    const buffer = this.raw.createBuffer({ label, size: Math.ceil(size / 4) * 4, usage });
    this.#buffers.set(buffer, buffer.size);
    return buffer;
  }

  /** Destroys a buffer that `buffer` made; a second call does nothing. */
  free(buffer: GPUBuffer): void {
    if (this.#buffers.delete(buffer)) buffer.destroy();
  }

  /**
   * Writes data into a buffer, from byte `offset` on.
   *
   * @throws DisposedError if the buffer was freed: the GPU would report it later, and not to this caller.
   */
  write(buffer: GPUBuffer, data: ArrayBufferView, offset = 0): void {
    this.check();
    if (!this.#buffers.has(buffer)) throw new DisposedError(`${buffer.label} was written to after it was freed.`);
    this.raw.queue.writeBuffer(buffer, offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }

  /** Compiles a kernel, or returns the one already compiled for an equal description. */
  kernel(description: KernelDescription): Promise<Kernel> {
    this.check();
    const key = JSON.stringify(description);
    let kernel = this.#kernels.get(key);
    if (!kernel) {
      const who = `shaders/${description.shader}, ${description.entryPoint}`;
      // Loaded before, because a guard sees the synchronous part of its action.
      kernel = Kernel.load(description).then((source) =>
        this.guard(who, () => Kernel.compile(this.raw, description, source)),
      );
      kernel.catch(() => this.#kernels.delete(key));
    }
    this.#kernels.delete(key);
    this.#kernels.set(key, kernel);
    const [oldest] = this.#kernels.keys();
    if (this.#kernels.size > MOST_KERNELS) this.#kernels.delete(oldest);
    return kernel;
  }

  /**
   * Runs `action` and rejects with our error, in the name of `who`, if the GPU objected to anything in it. The buffers that
   * the action had made by then are freed.
   */
  async guard<T>(who: string, action: () => T | Promise<T>): Promise<T> {
    this.check();
    const older = this.#buffers.size;
    for (const filter of SCOPES) this.raw.pushErrorScope(filter);
    let result: Promise<T>;
    try {
      // The synchronous part of the action is what the scopes see: they are a stack, and other calls may follow.
      result = Promise.resolve(action());
    } catch (error) {
      result = Promise.reject(error);
    }
    const made = [...this.#buffers.keys()].slice(older);
    const scopes = Promise.all(SCOPES.map(() => this.raw.popErrorScope().catch(() => null)));
    const [outcome, errors] = await Promise.all([Promise.allSettled([result]), scopes]);
    const reported = errors.find((error) => error !== null);
    if (reported || outcome[0].status === "rejected") for (const buffer of made) this.free(buffer);
    if (reported) throw gpuError(who, reported);
    this.check();
    if (outcome[0].status === "rejected") throw outcome[0].reason;
    return outcome[0].value;
  }

  /** Encodes and submits work; the promise, to be passed to `waitForGpu`, rejects if the GPU objects to it. */
  submit(who: string, encode: (encoder: GPUCommandEncoder) => void): Promise<void> {
    this.check();
    const accepted = this.guard(who, () => {
      const encoder = this.raw.createCommandEncoder({ label: who });
      encode(encoder);
      this.raw.queue.submit([encoder.finish()]);
    });
    const noted = accepted.catch(() => {}); // only the caller that submitted receives the error
    this.#pending.add(noted);
    void noted.finally(() => this.#pending.delete(noted));
    return accepted;
  }

  /**
   * Waits until submitted work is done, `expected` milliseconds from now. Returns true if it was done before: then the
   * expectation, not the work, took the time.
   *
   * @throws GpuError, DeviceLostError, DisposedError
   */
  async waitForGpu(submission: Promise<void>, expected = 0): Promise<boolean> {
    this.check();
    const sleeps = this.#sleep !== undefined && expected > 3;
    if (sleeps) await this.#sleep!(SLEPT * expected - 1);
    this.check();
    const awake = performance.now();
    await this.#unlessLost(this.raw.queue.onSubmittedWorkDone()).catch(() => {});
    const overslept = sleeps && performance.now() - awake < 0.2;
    await submission;
    this.check();
    return overslept;
  }

  /** Waits for `work`, or until the device is lost. A race against `lost` would leave a reaction at that promise with each submission. */
  #unlessLost(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      work.then(done, (error) => {
        this.#waiting.delete(done);
        reject(error);
      });
    });
  }

  /** The bytes of a buffer, once all that was submitted before has been done without error. */
  async read(buffer: GPUBuffer, offset = 0, size = buffer.size - offset): Promise<ArrayBuffer> {
    const who = `reading ${buffer.label}`;
    const staging = await this.#takeStaging(who, size);
    let kept = false;
    try {
      const accepted = this.submit(who, (encoder) => encoder.copyBufferToBuffer(buffer, offset, staging, 0, size));
      const mapped = this.#unlessLost(staging.mapAsync(GPUMapMode.READ, 0, size));
      const failure = await mapped.then(
        () => undefined,
        (error: Error) => error,
      );
      await accepted;
      this.check();
      if (failure) throw new GpuError(`${who}: it could not be mapped: ${failure.message || "no reason given"}`);
      const bytes = staging.getMappedRange(0, size).slice(0);
      staging.unmap();
      kept = true;
      return bytes;
    } finally {
      if (kept && !this.#disposed && staging.size <= STAGING_BYTES && this.#staging.length < MOST_STAGING) {
        this.#staging.push(staging);
      } else staging.destroy();
    }
  }

  /** A buffer to map of at least so many bytes: one that is idle, or a new one. */
  #takeStaging(who: string, size: number): Promise<GPUBuffer> {
    this.check();
    const at = this.#staging.findIndex((idle) => idle.size >= size);
    if (at >= 0) return Promise.resolve(this.#staging.splice(at, 1)[0]);
    const bytes = size <= STAGING_BYTES ? 2 ** Math.ceil(Math.log2(Math.max(size, 256))) : Math.ceil(size / 4) * 4;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.guard(who, () => this.raw.createBuffer({ label: `${who} (staging)`, size: bytes, usage }));
  }

  /** Frees everything on the device. Work in flight is abandoned; its promises reject. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const buffer of [...this.#buffers.keys(), ...this.#staging]) buffer.destroy();
    this.#buffers.clear();
    this.#staging.length = 0;
    this.raw.onuncapturederror = null; // Dawn's binding for Node holds the handler, and with it this device, for good
    this.raw.destroy();
  }

  /** Waits for the work that was submitted, then disposes of the device; for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pending);
    this.dispose();
  }
}

function gpuError(who: string, error: GPUError): GpuError {
  if (error instanceof GPUOutOfMemoryError) {
    return new OutOfMemoryError(`${who}: the GPU has not enough memory. Choose a smaller size or fewer replicas.`);
  }
  return new GpuError(`${who}: the GPU rejected the work: ${error.message}`);
}
