// The reference as an engine: each network by itself, one step after another.

import { type RunOptions, reportProgress } from "../../device/run.ts";
import {
  type Engine,
  type Forecasts,
  featureCount,
  firstInput,
  type Member,
  type Readout,
  type Shape,
  type Span,
  type Sums,
  type Table,
} from "./network.ts";
import { addProducts, outputsOf, ReferenceNetwork } from "./reference.ts";
import { PURPOSE } from "./topology.ts";

/** Steps after which it looks whether it should stop. */
const STEPS = 200;

export class ReferenceEngine implements Engine {
  readonly most = 4;
  readonly #shape: Shape;

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  async train(members: readonly Member[], table: Table, span: Span, options: RunOptions): Promise<Sums[]> {
    const size = featureCount(this.#shape) + this.#shape.outputs;
    const all = members.map(() => ({
      matrix: new Float64Array(size * size),
      size,
      steps: span.steps,
      diverged: false,
    }));
    await this.#drive(members, table, span, options, (m, network, inputs, targets) => {
      const features = network.features(inputs);
      if (network.states.some((state) => !(Math.abs(state) <= this.#shape.stateRange))) all[m].diverged = true;
      addProducts(all[m].matrix, Float64Array.from([...features, ...targets]));
    });
    return all;
  }

  async predict(
    members: readonly Member[],
    readouts: readonly Readout[],
    table: Table,
    span: Span,
    options: RunOptions,
  ): Promise<Float64Array> {
    const { outputs } = this.#shape;
    const all = new Float64Array(members.length * span.steps * outputs);
    await this.#drive(members, table, span, options, (m, network, inputs, _, step) => {
      all.set(outputsOf(network.features(inputs), readouts[m]), (m * span.steps + step) * outputs);
    });
    return all;
  }

  async #drive(
    members: readonly Member[],
    table: Table,
    { first, washout, steps }: Span,
    options: RunOptions,
    see: (m: number, network: ReferenceNetwork, inputs: Float64Array, targets: Float64Array, step: number) => void,
  ): Promise<void> {
    const total = members.length * (washout + steps);
    for (const [m, member] of members.entries()) {
      const network = this.#open(member);
      for (let step = 0; step < washout + steps; step++) {
        if (step % STEPS === 0) await reportProgress({ done: m * (washout + steps) + step, total }, options);
        const inputs = this.#inputs(table, first + step, member.patch);
        network.step(inputs);
        if (step >= washout) see(m, network, inputs, this.#targets(table, first + step, member.patch), step - washout);
      }
    }
    await reportProgress({ done: total, total }, options);
  }

  async forecast(
    members: readonly Member[],
    readouts: readonly Readout[],
    table: Table,
    { starts, driven, horizon }: Forecasts,
    options: RunOptions,
  ): Promise<Float64Array> {
    const { patches, outputs, exogenous } = this.#shape;
    const systems = members.length / patches;
    const width = outputs * patches;
    const all = new Float64Array(systems * starts.length * horizon * width);
    for (let system = 0; system < systems; system++) {
      for (const [s, start] of starts.entries()) {
        await reportProgress({ done: system * starts.length + s, total: systems * starts.length }, options);
        const networks = Array.from({ length: patches }, (_, p) =>
          this.#open({ ...members[system * patches + p], noise: 0 }),
        );
        /** What the series and the networks offer as inputs, all columns. */
        const signal = new Float64Array(table.columns);
        const width0 = table.columns + table.targets;
        for (let step = 0; step < driven + horizon - 1; step++) {
          const known = step < driven ? table.columns : exogenous;
          for (let c = 0; c < known; c++) signal[c] = table.data[(start + step) * width0 + c];
          const made = networks.map((network, p) => {
            const inputs = this.#window(signal, p);
            network.step(inputs);
            return step + 1 < driven ? [] : outputsOf(network.features(inputs), readouts[system * patches + p]);
          });
          if (step + 1 < driven) continue;
          const at = ((system * starts.length + s) * horizon + step + 1 - driven) * width;
          const together = made.flatMap((own) => [...own]);
          all.set(together, at);
          together.forEach((value, o) => {
            if (exogenous + o < table.columns) signal[exogenous + o] = value;
          });
        }
      }
    }
    return all;
  }

  #open(member: Member): ReferenceNetwork {
    const { linear, squares, seed } = this.#shape;
    return new ReferenceNetwork(member, { linear, squares, seed, purpose: PURPOSE.noise });
  }

  #window(signal: ArrayLike<number>, patch: number): Float64Array {
    const first = firstInput(this.#shape, patch, signal.length);
    return Float64Array.from({ length: this.#shape.inputs }, (_, i) => signal[(first + i) % signal.length]);
  }

  #inputs({ data, columns, targets }: Table, row: number, patch: number): Float64Array {
    const width = columns + targets;
    return this.#window(data.subarray(row * width, row * width + columns), patch);
  }

  #targets({ data, columns, targets }: Table, row: number, patch: number): Float64Array {
    const { outputs } = this.#shape;
    const first = row * (columns + targets) + columns + patch * outputs;
    return Float64Array.from(data.subarray(first, first + outputs));
  }

  dispose(): void {}
}
