// One restricted Boltzmann machine on any device: train, sample, measure, checkpoint, weights in and out.

import type { Device } from "../../device/device.ts";
import { writeSafetensors } from "../../files/safetensors.ts";
import { Chain, type ChainKind } from "../base/chain.ts";
import { filled, restored } from "../base/simulation.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { Observable } from "../model.ts";
import type { Points } from "../parameters.ts";
import { annealedPartition } from "./annealing.ts";
import { logLikelihood, type Weights } from "./exact.ts";
import type { Machine, MachineState } from "./machine.ts";
import { measured, observablesOf, weightsOf } from "./observables.ts";
import { type RbmParameters, rateOf, rbmParameters } from "./parameters.ts";
import { isEnumerable, logPartition } from "./partition.ts";
import { bytesOf, meansOf, openMachine, type RbmOptions, readCheckpoint, type Setup, setupOf } from "./setup.ts";
import { sheetOf } from "./sheet.ts";

const KIND: ChainKind = { model: "rbm", title: "The machine", schema: rbmParameters, unit: "steps" };
/** Runs of annealing that must carry an estimate. */
const FEW_RUNS = 4;
/** What a run ends with: ln Z and the log-likelihood an image in nats, with standard errors, 0 where they are exact. */
export interface RbmResult {
  /** ln Z. */
  logPartition: { value: number; error: number; method: string };
  /** Mean over the images, in nats. */
  logLikelihood: { value: number; error: number };
}

/** A training of a Boltzmann machine. A step is one update of its weights. */
export class RbmSimulation extends Chain<RbmParameters, MachineState, Machine> {
  /** Visible units. */
  readonly visible: number;
  /** 0 and 1, [image][visible]. */
  readonly images: Uint8Array;
  /** What this machine observes: small ones their likelihood, too. */
  readonly observables: Record<string, Observable>;
  #result: (RbmResult & { steps: number; effective: number }) | undefined;

  private constructor(device: Device, { points, options }: Setup, machine: Machine, steps: number) {
    super(device, KIND, { points, seed: options.seed }, machine, steps);
    this.visible = options.visible;
    this.images = options.images;
    this.observables = observablesOf(options);
  }

  /** Makes a simulation at step 0; the same as `rbm.create`, which says what is thrown. */
  static async create(device: Device, given: RbmOptions = {}): Promise<RbmSimulation> {
    const { setup, state } = await setupOf(given);
    return RbmSimulation.#begin(device, setup, state, 0, given.workgroup);
  }

  /** Continues a checkpoint; the same as `rbm.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => RbmSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<RbmSimulation> {
    const { setup, state, steps } = await readCheckpoint(checkpoint);
    return RbmSimulation.#begin(device, setup, state, steps);
  }

  static async #begin(device: Device, setup: Setup, state: MachineState, steps: number, workgroup?: number) {
    const machine = await filled(await openMachine(device, setup.options, workgroup), (own) => own.write(state));
    return new RbmSimulation(device, setup, machine, steps);
  }

  /** Visible units in a row of pictures. */
  get row(): number {
    return this.points.parameters.row || Math.ceil(Math.sqrt(this.visible));
  }

  protected override get columns(): readonly string[] {
    return Object.keys(this.observables);
  }

  protected rows(states: readonly MachineState[]): number[][] {
    return states.map((state) => Object.values(measured(state, this.visible, this.images)));
  }

  /** From the next step on; at a rate of 0 the chains go on as samples. */
  protected override async changed({ parameters }: Points<RbmParameters>): Promise<void> {
    this.engine.setRate(rateOf(parameters));
  }

  /** All observables now. */
  measure(): Promise<Record<string, number>> {
    return this.exclusive.use(async () => measured(await this.engine.read(), this.visible, this.images));
  }

