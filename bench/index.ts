// Every benchmark: one line a model.

import type { Bench } from "./bench.ts";
import { curieWeissBench } from "./curie-weiss.ts";
import { denseMemoryBench } from "./dense-memory.ts";
import { diffusionBench } from "./diffusion.ts";
import { diffusionTrainingBench } from "./diffusion-training.ts";
import { gillespieBench } from "./gillespie.ts";
import { hopfieldBench } from "./hopfield.ts";
import { isingBench } from "./ising.ts";
import { ngrcBench } from "./ngrc.ts";
import { rbmBench } from "./rbm.ts";
import { reservoirBench } from "./reservoir.ts";

export const benches: readonly Bench[] = [
  isingBench,
  curieWeissBench,
  hopfieldBench,
  denseMemoryBench,
  rbmBench,
  reservoirBench,
  ngrcBench,
  diffusionBench,
  diffusionTrainingBench,
  gillespieBench,
];
