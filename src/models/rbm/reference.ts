// The restricted Boltzmann machine in plain words (Smolensky 1986; Hinton 2002, doi 10.1162/089976602760128018; Tieleman 2008, doi
// 10.1145/1390156.1390290): visible units v and hidden units h, 0 or 1, with the energy
//
//   E(v, h) = -Σ_ij v_i W_ij h_j - Σ_i b_i v_i - Σ_j c_j h_j.
//
// Given one layer the units of the other are independent, on with the chance 1/(1 + e^-x) of their activation x. Learning climbs the
// log-likelihood, whose gradient is ⟨v_i h_j⟩ with v from the data less ⟨v_i h_j⟩ in the model; the latter is that of some Gibbs
// samplings from the data (contrastive divergence) or of chains that go on (persistent). Weights are integer multiples of 2^-18.
//
// Without hidden units the visible ones are coupled to each other, E(v) = -Σ_(i<j) v_i W_ij v_j - Σ_i b_i v_i (Ackley, Hinton and Sejnowski
// 1985, doi 10.1207/s15516709cog0901_7); a chain samples them one after another, and the gradient is ⟨v_i v_j⟩ of both.

import { streamKey, threefry4x32 } from "../../random/threefry.ts";

export interface ReferenceOptions {
  visible: number;
  hidden: number;
  chains: number;
  fromData: boolean;
  gibbs: number;
  seed: bigint;
  /** 0 and 1, [image][visible]. */
  images: Uint8Array;
  /** By what a count changes a weight, in units of 2^-26. */
  rate: number;
  /** 2^32 times the chance to be on, for activations from -16 to 16 in steps of 2^-10. */
  onProbabilities: ArrayLike<number>;
  /** What the random numbers are for. */
  purpose: { data: number; units: number };
}

/** ±8 in units of 2^-18. */
const LARGEST = 8 * 2 ** 18;

export class ReferenceRbm {
  /** [visible][hidden], in units of 2^-18. */
  readonly weights: Int32Array;
  readonly visibleBiases: Int32Array;
  readonly hiddenBiases: Int32Array;
  /** Visible units of the model's chains. */
  chains: Uint8Array[];
  readonly #options: ReferenceOptions;
  rate: number;

  constructor(options: ReferenceOptions) {
    this.#options = options;
    this.rate = options.rate;
    this.weights = new Int32Array(options.visible * (options.hidden || options.visible));
    this.visibleBiases = new Int32Array(options.visible);
    this.hiddenBiases = new Int32Array(options.hidden);
    this.chains = Array.from({ length: options.chains }, () => new Uint8Array(options.visible));
  }

  /** One step of learning: a minibatch, its hidden units, the model's chains, and the weights. `time` counts the steps before it. */
  step(time: number): void {
    const { chains, fromData, gibbs, hidden } = this.#options;
    const data = Array.from({ length: chains }, (_, chain) => this.#image(chain, time));
    if (hidden === 0) {
      this.chains = this.chains.map((before, chain) => {
        const visible = Uint8Array.from(fromData ? data[chain] : before);
        for (let round = 0; round < gibbs; round++) this.#sweep(visible, chain, time, round);
        return visible;
      });
      this.#couple(data);
      return;
    }
    const dataHidden = data.map((visible, chain) => this.#hiddenOf(visible, chain, time, 0));
    const modelHidden = this.chains.map((before, chain) => {
      let visible = fromData ? data[chain] : before;
      for (let round = 0; round < gibbs; round++) {
        const hidden = this.#hiddenOf(visible, chain, time, 1 + 2 * round);
        visible = this.#visibleOf(hidden, chain, time, 2 + 2 * round);
      }
      this.chains[chain] = visible;
      return this.#hiddenOf(visible, chain, time, 1 + 2 * gibbs);
    });
    this.#learn(data, dataHidden, this.chains, modelHidden);
  }

  /** An image of the data, drawn with replacement. */
  #image(chain: number, time: number): Uint8Array {
    const { seed, purpose, images, visible } = this.#options;
    const random = threefry4x32([Math.floor(chain / 4), time, 0, 0], streamKey(seed, purpose.data, 0))[chain % 4];
    const image = Math.floor((random * (images.length / visible)) / 2 ** 32);
    return images.subarray(image * visible, (image + 1) * visible);
  }

  /** Every visible unit by its chance, given all others as they are now. */
  #sweep(units: Uint8Array, chain: number, time: number, phase: number): void {
    for (let i = 0; i < units.length; i++) {
      const sum = units.reduce((total, v, j) => total + v * this.weights[i * units.length + j], this.visibleBiases[i]);
      units[i] = this.#on(sum, i, chain, time, phase);
    }
  }

