// A worker that solves the master equation of a run while it runs: seconds for some thousand states.

import { ReferenceDevice } from "../../src/device/device.ts";
import { GillespieSimulation, masterEquation } from "../../src/models/gillespie/index.ts";

const EFFORT = { operations: 1e10, states: 40_000 };

self.onmessage = async ({ data }: MessageEvent<object>) => {
  using simulation = await GillespieSimulation.create(new ReferenceDevice("web"), data);
  self.postMessage(masterEquation(simulation.ensemble, 0, EFFORT));
};
