// Conditions of a network as sums: V c for each stage and layer, where c is the condition, in f64.

import { condition, conditionsOf, FEATURES, type Network, offsetsOf } from "../../../network/shape.ts";
import type { Sampling } from "../sampling.ts";

/** Rows of classes in the parameters, one a layer: where that of class 0 begins. */
export const classRows = ({ shape }: Network): number[] =>
  offsetsOf(shape).layers.map(({ conditions }) => conditions + FEATURES * shape.width);

/** [stage][pass][layer][unit]. Where samples differ in their class, the first pass has no class, which the kernel adds. */
export function conditionSums(network: Network, { program, label }: Sampling, passes: number): Float32Array {
  const { shape, parameters } = network;
  const { width, layers, classes } = shape;
  const { layers: places } = offsetsOf(shape);
  const sums = new Float32Array(program.stages.length * passes * layers * width);
  let at = 0;
  for (const { level } of program.stages) {
    for (let pass = 0; pass < passes; pass++) {
      const c = condition(network, level, pass === 0 && label >= 0 ? label : classes);
      if (pass === 0 && label === -2 && classes > 0) c[FEATURES + classes] = 0;
      for (const { conditions } of places) {
        for (let unit = 0; unit < width; unit++) {
          let sum = 0;
          for (let j = 0; j < conditionsOf(shape); j++) sum += c[j] * parameters[conditions + j * width + unit];
          sums[at++] = sum;
        }
      }
    }
  }
  return sums;
}
