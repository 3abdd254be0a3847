// The parameters that training begins with, the same on every machine.

import { portableCos, portableLog } from "../portable.ts";
import { STREAMS } from "../random/streams.ts";
import { streamKey, threefry4x32 } from "../random/threefry.ts";
import { conditionsOf, FEATURES, type NetworkShape, offsetsOf } from "./shape.ts";

const PURPOSE = STREAMS.training.weights;

/**
 * Random parameters, placed as `offsetsOf` says. Weights are normal: those of units of variance 1 / inputs, those of the level's features of
 * 1 / 32, those of classes of 1/4; the constant's and the output's are 0. So the network begins as D(x) = centre + c_skip u', the best
 * linear guess, and its loss at 1.
 */
export function firstParameters(shape: NetworkShape, seed: bigint): Float32Array {
  const { width } = shape;
  const { layers, count } = offsetsOf(shape);
  const parameters = new Float32Array(count);
  const key = streamKey(seed, PURPOSE, 0);
  const fill = (from: number, to: number, deviation: number) => {
    for (let at = from; at < to; at++) parameters[at] = deviation * normal(at, key);
  };
  for (const { weights, inputs, conditions } of layers) {
    fill(weights, conditions, 1 / Math.sqrt(inputs));
    fill(conditions, conditions + FEATURES * width, 1 / Math.sqrt(FEATURES));
    fill(conditions + FEATURES * width, conditions + (conditionsOf(shape) - 1) * width, 0.5);
  }
  return parameters;
}

/** The at-th of a stream of normal numbers (Box & Muller). */
function normal(at: number, key: Parameters<typeof threefry4x32>[1]): number {
  const [radius, angle] = threefry4x32([at, 0, 0, 0], key);
  const uniform = (word: number) => (word + 0.5) * 2 ** -32;
  return Math.sqrt(-2 * portableLog(uniform(radius))) * portableCos(2 * Math.PI * uniform(angle));
}
