// What a machine of either device does, and its options: the interface between the API of the restricted Boltzmann machine and its two
// engines.

import { portableExp } from "../../portable.ts";
import { STREAMS } from "../../random/streams.ts";
import type { AdvanceOptions } from "../advance.ts";

export const PURPOSE = STREAMS.rbm;

export interface MachineOptions {
  visible: number;
  hidden: number;
  chains: number;
  /** Contrastive divergence: chains begin at the data in each step. */
  fromData: boolean;
  gibbs: number;
  seed: bigint;
  /** 0 and 1, [image][visible]. */
  images: Uint8Array;
  /** See `rateOf`. */
  rate: number;
}

/** All that changes. Weights and biases in units of 2^-18. */
export interface MachineState {
  /** [visible][hidden]; without hidden units [visible][visible], symmetric. */
  weights: Int32Array;
  visibleBiases: Int32Array;
  hiddenBiases: Int32Array;
  /** Visible units of the model's chains, 0 and 1, [chain][visible]. */
  chains: Uint8Array;
}

export interface Machine {
  read(): Promise<MachineState>;
  write(state: MachineState): Promise<void>;
  setRate(rate: number): void;
  advance(options: AdvanceOptions<MachineState>): Promise<void>;
  dispose(): void;
}

/** Units that a visible one is coupled to. */
export const partners = ({ visible, hidden }: { visible: number; hidden: number }) => hidden || visible;

/** The logistic function as 2^32 times the chance to be on, for activations -16 + (i + 1/2) 2^-10. */
export const onProbabilities = Uint32Array.from({ length: 2 ** 15 }, (_, i) =>
  Math.min(2 ** 32 - 1, Math.round(2 ** 32 / (1 + portableExp(16 - (i + 0.5) / 1024)))),
);
