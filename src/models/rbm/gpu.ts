// The machine on the GPU: block Gibbs sampling of packed chains, and the gradient by counting bits.

import { Budget } from "../../device/budget.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { grid, type Kernel } from "../../device/kernel.ts";
import { between } from "../../device/run.ts";
import { type AdvanceOptions, measurements } from "../advance.ts";
import { chances, type Machine, type MachineOptions, type MachineState, PURPOSE, partners } from "./machine.ts";

/** Dispatches of one submission: each has its own step uniform. */
const DISPATCHES = 4096;

type Kernels = Record<"draw" | "sample" | "turn" | "update" | "sweep" | "couple", Kernel>;

/** One dispatch of a step: what, with which buffers, for how many workgroups; and the words of its uniform. */
interface Part {
  kernel: Kernel;
  group: GPUBindGroup;
  groups: [number, number];
  phase: number;
  layer: 0 | 1;
}

export class GpuMachine implements Machine {
  readonly #device: GpuDevice;
  readonly #options: MachineOptions;
  readonly #parts: Part[];
  readonly #stride: number;
  readonly #buffers: ReturnType<typeof allocate>;
  readonly #budget = new Budget();
  #rate: number;

  static async create(device: GpuDevice, options: MachineOptions, workgroup: number): Promise<GpuMachine> {
    const kernels = await compile(device, workgroup);
    return device.guard(title(options), () => new GpuMachine(device, options, kernels, workgroup));
  }

