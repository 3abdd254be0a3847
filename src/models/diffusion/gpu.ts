// Sampling on the GPU. A sample is a function of seed and its number, so the size of a batch, of workgroups and of submissions changes nothing.

import { bufferLimit, storage, uniform } from "../../device/buffers.ts";
import { ParameterError } from "../../device/errors.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { structOf } from "../../device/layout.ts";
import { type Dispatch, dispatchOnce, Pacer, Submissions, submitPass } from "../../device/submissions.ts";
import { scalesOf } from "../../network/shape.ts";
import { streamKey } from "../../random/threefry.ts";
import type { StepOptions } from "../advance.ts";
import type { Compiled, GpuDenoiser, Setting, Shared } from "./denoisers/gpu-denoiser.ts";
import { gpuCustom, gpuMixture } from "./denoisers/gpu-mixture.ts";
import { gpuNetwork } from "./denoisers/gpu-network.ts";
import { gpuPoints } from "./denoisers/gpu-points.ts";
import { type Numbers, PURPOSE, remembers, type Sampler, type SamplerState, type Sampling } from "./sampling.ts";

/** Dispatches of one submission of a separate denoiser. */
const DISPATCHES = 1024;
const RUN = structOf("diffusion/stage.wgsl", "run");
const STAGES = structOf("diffusion/stage.wgsl", "stages");
/** Samples of which buffers hold a multiple. */
const ALIGNED = 64;

type Separate = Extract<GpuDenoiser, { kind: "separate" }>;

export class GpuSampler implements Sampler {
  readonly #shared: Shared;
  readonly #denoiser: GpuDenoiser;
  readonly #update: { kernel: Kernel; group: GPUBindGroup } | undefined;
  readonly #startKernel: Kernel;
  readonly #remembers: boolean;
  readonly #stride: number;
  readonly #submissions: Submissions;
  readonly #buffers = new Set<GPUBuffer>();
  readonly #pacer: Pacer;

  /** @throws ParameterError where the samples do not fit the device, and for WGSL that does not compile */
  static async create(device: GpuDevice, sampling: Sampling, workgroup = 64): Promise<GpuSampler> {
    checkFit(device, sampling);
    const { dimension, guidance, program } = sampling;
    const setting: Setting = {
      ...{ device, sampling, workgroup, stride: Math.ceil(sampling.samples / ALIGNED) * ALIGNED },
      switches: {
        KEEPS: Number(program.stages.some(({ keepsSample, keepsDenoised }) => keepsSample || keepsDenoised)),
        INPAINTS: Number(sampling.known !== undefined),
        CLIPS: Number(sampling.clip > 0 || sampling.threshold > 0),
      },
    };
    const start = await device.kernel({
      shader: "diffusion/start.wgsl",
      entryPoint: "start",
      constants: { WORKGROUP: workgroup, START: program.start, DIMENSIONS: dimension },
    });
    const update = await device.kernel({
      shader: "diffusion/update.wgsl",
      entryPoint: "update",
      constants: { WORKGROUP: workgroup, DIMENSIONS: dimension, GUIDES: Number(guidance > 0), ...setting.switches },
    });
    const compiled = await denoiserOf(setting);
    return device.guard(
      `diffusion, ${sampling.samples} samples`,
      () => new GpuSampler(setting, compiled, start, update),
    );
  }

