// The weights of a machine as plain numbers in f64, and what its layers make of each other; and from a file.

import { ParameterError } from "../../device/errors.ts";
import { readSafetensors } from "../../files/safetensors.ts";
import type { MachineState } from "./machine.ts";
import { LARGEST_WEIGHT, WEIGHT_UNIT } from "./parameters.ts";

/** Weights and biases as plain numbers. */
export interface Weights {
  /** Visible units. */
  visible: number;
  /** Hidden units; 0 for a fully visible machine. */
  hidden: number;
  /** [visible][hidden]; without hidden units [visible][visible]. */
  weights: ArrayLike<number>;
  /** [visible]. */
  visibleBiases: ArrayLike<number>;
  /** [hidden]. */
  hiddenBiases: ArrayLike<number>;
}

export const logistic = (x: number) => 1 / (1 + Math.exp(-x));
/** ln(1 + e^x), for large x too. */
export const softplus = (x: number) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** c_j + Σ_i v_i W_ij for all j. */
export function activations({ visible, hidden, weights, hiddenBiases }: Weights, v: ArrayLike<number>): Float64Array {
  const sums = Float64Array.from(hiddenBiases);
  for (let i = 0; i < visible; i++) {
    if (v[i] === 0) continue;
    for (let j = 0; j < hidden; j++) sums[j] += v[i] * weights[i * hidden + j];
  }
  return sums;
}

/** Σ_j W_ij v_j between visible units. */
export function pull({ visible, weights }: Weights, v: ArrayLike<number>, i: number): number {
  let sum = 0;
  for (let j = 0; j < visible; j++) sum += v[j] * weights[i * visible + j];
  return sum;
}

/** The machine with its layers exchanged: the same law, seen from the other side. */
export function exchanged({ visible, hidden, weights, visibleBiases, hiddenBiases }: Weights): Weights {
  return {
    visible: hidden,
    hidden: visible,
    weights: Float64Array.from({ length: visible * hidden }, (_, at) => {
      const [j, i] = [Math.floor(at / visible), at % visible];
      return weights[i * hidden + j];
    }),
    visibleBiases: hiddenBiases,
    hiddenBiases: visibleBiases,
  };
}

/** A weight in the units of the engines. */
export const wholeOf = (value: number) => Math.round(value / WEIGHT_UNIT);

interface Layers {
  visible: number;
  hidden: number;
}

/** Weights and biases of a safetensors file in whole units. @throws ParameterError, SafetensorsError */
export function checkedWeights(file: Uint8Array, layers: Layers): Omit<MachineState, "chains"> {
  const { visible, hidden } = layers;
  const tensors = readSafetensors(file);
  const read = (name: string, shape: number[]) => {
    const tensor = tensors[name];
    if (!tensor || `${tensor.shape}` !== `${shape}`) {
      const found = tensor ? `is ${tensor.shape.join(" × ")}` : "is missing";
      throw new ParameterError(
        "weights",
        `weights: the tensor ${name} ${found}; ${visible} visible and ${hidden} hidden units need ${shape.join(" × ")}.`,
      );
    }
    const bad = tensor.data.findIndex((value) => !(Math.abs(value) <= LARGEST_WEIGHT));
    if (bad >= 0) {
      throw new ParameterError(
        "weights",
        `weights: value ${bad} of ${name} is ${tensor.data[bad]}; all lie within ±${LARGEST_WEIGHT}.`,
      );
    }
    return Int32Array.from(tensor.data, wholeOf);
  };
  return {
    weights: symmetric(read("W", [visible, hidden || visible]), layers),
    visibleBiases: read("b", [visible]),
    hiddenBiases: read("c", [hidden]),
  };
}

/** @throws ParameterError for couplings between visible units that are not alike both ways, or of a unit to itself. */
function symmetric(weights: Int32Array, { visible, hidden }: Layers): Int32Array {
  if (hidden > 0) return weights;
  const at = weights.findIndex((value, at) => {
    const [i, j] = [Math.floor(at / visible), at % visible];
    return i === j ? value !== 0 : value !== weights[j * visible + i];
  });
  if (at < 0) return weights;
  throw new ParameterError(
    "weights",
    `weights: without hidden units W is symmetric with nothing on its diagonal; look at row ${Math.floor(at / visible)}, column ${at % visible}.`,
  );
}