  #hiddenOf(visible: Uint8Array, chain: number, time: number, phase: number): Uint8Array {
    const { hidden } = this.#options;
    return Uint8Array.from({ length: hidden }, (_, j) => {
      const sum = visible.reduce((total, v, i) => total + v * this.weights[i * hidden + j], this.hiddenBiases[j]);
      return this.#on(sum, j, chain, time, phase);
    });
  }

  #visibleOf(hidden: Uint8Array, chain: number, time: number, phase: number): Uint8Array {
    return Uint8Array.from({ length: this.#options.visible }, (_, i) => {
      const sum = hidden.reduce(
        (total, h, j) => total + h * this.weights[i * hidden.length + j],
        this.visibleBiases[i],
      );
      return this.#on(sum, i, chain, time, phase);
    });
  }

  /** 1 by the chance of an activation, in units of 2^-18. */
  #on(activation: number, unit: number, chain: number, time: number, phase: number): number {
    const { seed, purpose, onProbabilities } = this.#options;
    const key = streamKey(seed, purpose.units, 0);
    const random = threefry4x32([Math.floor(unit / 4), time, phase, chain], key)[unit % 4];
    const place = Math.floor(activation / 2 ** 8) + 16 * 1024;
    return random < onProbabilities[Math.min(onProbabilities.length - 1, Math.max(0, place))] ? 1 : 0;
  }

  #changed(value: number, difference: number): number {
    const next = value + Math.floor((difference * this.rate + 128) / 256);
    return Math.min(LARGEST, Math.max(-LARGEST, next));
  }

  /** The couplings of visible units by how often both are on. */
  #couple(data: Uint8Array[]): void {
    const { visible } = this.#options;
    const both = (rows: Uint8Array[], i: number, j: number) => rows.reduce((sum, row) => sum + row[i] * row[j], 0);
    for (let i = 0; i < visible; i++) {
      for (let j = 0; j < visible; j++) {
        const difference = both(data, i, j) - both(this.chains, i, j);
        if (i === j) this.visibleBiases[i] = this.#changed(this.visibleBiases[i], difference);
        else this.weights[i * visible + j] = this.#changed(this.weights[i * visible + j], difference);
      }
    }
  }

  /** Every weight and bias by the difference of how often its units are on. */
  #learn(data: Uint8Array[], dataHidden: Uint8Array[], model: Uint8Array[], modelHidden: Uint8Array[]): void {
    const { visible, hidden } = this.#options;
    const count = (rows: Uint8Array[], i: number, others?: Uint8Array[], j = 0) =>
      rows.reduce((sum, row, chain) => sum + row[i] * (others ? others[chain][j] : 1), 0);
    for (let i = 0; i < visible; i++) {
      this.visibleBiases[i] = this.#changed(this.visibleBiases[i], count(data, i) - count(model, i));
      for (let j = 0; j < hidden; j++) {
        const difference = count(data, i, dataHidden, j) - count(model, i, modelHidden, j);
        this.weights[i * hidden + j] = this.#changed(this.weights[i * hidden + j], difference);
      }
    }
    for (let j = 0; j < hidden; j++) {
      this.hiddenBiases[j] = this.#changed(this.hiddenBiases[j], count(dataHidden, j) - count(modelHidden, j));
    }
  }
}