  /**
   * Makes `result`: the partition function of the machine as it is now, and the likelihood of its data; exact where the smaller
   * layer can be enumerated, else by annealed importance sampling, which takes a few seconds.
   */
  conclude({ result } = { result: true }): Promise<void> {
    return this.exclusive.use(async () => {
      if (!result || this.#result?.steps === this.steps) return;
      const machine = weightsOf(await this.engine.read());
      const exact = isEnumerable(machine);
      const { value, error, effective, ...effort } = exact
        ? { value: logPartition(machine), error: 0, effective: Number.POSITIVE_INFINITY, runs: 0, temperatures: 0 }
        : annealedPartition(machine, { means: meansOf(this.images, this.visible), seed: this.seed });
      const method = exact
        ? "exact: all states of the smaller layer"
        : `annealed importance sampling, ${effort.runs} runs of ${effort.temperatures} temperatures: low rather than high`;
      const likelihood = logLikelihood(machine, this.images, value);
      this.#result = {
        steps: this.steps,
        effective,
        logPartition: { value, error, method },
        logLikelihood: { value: likelihood, error },
      };
    });
  }

  /** What `conclude` made, if no step was made since. */
  result(): Partial<RbmResult> {
    this.exclusive.check();
    if (this.#result?.steps !== this.steps) return {};
    const { logPartition, logLikelihood } = this.#result;
    return { logPartition, logLikelihood };
  }

  /** ln Z and the log-likelihood in a sentence, where `conclude` made them and no step was made since. */
  notes(): string[] {
    if (this.#result?.steps !== this.steps) return [];
    const { logPartition, logLikelihood, effective } = this.#result;
    const shown = ({ value, error }: { value: number; error: number }) =>
      `${value.toFixed(3)}${error > 0 ? ` ± ${error.toPrecision(2)}` : ""}`;
    const unsure = effective < FEW_RUNS ? "; few runs carry it, so that its error is a guess" : "";
    return [
      `at the end ln Z = ${shown(logPartition)} (${logPartition.method}${unsure}); log-likelihood ${shown(logLikelihood)} nats an image.`,
    ];
  }

  /** Weights [visible][hidden] and biases as they are now. */
  weights(): Promise<Weights> {
    return this.exclusive.use(async () => weightsOf(await this.engine.read()));
  }

  /** Visible units of the model's chains, 0 and 1, shape [chain][visible]. */
  chains(): Promise<Uint8Array> {
    return this.exclusive.use(async () => (await this.engine.read()).chains);
  }

  /** The weights as a safetensors file: W [visible, hidden], b [visible], c [hidden], 32-bit floats, which hold them exactly. */
  async safetensors(): Promise<Uint8Array> {
    const { visible, hidden, weights, visibleBiases, hiddenBiases } = await this.weights();
    return writeSafetensors(
      {
        W: { shape: [visible, hidden || visible], data: Float32Array.from(weights) },
        b: { shape: [visible], data: Float32Array.from(visibleBiases) },
        c: { shape: [hidden], data: Float32Array.from(hiddenBiases) },
      },
      { model: "gibbs rbm", steps: String(this.steps) },
    );
  }

  /** The weights, for --out. */
  output(): Promise<Uint8Array> {
    return this.safetensors();
  }

  /** "rbm VISIBLExHIDDENxCHAINS\n", weights and biases as 32-bit integers, and the chains' visible units. */
  protected async canonical(): Promise<[string, ...Uint8Array[]]> {
    const state = await this.engine.read();
    const { hidden, chains } = this.points.parameters;
    return [`rbm ${this.visible}x${hidden}x${chains}`, bytesOf(state), state.chains];
  }

  protected async saved() {
    const state = await this.engine.read();
    const own: Record<string, Uint8Array> = this.points.parameters.data === "given" ? { images: this.images } : {};
    return { header: { visible: this.visible }, sections: { weights: bytesOf(state), chains: state.chains, ...own } };
  }

  /** Weights, shape [visible][hidden], or without hidden units [visible][visible]. */
  async array(): Promise<{ data: Float32Array; shape: number[] }> {
    const { visible, hidden, weights } = await this.weights();
    return { data: Float32Array.from(weights), shape: [visible, hidden || visible] };
  }

  /** The model's chains as a sheet of pictures, on is 255. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    return sheetOf(await this.chains(), this.visible, this.row);
  }
}
