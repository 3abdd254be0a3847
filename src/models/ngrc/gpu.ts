// Forecasts on the GPU: one invocation a start, in dispatches of as many steps as the budget allows.

import { bufferLimit, storage, uniform, withBuffers } from "../../device/buffers.ts";
import { ParameterError } from "../../device/errors.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { structOf } from "../../device/layout.ts";
import { Pacer, submitPass } from "../../device/submissions.ts";
import type { Plan } from "./data.ts";
import { memoryOf, monomials } from "./features.ts";
import type { Forecaster, Start } from "./forecaster.ts";
import { BOUND, type Segment } from "./segment.ts";

const RUN = structOf("ngrc/forecast.wgsl", "run");
/** Bytes of the paths of a batch. */
const HARDWARE = 2 ** 28;
const SOFTWARE = 2 ** 26;
/** A factor of 1 in the kernel's table. */
const NONE = 0xffffffff;
/** Training takes place before the forecasts of a batch, and whoever stops it there waits for nothing. */
const MOST_SEGMENTS = 64;
/** Sums of weights times features stay within f32 where weights do not exceed this: features are at most 1024⁴. */
const LARGEST_WEIGHT = 2 ** 70;

export class GpuForecaster implements Forecaster {
  readonly most: number = 1;
  readonly mostSegments: number = 1;
  readonly #device: GpuDevice;
  readonly #plan: Plan;
  readonly #kernel: Kernel;
  readonly #workgroup: number;
  readonly #table: Uint32Array;
  readonly #factors: number[][];
  readonly #pacer: Pacer;

  /** @throws ParameterError where a path does not fit the device */
  static async create(device: GpuDevice, plan: Plan, workgroup = 64): Promise<GpuForecaster> {
    const { features, horizon } = plan;
    const bytes = 4 * (memoryOf(features) + horizon) * features.dimension;
    const limit = bufferLimit(device.limits);
    if (bytes > limit) {
      throw new ParameterError(
        "until",
        `until: a forecast of ${horizon} samples of ${features.dimension} numbers does not fit the device; lower until or the dimension.`,
      );
    }
    const kernel = await device.kernel({
      shader: "ngrc/forecast.wgsl",
      entryPoint: "forecast",
      constants: { WORKGROUP: workgroup, BOUND },
    });
    const own = new GpuForecaster(device, plan, kernel, workgroup);
    const budget = Math.min(limit, device.info.software ? SOFTWARE : HARDWARE);
    const weights = 16 * Math.ceil(features.dimension / 4) * own.#factors.length;
    return Object.assign(own, {
      most: Math.max(1, Math.floor(budget / bytes)),
      mostSegments: Math.max(1, Math.min(MOST_SEGMENTS, Math.floor(budget / weights))),
    });
  }

  private constructor(device: GpuDevice, plan: Plan, kernel: Kernel, workgroup: number) {
    this.#device = device;
    this.#pacer = new Pacer(device);
    this.#plan = plan;
    this.#kernel = kernel;
    this.#workgroup = workgroup;
    const { delays, dimension, order, skip } = plan.features;
    this.#factors = monomials(delays * dimension, order);
    /** From the end of the newest sample backwards to a number of the delay vector. */
    const back = (at: number) => dimension * (1 + skip * Math.floor(at / dimension)) - (at % dimension);
    this.#table = Uint32Array.from(
      this.#factors.flatMap((factors) => [...factors.map(back), ...Array(order - factors.length).fill(NONE)]),
    );
  }

  async run(segments: readonly Segment[], starts: readonly Start[], tick: () => Promise<void>): Promise<Float64Array> {
    const device = this.#device;
    const { features, horizon } = this.#plan;
    const { dimension, order } = features;
    const memory = memoryOf(features);
    const slots = starts.length;
    const title = `ngrc, ${slots} starts`;
    const make = () => ({
      run: uniform(device, "ngrc run", RUN),
      path: storage(device, "ngrc path", (memory + horizon) * dimension * slots),
      weights: storage(device, "ngrc weights", this.#weights(segments)),
      monomials: storage(device, "ngrc monomials", this.#table),
      segmentOf: storage(
        device,
        "ngrc segments",
        Uint32Array.from(starts, ({ segment }) => segment),
      ),
    });
    return withBuffers(device, title, make, async (buffers) => {
      const { run, path } = buffers;
      device.write(path, this.#histories(segments, starts));
      const kernel = this.#kernel;
      const group = kernel.bind(buffers);
      const groups = workgroupGrid(Math.ceil(slots / this.#workgroup), device.limits);
      const shape = { slots, segments: segments.length, dimension, features: this.#factors.length, order };
      await this.#pacer.make(
        horizon,
        { onProgress: tick },
        {
          most: horizon,
          submit: (done, count) => {
            device.write(run, RUN.write({ ...shape, newest: memory - 1 + done, count }));
            return submitPass(device, title, [{ kernel, group, groups }], "steps");
          },
        },
      );
      const made = new Float32Array(await device.read(path, 4 * memory * dimension * slots));
      const out = new Float64Array(made.length);
      for (let at = 0, row = 0; at < made.length; row++) {
        for (let slot = 0; slot < slots; slot++, at++) {
          out[at] = made[at] * segments[starts[slot].segment].scales[row % dimension];
        }
      }
      return out;
    });
  }

  dispose(): void {}

  /** Weights for scaled components, [four components][monomial][segment][4]. Scales are powers of two, so nothing is rounded by them. */
  #weights(segments: readonly Segment[]): Float32Array {
    const { dimension } = this.#plan.features;
    const n = this.#factors.length;
    const all = new Float32Array(Math.ceil(dimension / 4) * n * segments.length * 4);
    segments.forEach(({ weights, scales }, s) => {
      this.#factors.forEach((factors, m) => {
        const grown = factors.reduce((product, at) => product * scales[at % dimension], 1);
        for (let i = 0; i < dimension; i++) {
          const weight = (weights[i * n + m] * grown) / scales[i];
          if (!(Math.abs(weight) < LARGEST_WEIGHT)) {
            throw new ParameterError(
              "ridge",
              `ridge: a weight of ${weights[i * n + m]} is beyond the GPU's numbers; raise ridge.`,
            );
          }
          all[((Math.floor(i / 4) * n + m) * segments.length + s) * 4 + (i % 4)] = weight;
        }
      });
    });
    return all;
  }

  /** The samples before the starts, scaled: [time][component][slot]. */
  #histories(segments: readonly Segment[], starts: readonly Start[]): Float32Array {
    const { dimension } = this.#plan.features;
    const all = new Float32Array(memoryOf(this.#plan.features) * dimension * starts.length);
    starts.forEach(({ history, segment }, slot) => {
      history.forEach((sample, time) => {
        sample.forEach((x, i) => {
          all[(time * dimension + i) * starts.length + slot] = x / segments[segment].scales[i];
        });
      });
    });
    return all;
  }
}
