// The machine on the GPU: block Gibbs sampling of packed chains, and the gradient by counting bits.

import { storage, uniform } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { structOf } from "../../device/layout.ts";
import { type Dispatch, Pacer, Submissions } from "../../device/submissions.ts";
import { seedWords } from "../../random/threefry.ts";
import { type AdvanceOptions, measurements } from "../advance.ts";
import { type Machine, type MachineOptions, type MachineState, onProbabilities, PURPOSE, partners } from "./machine.ts";

const RUN = structOf("rbm/machine.wgsl", "run");
/** Dispatches of one submission. */
const DISPATCHES = 4096;

type Kernels = Awaited<ReturnType<typeof compile>>;

/** One dispatch of a step, and what its uniform says. */
interface Part extends Omit<Dispatch, "step"> {
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
    this.#submissions = new Submissions(device, title(options), DISPATCHES);
    this.#pacer = new Pacer(device);
    this.#parts = this.#plan(kernels, workgroup);
  }

  /** The dispatches of one step, in order. */
  #plan({ draw, sample, transpose, update, sweep, couple }: Kernels, workgroup: number): Part[] {
    const { visible, hidden, chains, gibbs } = this.#options;
    const { weights, transposedWeights, visibleBiases, hiddenBiases, ...b } = this.#buffers;
    const shared = { run: b.run, step: this.#submissions.steps, onProbabilities: b.onProbabilities };
    const line = (count: number) => workgroupGrid(Math.ceil(count / workgroup), this.#device.limits);
    const part = (
      kernel: Kernel,
      buffers: Record<string, GPUBuffer>,
      groups: [number, number],
      phase = 0,
      layer: 0 | 1 = 0,
    ): Part => ({ kernel, group: kernel.bind({ ...shared, ...buffers }), groups, phase, layer });
    const up = (given: GPUBuffer, made: GPUBuffer, phase: number) => {
      const buffers = { given, made, weights, biases: hiddenBiases };
      return part(sample, buffers, [Math.ceil(hidden / workgroup), chains], phase);
    };
    const down = (given: GPUBuffer, made: GPUBuffer, phase: number) => {
      const buffers = { given, made, weights: transposedWeights, biases: visibleBiases };
      return part(sample, buffers, [Math.ceil(visible / workgroup), chains], phase, 1);
    };
    const turned = (units: GPUBuffer, transposed: GPUBuffer, layer: 0 | 1) =>
      part(transpose, { units, transposed }, line([visible, hidden][layer] * Math.ceil(chains / 32)), 0, layer);
    const first = part(draw, b, line(chains * Math.ceil(visible / 32)));
    const rounds = Array.from({ length: gibbs }, (_, round) => round);
    if (hidden === 0) {
      const own = { model: b.model, weights, biases: visibleBiases };
      const counted = { ...own, data: b.transposedData, model: b.transposedModel };
      return [
        first,
        ...rounds.map((round) => part(sweep, own, [Math.ceil(chains / workgroup), 1], round)),
        turned(b.data, b.transposedData, 0),
        turned(b.model, b.transposedModel, 0),
        part(couple, counted, line(visible * (visible + 1))),
      ];
    }
    const learned = {
      ...{ dataVisible: b.transposedData, dataHidden: b.transposedDataHidden },
      ...{ modelVisible: b.transposedModel, modelHidden: b.transposedModelHidden },
      ...{ weights, transposedWeights, visibleBiases, hiddenBiases },
    };
    return [
      first,
      up(b.data, b.dataHidden, 0),
      ...rounds.flatMap((round) => [
        up(b.model, b.modelHidden, 1 + 2 * round),
        down(b.modelHidden, b.model, 2 + 2 * round),
      ]),
      up(b.model, b.modelHidden, 1 + 2 * gibbs),
      turned(b.data, b.transposedData, 0),
      turned(b.dataHidden, b.transposedDataHidden, 1),
      turned(b.model, b.transposedModel, 0),
      turned(b.modelHidden, b.transposedModelHidden, 1),
      part(update, learned, line((visible + 1) * (hidden + 1))),
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
    const run = {
      ...{ seed: seedWords(seed), visible, hidden, visibleWords: Math.ceil(visible / 32) },
      ...{ hiddenWords: Math.ceil(hidden / 32), chains, chainWords: Math.ceil(chains / 32) },
      ...{ images: images.length / visible, fromData, rate: this.#rate },
    };
    this.#device.write(this.#buffers.run, RUN.write(run));
    const dispatches = Array.from({ length: count }, (_, i) =>
      this.#parts.map(({ phase, layer, ...part }) => ({ ...part, step: { step: from + i, phase, layer } })),
    );
    return this.#submissions.submit(dispatches.flat());
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
    this.#submissions.dispose();
  }
}

function allocate(device: GpuDevice, { visible, hidden, chains, images }: MachineOptions) {
  const buffer = (name: string, contents: number | Uint32Array) => storage(device, `rbm ${name}`, contents);
  const [v, h, c] = [visible, hidden, chains].map((count) => Math.ceil(count / 32));
  return {
    run: uniform(device, "rbm run", RUN),
    images: buffer("images", packed(images, visible)),
    onProbabilities: buffer("probabilities to be on", onProbabilities),
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

async function compile(device: GpuDevice, workgroup: number) {
  const kernel = (name: string, entryPoint: string, more: Record<string, number> = {}) =>
    device.kernel({ shader: `rbm/${name}.wgsl`, entryPoint, constants: { WORKGROUP: workgroup, ...more } });
  const [draw, sample, transpose, update, sweep, couple] = await Promise.all([
    kernel("data", "draw", { PURPOSE: PURPOSE.data }),
    kernel("units", "sample_units", { PURPOSE: PURPOSE.units }),
    kernel("transpose", "transpose_units"),
    kernel("update", "update"),
    kernel("sweep", "sweep_chains", { PURPOSE: PURPOSE.units }),
    kernel("couple", "couple"),
  ]);
  return { draw, sample, transpose, update, sweep, couple };
}

const title = ({ visible, hidden }: MachineOptions) => `rbm, ${visible} visible and ${hidden} hidden units`;