  private constructor(device: GpuDevice, options: MachineOptions, kernels: Kernels, workgroup: number) {
    this.#device = device;
    this.#options = options;
    this.#rate = options.rate;
    this.#stride = Math.max(16, device.limits.minUniformBufferOffsetAlignment);
    this.#buffers = allocate(device, options, this.#stride);
    device.write(this.#buffers.images, packed(options.images, options.visible));
    device.write(this.#buffers.chances, chances);
    this.#parts = this.#plan(kernels, workgroup);
  }

  /** The dispatches of one step, in order. */
  #plan({ draw, sample, turn, update, sweep, couple }: Kernels, workgroup: number): Part[] {
    const { visible, hidden, chains, gibbs } = this.#options;
    const b = this.#buffers;
    const step = { buffer: b.steps, size: 12 };
    const line = (count: number) => grid(Math.ceil(count / workgroup), this.#device.limits) as [number, number];
    const up = (from: GPUBuffer, to: GPUBuffer, phase: number): Part => ({
      kernel: sample,
      group: sample.bind(b.run, step, from, to, b.weights, b.hiddenBiases, b.chances),
      groups: [Math.ceil(hidden / workgroup), chains],
      phase,
      layer: 0,
    });
    const down = (from: GPUBuffer, to: GPUBuffer, phase: number): Part => ({
      kernel: sample,
      group: sample.bind(b.run, step, from, to, b.turnedWeights, b.visibleBiases, b.chances),
      groups: [Math.ceil(visible / workgroup), chains],
      phase,
      layer: 1,
    });
    const turned = (from: GPUBuffer, to: GPUBuffer, layer: 0 | 1): Part => ({
      kernel: turn,
      group: turn.bind(b.run, step, from, to),
      groups: line((layer === 0 ? visible : hidden) * Math.ceil(chains / 32)),
      phase: 0,
      layer,
    });
    const parts: Part[] = [
      {
        kernel: draw,
        group: draw.bind(b.run, step, b.images, b.data, b.model),
        groups: line(chains * Math.ceil(visible / 32)),
        phase: 0,
        layer: 0,
      },
    ];
    if (hidden === 0) {
      for (let round = 0; round < gibbs; round++) {
        parts.push({
          kernel: sweep,
          group: sweep.bind(b.run, step, b.model, b.weights, b.visibleBiases, b.chances),
          groups: [Math.ceil(chains / workgroup), 1],
          phase: round,
          layer: 0,
        });
      }
      const group = couple.bind(b.run, step, b.turnedData, b.turnedModel, b.weights, b.visibleBiases);
      return [
        ...parts,
        turned(b.data, b.turnedData, 0),
        turned(b.model, b.turnedModel, 0),
        { kernel: couple, group, groups: line(visible * (visible + 1)), phase: 0, layer: 0 },
      ];
    }
    parts.push(up(b.data, b.dataHidden, 0));
    for (let round = 0; round < gibbs; round++) {
      parts.push(up(b.model, b.modelHidden, 1 + 2 * round), down(b.modelHidden, b.model, 2 + 2 * round));
    }
    return [
      ...parts,
      up(b.model, b.modelHidden, 1 + 2 * gibbs),
      turned(b.data, b.turnedData, 0),
      turned(b.dataHidden, b.turnedDataHidden, 1),
      turned(b.model, b.turnedModel, 0),
      turned(b.modelHidden, b.turnedModelHidden, 1),
      {
        kernel: update,
        group: update.bind(
          ...[b.run, step, b.turnedData, b.turnedDataHidden, b.turnedModel, b.turnedModelHidden],
          ...[b.weights, b.turnedWeights, b.visibleBiases, b.hiddenBiases],
        ),
        groups: line((visible + 1) * (hidden + 1)),
        phase: 0,
        layer: 0,
      },
    ];
  }

  setRate(rate: number): void {
    this.#rate = rate;
  }

  async read(): Promise<MachineState> {
    const { visible, hidden, chains } = this.#options;
    const b = this.#buffers;
    const ints = async (buffer: GPUBuffer, count: number) =>
      new Int32Array(await this.#device.read(buffer, 0, 4 * count));
    const words = Math.ceil(visible / 32);
    const bits = new Uint32Array(await this.#device.read(b.model, 0, 4 * words * chains));
    return {
      weights: await ints(b.weights, visible * partners(this.#options)),
      visibleBiases: await ints(b.visibleBiases, visible),
      hiddenBiases: hidden > 0 ? await ints(b.hiddenBiases, hidden) : new Int32Array(),
      chains: Uint8Array.from({ length: chains * visible }, (_, at) => {
        const [chain, i] = [Math.floor(at / visible), at % visible];
        return (bits[chain * words + (i >> 5)] >>> (i & 31)) & 1;
      }),
    };
  }

  async write({ weights, visibleBiases, hiddenBiases, chains }: MachineState): Promise<void> {
    const { visible, hidden } = this.#options;
    const b = this.#buffers;
    this.#device.write(b.weights, weights);
    if (hidden > 0) {
      const turned = Int32Array.from(weights, (_, at) => weights[(at % visible) * hidden + Math.floor(at / visible)]);
      this.#device.write(b.turnedWeights, turned);
      this.#device.write(b.hiddenBiases, hiddenBiases);
    }
    this.#device.write(b.visibleBiases, visibleBiases);
    this.#device.write(b.model, packed(chains, visible));
  }

  async advance({ from, sweeps, every, origin, onSums, onSweeps, ...options }: AdvanceOptions<MachineState>) {
    const most = Math.max(1, Math.floor(DISPATCHES / this.#parts.length));
    for (let done = 0; done < sweeps; ) {
      await between({ done, total: sweeps }, options);
      // A measurement reads all weights, so a submission ends there.
      const [next = Number.POSITIVE_INFINITY] = measurements(from + done, sweeps - done, every, origin);
      const count = this.#budget.next(Math.min(sweeps - done, next - from - done), most);
      const start = performance.now();
      const accepted = this.#submit(from + done, count);
      const overslept = await this.#device.settle(accepted, this.#budget.expected(count));
      this.#budget.record(count, (performance.now() - start) * (overslept ? 0.5 : 1));
      done += count;
      onSweeps(from + done);
      if (from + done === next) onSums?.([await this.read()], next);
    }
    await between({ done: sweeps, total: sweeps }, options);
  }

  #submit(from: number, count: number): Promise<void> {
    const { seed, visible, hidden, chains, images, fromData } = this.#options;
    this.#device.write(
      this.#buffers.run,
      new Uint32Array([
        ...[Number(seed & 0xffffffffn), Number(seed >> 32n), visible, hidden],
        ...[Math.ceil(visible / 32), Math.ceil(hidden / 32), chains, Math.ceil(chains / 32)],
        ...[images.length / visible, fromData ? 1 : 0, this.#rate, 0],
      ]),
    );
    const stride = this.#stride / 4;
    const words = new Uint32Array(count * this.#parts.length * stride);
    for (let i = 0; i < count; i++) {
      this.#parts.forEach(({ phase, layer }, k) => {
        words.set([from + i, phase, layer], (i * this.#parts.length + k) * stride);
      });
    }
    this.#device.write(this.#buffers.steps, words);
    return this.#device.submit(title(this.#options), (encoder) => {
      const pass = encoder.beginComputePass({ timestampWrites: this.#device.timer?.writes("steps") });
      for (let i = 0; i < count; i++) {
        this.#parts.forEach(({ kernel, group, groups }, k) => {
          pass.setPipeline(kernel.pipeline);
          pass.setBindGroup(0, group, [(i * this.#parts.length + k) * this.#stride]);
          pass.dispatchWorkgroups(...groups);
        });
      }
      pass.end();
    });
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
  }
}

function allocate(device: GpuDevice, { visible, hidden, chains, images }: MachineOptions, stride: number) {
  const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const buffer = (name: string, words: number, usage = STORAGE | COPY_DST | COPY_SRC) =>
    device.buffer(`rbm ${name}`, 4 * Math.max(1, words), usage); // none is empty
  const [v, h, c] = [visible, hidden, chains].map((count) => Math.ceil(count / 32));
  return {
    run: buffer("run", 12, UNIFORM | COPY_DST),
    steps: buffer("steps", (DISPATCHES * stride) / 4, UNIFORM | COPY_DST),
    images: buffer("images", (images.length / visible) * v),
    chances: buffer("chances", chances.length),
    weights: buffer("weights", visible * (hidden || visible)),
    turnedWeights: buffer("turned weights", visible * hidden),
    visibleBiases: buffer("visible biases", visible),
    hiddenBiases: buffer("hidden biases", hidden),
    data: buffer("data", chains * v),
    dataHidden: buffer("data's hidden units", chains * h),
    model: buffer("chains", chains * v),
    modelHidden: buffer("chains' hidden units", chains * h),
    turnedData: buffer("data by units", visible * c),
    turnedDataHidden: buffer("data's hidden units by units", hidden * c),
    turnedModel: buffer("chains by units", visible * c),
    turnedModelHidden: buffer("chains' hidden units by units", hidden * c),
  };
}

/** Rows of 0 and 1 as words of 32. */
function packed(rows: Uint8Array, length: number): Uint32Array {
  const words = Math.ceil(length / 32);
  const bits = new Uint32Array((rows.length / length) * words);
  for (let at = 0; at < rows.length; at++) {
    const [row, i] = [Math.floor(at / length), at % length];
    if (rows[at]) bits[row * words + (i >> 5)] |= 1 << (i & 31);
  }
  return bits;
}

async function compile(device: GpuDevice, workgroup: number): Promise<Kernels> {
  const kernel = (name: string, entryPoint: string, storage: string, more: Record<string, number> = {}) =>
    device.kernel({
      shader: `rbm/${name}.wgsl`,
      entryPoint,
      bindings: [
        "uniform",
        "step",
        ...[...storage].map((kind) => (kind === "w" ? ("storage" as const) : ("read-only-storage" as const))),
      ],
      constants: { WORKGROUP: workgroup, ...more },
    });
  const [draw, sample, turn, update, sweep, couple] = await Promise.all([
    kernel("data", "draw", "rww", { PURPOSE: PURPOSE.data }),
    kernel("units", "sample_units", "rwrrr", { PURPOSE: PURPOSE.units }),
    kernel("turn", "turn", "rw"),
    kernel("update", "update", "rrrrwwww"),
    kernel("sweep", "sweep_chains", "wrrr", { PURPOSE: PURPOSE.units }),
    kernel("couple", "couple", "rrww"),
  ]);
  return { draw, sample, turn, update, sweep, couple };
}

const title = ({ visible, hidden }: MachineOptions) => `rbm, ${visible} visible and ${hidden} hidden units`;