  private constructor(setting: Setting, compiled: Compiled, start: Kernel, update: Kernel) {
    const { device, sampling, stride } = setting;
    this.#startKernel = start;
    this.#remembers = remembers(sampling.program);
    this.#stride = stride;
    this.#submissions = new Submissions(device, "diffusion", DISPATCHES);
    this.#pacer = new Pacer(device);
    this.#shared = allocate(setting, this.#submissions.steps, this.#buffers);
    this.#denoiser = compiled(this.#shared);
    if (this.#denoiser.kind === "fused") return;
    const most = device.limits.maxComputeWorkgroupsPerDimension * setting.workgroup;
    if (sampling.samples > most) throw tooMany(sampling.samples, most);
    const { denoised, unguided } = this.#denoiser;
    this.#update = { kernel: update, group: update.bind({ ...this.#shared.buffers, denoised, unguided }) };
  }

  async start(): Promise<void> {
    const { device, sampling, workgroup, buffers } = this.#shared;
    this.#writeRun(0, 0);
    const kernel = this.#startKernel;
    const group = kernel.bind(buffers);
    await dispatchOnce(device, "diffusion", [
      { kernel, group, groups: workgroupGrid(Math.ceil(sampling.samples / workgroup), device.limits) },
    ]);
  }

  async read(): Promise<SamplerState> {
    const { x, previous } = this.#shared.buffers;
    return {
      x: await this.#values(x),
      previous: this.#remembers ? await this.#values(previous) : new Float32Array(),
    };
  }

  async write(state: SamplerState): Promise<void> {
    const { device, buffers } = this.#shared;
    const { x, previous } = buffers;
    device.write(x, this.#padded(state.x));
    if (this.#remembers) device.write(previous, this.#padded(state.previous));
  }

  advance({ from, sweeps, onSweeps, ...options }: StepOptions): Promise<void> {
    const { starts } = this.#shared.sampling.program;
    const separate = this.#denoiser.kind === "separate" ? this.#denoiser : undefined;
    return this.#pacer.make(sweeps, options, {
      most: separate ? (done) => this.#together(separate, from + done, from + sweeps) : sweeps,
      submit: (done, count) => {
        const [first, end] = [starts[from + done], starts[from + done + count]];
        this.#writeRun(first, end - first);
        return separate ? this.#submitSeparate(separate, first, end) : this.#submitFused();
      },
      after: (done) => onSweeps(from + done),
    });
  }

  /** Steps whose dispatches fit one submission, one at least. */
  #together({ parts, passes }: Separate, step: number, end: number): number {
    const { starts } = this.#shared.sampling.program;
    const most = DISPATCHES / (parts.length * passes + 1);
    let count = 1;
    while (step + count < end && starts[step + count + 1] - starts[step] <= most) count++;
    return count;
  }

