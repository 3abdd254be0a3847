// The page of dense memories in the worker.

import { type DenseMemorySimulation, denseMemory } from "../../src/models/dense-memory/index.ts";
import { memoryScene } from "../hopfield/memory.ts";
import type { SceneModule } from "../worker/scene.ts";

export const scene: SceneModule<DenseMemorySimulation> = {
  ...memoryScene<DenseMemorySimulation>({}),
  model: denseMemory,

  /** Digits, of which a Hopfield network would tell none from the others. */
  defaults: () => ({
    ...{ neurons: "784", patterns: "300", digits: "300", interaction: "exponential" },
    ...{ cue: "3", covered: "0.5" },
  }),
};
