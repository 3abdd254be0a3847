// A worker that solves the master equation of a run while it runs: seconds for some thousand states.

import { type Ensemble, masterEquation } from "../../src/models/gillespie/index.ts";

const EFFORT = { operations: 1e10, states: 40_000 };

self.onmessage = ({ data }: MessageEvent<Ensemble>) => self.postMessage(masterEquation(data, 0, EFFORT));
