// `gibbs train MODEL`: a run of the model that trains another's network.

import { type AnyModel, models } from "../../src/models/index.ts";
import { UsageError } from "./errors.ts";
import { modelOf } from "./given.ts";
import { run } from "./run.ts";

const SUFFIX = "-training";

/** @throws UsageError for a model that has nothing to train */
export function trainingOf(name: string): AnyModel {
  const given = modelOf(name, "gibbs train");
  const training = models.find((model) => model.name === `${given.name}${SUFFIX}`);
  const found = [training, given].find((model) => model?.name.endsWith(SUFFIX));
  if (found) return found;
  const others = models
    .filter((model) => model.name.endsWith(SUFFIX))
    .map((model) => model.name.slice(0, -SUFFIX.length));
  throw new UsageError(`gibbs train ${name}: it has no network to train; there is ${others.join(", ")}.`);
}

export async function train(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words;
  // Without a model the run to continue says which.
  if (name === undefined || name.startsWith("-")) {
    if (words.some((word) => word.startsWith("--resume"))) return run(words);
    throw new UsageError("gibbs train needs a model first: gibbs train diffusion --data moons --out net.safetensors.");
  }
  return run([trainingOf(name).name, ...rest]);
}
