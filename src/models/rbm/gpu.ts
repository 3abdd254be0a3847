// The machine on the GPU: block Gibbs sampling of packed chains, and the gradient by counting bits.

import { storage, uniform } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { type Dispatch, Pacer, Submissions } from "../../device/submissions.ts";
import { seedWords } from "../../random/threefry.ts";
import { type AdvanceOptions, measurements } from "../advance.ts";
import { type Machine, type MachineOptions, type MachineState, onProbabilities, PURPOSE, partners } from "./machine.ts";

/** Dispatches of one submission. */
const DISPATCHES = 4096;

type Kernels = Record<"draw" | "sample" | "transpose" | "update" | "sweep" | "couple", Kernel>;

/** One dispatch of a step, and what its uniform says. */
interface Part extends Omit<Dispatch, "words"> {
  phase: number;
  layer: 0 | 1;
}

export class GpuMachine implements Machine {
  readonly #device: GpuDevice;
  readonly #options: MachineOptions;
  readonly #parts: Part[];
  readonly #buffers: ReturnType<typeof allocate>;
  readonly #submissions: Submissions;
  readonly #pacer: Pacer;
  #rate: number;

  static async create(device: GpuDevice, options: MachineOptions, workgroup: number): Promise<GpuMachine> {
    const kernels = await compile(device, workgroup);
    return device.guard(title(options), () => new GpuMachine(device, options, kernels, workgroup));
  }

