// The reference as a machine of the API: it runs where the GPU would.

import { type AdvanceOptions, advancePlainly } from "../advance.ts";
import { type Machine, type MachineOptions, type MachineState, onProbabilities, PURPOSE } from "./machine.ts";
import { ReferenceRbm } from "./reference.ts";

export class ReferenceMachine implements Machine {
  readonly #rbm: ReferenceRbm;

  constructor(options: MachineOptions) {
    this.#rbm = new ReferenceRbm({ ...options, onProbabilities, purpose: PURPOSE });
  }

  async read(): Promise<MachineState> {
    const { weights, visibleBiases, hiddenBiases, chains } = this.#rbm;
    return {
      weights: weights.slice(),
      visibleBiases: visibleBiases.slice(),
      hiddenBiases: hiddenBiases.slice(),
      chains: Uint8Array.from(chains.flatMap((chain) => [...chain])),
    };
  }

  async write({ weights, visibleBiases, hiddenBiases, chains }: MachineState): Promise<void> {
    const rbm = this.#rbm;
    rbm.weights.set(weights);
    rbm.visibleBiases.set(visibleBiases);
    rbm.hiddenBiases.set(hiddenBiases);
    const visible = visibleBiases.length;
    rbm.chains = rbm.chains.map((_, chain) => chains.slice(chain * visible, (chain + 1) * visible));
  }

  setRate(rate: number): void {
    this.#rbm.rate = rate;
  }

  advance(options: AdvanceOptions<MachineState>): Promise<void> {
    return advancePlainly(
      options,
      (time) => this.#rbm.step(time),
      async () => [await this.read()],
    );
  }

  dispose(): void {}
}
