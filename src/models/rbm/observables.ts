// What is measured of a machine in a run.

import type { Observable } from "../model.ts";
import { logLikelihood, pseudoLikelihood, reconstructionError, type Weights } from "./exact.ts";
import { type MachineOptions, type MachineState, partners } from "./machine.ts";
import { WEIGHT_UNIT } from "./parameters.ts";

/** Images by which a machine is measured. */
const MEASURED = 100;
/** Units of the smaller layer up to which the likelihood is summed exactly in a run. */
const ENUMERATED = 10;

export const observables = {
  reconstruction: {
    unit: "",
    label: "Reconstruction error",
    description: "Mean squared error per pixel of images sent to the hidden layer and back",
  },
  pseudoLikelihood: {
    unit: "nats",
    label: "Pseudo-log-likelihood",
    description:
      "Pseudo-log-likelihood per image: Σ ln P(pixel | all others), estimated from 8192 pixels of images or from all",
  },
  activity: { unit: "", label: "Pixels on", description: "Share of pixels that are on in the model's chains" },
  weight: { unit: "", label: "Weights, RMS", description: "Root mean square of the weights" },
} satisfies Record<string, Observable>;

/** Only where the smaller layer has at most 10 units. */
export const likelihood = {
  logLikelihood: {
    unit: "nats",
    label: "Log-likelihood",
    description: "Exact log-likelihood per image, summed over all states of the smaller layer",
  },
} satisfies Record<string, Observable>;

/** What a machine observes: small ones their likelihood, too. */
export function observablesOf(options: Pick<MachineOptions, "visible" | "hidden">): Record<string, Observable> {
  const small = Math.min(options.visible, partners(options)) <= ENUMERATED;
  return { ...(small ? likelihood : {}), ...observables };
}

/** Its weights as numbers. */
export function weightsOf({ weights, visibleBiases, hiddenBiases }: MachineState): Weights {
  const plain = (values: Int32Array) => Float64Array.from(values, (value) => value * WEIGHT_UNIT);
  return {
    visible: visibleBiases.length,
    hidden: hiddenBiases.length,
    weights: plain(weights),
    visibleBiases: plain(visibleBiases),
    hiddenBiases: plain(hiddenBiases),
  };
}

/** All observables of a state. */
export function measured(state: MachineState, visible: number, images: Uint8Array): Record<string, number> {
  const machine = weightsOf(state);
  const some = spread(images, visible);
  const squares = Float64Array.from(machine.weights).reduce((sum, weight) => sum + weight * weight, 0);
  const own = observablesOf(machine);
  return {
    ...("logLikelihood" in own ? { logLikelihood: logLikelihood(machine, images) } : {}),
    reconstruction: reconstructionError(machine, some),
    pseudoLikelihood: pseudoLikelihood(machine, some),
    activity: state.chains.reduce((sum, bit) => sum + bit, 0) / state.chains.length,
    weight: Math.sqrt(squares / machine.weights.length),
  };
}

/** Up to `MEASURED` images, evenly from all of them. */
function spread(images: Uint8Array, visible: number): Uint8Array {
  const count = images.length / visible;
  if (count <= MEASURED) return images;
  const some = new Uint8Array(MEASURED * visible);
  for (let k = 0; k < MEASURED; k++) {
    const from = Math.floor((k * count) / MEASURED);
    some.set(images.subarray(from * visible, (from + 1) * visible), k * visible);
  }
  return some;
}