  private constructor(device: GpuDevice, options: MachineOptions, kernels: Kernels, workgroup: number) {
    this.#device = device;
    this.#options = options;
    this.#rate = options.rate;
    this.#buffers = allocate(device, options);
    this.#submissions = new Submissions(device, title(options), { words: 3, capacity: DISPATCHES });
    this.#pacer = new Pacer(device);
    device.write(this.#buffers.images, packed(options.images, options.visible));
    device.write(this.#buffers.onProbabilities, onProbabilities);
    this.#parts = this.#plan(kernels, workgroup);
  }

  /** The dispatches of one step, in order. */
  #plan({ draw, sample, transpose, update, sweep, couple }: Kernels, workgroup: number): Part[] {
    const { visible, hidden, chains, gibbs } = this.#options;
    const b = this.#buffers;
    const step = this.#submissions.step(3);
    const line = (count: number) =>
      workgroupGrid(Math.ceil(count / workgroup), this.#device.limits) as [number, number];
    const up = (from: GPUBuffer, to: GPUBuffer, phase: number): Part => ({
      kernel: sample,
      group: sample.bind(b.run, step, from, to, b.weights, b.hiddenBiases, b.onProbabilities),
      groups: [Math.ceil(hidden / workgroup), chains],
      phase,
      layer: 0,
    });
    const down = (from: GPUBuffer, to: GPUBuffer, phase: number): Part => ({
      kernel: sample,
      group: sample.bind(b.run, step, from, to, b.transposedWeights, b.visibleBiases, b.onProbabilities),
      groups: [Math.ceil(visible / workgroup), chains],
      phase,
      layer: 1,
    });
    const transposed = (from: GPUBuffer, to: GPUBuffer, layer: 0 | 1): Part => ({
      kernel: transpose,
      group: transpose.bind(b.run, step, from, to),
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
          group: sweep.bind(b.run, step, b.model, b.weights, b.visibleBiases, b.onProbabilities),
          groups: [Math.ceil(chains / workgroup), 1],
          phase: round,
          layer: 0,
        });
      }
      const group = couple.bind(b.run, step, b.transposedData, b.transposedModel, b.weights, b.visibleBiases);
      return [
        ...parts,
        transposed(b.data, b.transposedData, 0),
        transposed(b.model, b.transposedModel, 0),
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
      transposed(b.data, b.transposedData, 0),
      transposed(b.dataHidden, b.transposedDataHidden, 1),
      transposed(b.model, b.transposedModel, 0),
      transposed(b.modelHidden, b.transposedModelHidden, 1),
      {
        kernel: update,
        group: update.bind(
          ...[b.run, step, b.transposedData, b.transposedDataHidden, b.transposedModel, b.transposedModelHidden],
          ...[b.weights, b.transposedWeights, b.visibleBiases, b.hiddenBiases],
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
      const transposed = Int32Array.from(
        weights,
        (_, at) => weights[(at % visible) * hidden + Math.floor(at / visible)],
      );
      this.#device.write(b.transposedWeights, transposed);
      this.#device.write(b.hiddenBiases, hiddenBiases);
    }
    this.#device.write(b.visibleBiases, visibleBiases);
    this.#device.write(b.model, packed(chains, visible));
  }

  advance({ from, sweeps, every, origin, onSums, onSweeps, ...options }: AdvanceOptions<MachineState>) {
    const most = Math.max(1, Math.floor(DISPATCHES / this.#parts.length));
    // A measurement reads all weights, so a submission ends there.
    const next = (done: number) =>
      measurements(from + done, sweeps - done, every, origin)[0] ?? Number.POSITIVE_INFINITY;
    return this.#pacer.make(sweeps, options, {
      most: (done) => Math.min(most, next(done) - from - done),
      submit: (done, count) => this.#submit(from + done, count),
      after: async (done, count) => {
        onSweeps(from + done);
        if (from + done === next(done - count)) onSums?.([await this.read()], from + done);
      },
    });
  }

  #submit(from: number, count: number): Promise<void> {
    const { seed, visible, hidden, chains, images, fromData } = this.#options;
    this.#device.write(
      this.#buffers.run,
      new Uint32Array([
        ...[...seedWords(seed), visible, hidden],
        ...[Math.ceil(visible / 32), Math.ceil(hidden / 32), chains, Math.ceil(chains / 32)],
        ...[images.length / visible, fromData ? 1 : 0, this.#rate, 0],
      ]),
    );
    const dispatches = Array.from({ length: count }, (_, i) =>
      this.#parts.map(({ phase, layer, ...part }) => ({ ...part, words: [from + i, phase, layer] })),
    );
    return this.#submissions.submit(dispatches.flat());
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
    this.#submissions.dispose();
  }
}

function allocate(device: GpuDevice, { visible, hidden, chains, images }: MachineOptions) {
  const buffer = (name: string, words: number) => storage(device, `rbm ${name}`, words);
  const [v, h, c] = [visible, hidden, chains].map((count) => Math.ceil(count / 32));
  return {
    run: uniform(device, "rbm run", new Uint32Array(12)),
    images: buffer("images", (images.length / visible) * v),
    onProbabilities: buffer("probabilities to be on", onProbabilities.length),
    weights: buffer("weights", visible * (hidden || visible)),
    transposedWeights: buffer("transposed weights", visible * hidden),
    visibleBiases: buffer("visible biases", visible),
    hiddenBiases: buffer("hidden biases", hidden),
    data: buffer("data", chains * v),
    dataHidden: buffer("data's hidden units", chains * h),
    model: buffer("chains", chains * v),
    modelHidden: buffer("chains' hidden units", chains * h),
    transposedData: buffer("data by units", visible * c),
    transposedDataHidden: buffer("data's hidden units by units", hidden * c),
    transposedModel: buffer("chains by units", visible * c),
    transposedModelHidden: buffer("chains' hidden units by units", hidden * c),
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
  const [draw, sample, transpose, update, sweep, couple] = await Promise.all([
    kernel("data", "draw", "rww", { PURPOSE: PURPOSE.data }),
    kernel("units", "sample_units", "rwrrr", { PURPOSE: PURPOSE.units }),
    kernel("transpose", "transpose_units", "rw"),
    kernel("update", "update", "rrrrwwww"),
    kernel("sweep", "sweep_chains", "wrrr", { PURPOSE: PURPOSE.units }),
    kernel("couple", "couple", "rrww"),
  ]);
  return { draw, sample, transpose, update, sweep, couple };
}

const title = ({ visible, hidden }: MachineOptions) => `rbm, ${visible} visible and ${hidden} hidden units`;
