// The page of the Hopfield model in the worker.

import { type HopfieldSimulation, hopfield } from "../../src/models/hopfield/index.ts";
import type { SceneModule } from "../worker/scene.ts";
import { mapScene } from "./map.ts";
import { memoryScene } from "./memory.ts";

export const scene: SceneModule<HopfieldSimulation> = {
  ...memoryScene<HopfieldSimulation>({ map: mapScene }),
  model: hopfield,

  /** One digit among random patterns, from a noisy cue. */
  defaults: () => ({ neurons: "1024", patterns: "50", digits: "1", noise: "0.3", temperature: "0.1" }),
};
