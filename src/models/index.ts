// Every model of gibbs: one line each. Command line, site, validation and scans take them from here.

import { curieWeiss } from "./curie-weiss/index.ts";
import { denseMemory } from "./dense-memory/index.ts";
import { diffusion } from "./diffusion/index.ts";
import { diffusionTraining } from "./diffusion-training/index.ts";
import { dynamics } from "./dynamics/index.ts";
import { gillespie } from "./gillespie/index.ts";
import { hopfield } from "./hopfield/index.ts";
import { ising } from "./ising/index.ts";
import type { Model, Simulation } from "./model.ts";
import { ngrc } from "./ngrc/index.ts";
import { potts } from "./potts/index.ts";
import { rbm } from "./rbm/index.ts";
import { reservoir } from "./reservoir/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: models differ in their parameters' types, which only their own code knows
export type AnyModel = Model<any>;
// biome-ignore lint/suspicious/noExplicitAny: likewise
export type AnySimulation = Simulation<any>;

/** All models of gibbs, in the order of lists. */
export const models: readonly AnyModel[] = [
  ising,
  potts,
  curieWeiss,
  hopfield,
  denseMemory,
  rbm,
  reservoir,
  ngrc,
  diffusion,
  diffusionTraining,
  gillespie,
  dynamics,
];