  #submitFused(): Promise<void> {
    const { device } = this.#shared;
    const { kernel, group, groups } = this.#denoiser as Extract<GpuDenoiser, { kind: "fused" }>;
    return submitPass(device, "diffusion", [{ kernel, group, groups: workgroupGrid(groups, device.limits) }], "steps");
  }

  /** The stages of some steps; more than one submission where a single step has more dispatches than there are step uniforms. */
  *#submitSeparate({ parts, passes }: Separate, first: number, end: number): Generator<Promise<void>> {
    const { sampling, workgroup } = this.#shared;
    const { kernel, group } = this.#update!;
    const groups: [number, number] = [Math.ceil(sampling.samples / workgroup), Math.ceil(sampling.dimension / 4)];
    const all: Dispatch[] = [];
    for (let stage = first; stage < end; stage++) {
      for (let pass = 0; pass < passes && sampling.program.stages[stage].denoises; pass++) {
        for (const part of parts) {
          all.push({ ...part, group: part.group(pass), step: { stage, pass, ...part.step } });
        }
      }
      all.push({ kernel, group, groups, step: { stage } });
    }
    for (let at = 0; at < all.length; at += DISPATCHES) yield this.#submissions.submit(all.slice(at, at + DISPATCHES));
  }

  #writeRun(first: number, stages: number): void {
    const { device, buffers, sampling } = this.#shared;
    const { samples, firstSample, seed, label, classes, guidance, clip, threshold, denoiser } = sampling;
    const run = {
      ...{ key: streamKey(seed, PURPOSE, 0), samples, stride: this.#stride, firstSample, firstStage: first, stages },
      ...{ label, classes, guidance, clip, threshold },
      units: denoiser.kind === "network" ? denoiser.network.shape.width : 0,
    };
    device.write(buffers.run, RUN.write(run));
  }

  async #values(buffer: GPUBuffer): Promise<Float32Array> {
    const { device, sampling } = this.#shared;
    const { samples, dimension } = sampling;
    const all = new Float32Array(await device.read(buffer));
    const values = new Float32Array(dimension * samples);
    for (let i = 0; i < dimension; i++) {
      values.set(all.subarray(i * this.#stride, i * this.#stride + samples), i * samples);
    }
    return values;
  }

  #padded(values: Numbers): Float32Array {
    const { samples, dimension } = this.#shared.sampling;
    const all = new Float32Array(dimension * this.#stride);
    for (let i = 0; i < dimension; i++) all.set(values.subarray(i * samples, (i + 1) * samples), i * this.#stride);
    return all;
  }

  dispose(): void {
    for (const buffer of this.#buffers) this.#shared.device.free(buffer);
    this.#submissions.dispose();
  }
}

function allocate(setting: Setting, step: GPUBuffer, all: Set<GPUBuffer>): Shared {
  const { device, sampling, stride, switches } = setting;
  const { dimension } = sampling;
  const owned = (buffer: GPUBuffer) => {
    all.add(buffer);
    return buffer;
  };
  const room = (name: string, bytes: number) => owned(storage(device, `diffusion ${name}`, Math.ceil(bytes / 4)));
  const table = (name: string, data: ArrayBufferView) => owned(storage(device, `diffusion ${name}`, data));
  const bytes = 4 * dimension * stride;
  const known = Float32Array.from({ length: 2 * dimension }, (_, i) => {
    const value = sampling.known?.[i >> 1];
    return i % 2 === 0 ? (value ?? 0) : Number(value !== undefined);
  });
  return {
    ...{ ...setting, room, table },
    buffers: {
      run: owned(uniform(device, "diffusion run", RUN)),
      stages: table("stages", stageTable(sampling)),
      x: room("samples", bytes),
      kept: room("kept", switches.KEEPS ? bytes : 4),
      previous: room("previous", switches.KEEPS ? bytes : 4),
      known: table("known", known),
      step,
    },
  };
}

function denoiserOf(setting: Setting): Promise<Compiled> {
  const { denoiser } = setting.sampling;
  switch (denoiser.kind) {
    case "mixture":
      return gpuMixture(setting, denoiser.mixture);
    case "points":
      return gpuPoints(setting, denoiser.points, denoiser.labels);
    case "network":
      return gpuNetwork(setting, denoiser.network);
    case "custom":
      return gpuCustom(setting, denoiser.wgsl, denoiser.prediction);
  }
}

/** The stages as shaders/diffusion/stage.wgsl reads them. */
function stageTable({ program, denoiser }: Sampling): Uint32Array {
  const deviation = denoiser.kind === "network" ? denoiser.network.deviation : 1;
  const rows = program.stages.map(({ level, next, a, h, g, c, e, s, draw, denoises, keepsSample, keepsDenoised }) => ({
    ...{ signal: level.signal, noise: level.noise, time: level.time },
    ...{ nextSignal: next.signal, nextNoise: next.noise, nextTime: next.time },
    ...{ a, h, g, c, e, s, draw, ...scalesOf(level, deviation) },
    flags: Number(denoises) + 2 * Number(keepsSample) + 4 * Number(keepsDenoised),
  }));
  return STAGES.table(rows);
}

function checkFit(device: GpuDevice, { samples, dimension, denoiser }: Sampling): void {
  const limit = bufferLimit(device.limits);
  const layered = denoiser.kind === "network" && denoiser.network.shape.layers !== 2;
  const bytes = 4 * (layered ? Math.max(dimension, denoiser.network.shape.width) : dimension);
  const most = Math.floor(limit / bytes / ALIGNED) * ALIGNED;
  if (samples > most) throw tooMany(samples, most);
}

const tooMany = (samples: number, most: number) =>
  new ParameterError(
    "samples",
    `samples ${samples}: they do not fit this device at once; ${most} of them do. Take the others with firstSample.`,
  );
