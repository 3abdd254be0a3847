// Every use of random numbers, each with a number of its own: streams of one purpose never meet those of another (tests/random.test.ts). The
// purpose is a word of the key; seed, replica and counter are the others. A number is never given to another use: old links would meet it.

import { streamPurpose } from "./threefry.ts";

export const STREAMS = {
  ising: {
    start: streamPurpose(1, 0),
    sweep: streamPurpose(1, 1),
    /** Of lattices of three sides and more. */
    familyStart: streamPurpose(1, 2),
    familySweep: streamPurpose(1, 3),
  },
  gillespie: {
    trajectories: streamPurpose(2, 0),
    /** Of leaps on the reference. */
    leaps: streamPurpose(2, 1),
    /** What events, starts and delays of a network draw in its own words. The replica's word says which of them it is. */
    draws: streamPurpose(2, 2),
  },
  hopfield: {
    patterns: streamPurpose(3, 0),
    start: streamPurpose(3, 1),
    sweep: streamPurpose(3, 2),
    dilution: streamPurpose(3, 3),
  },
  rbm: {
    data: streamPurpose(5, 0),
    units: streamPurpose(5, 1),
    weights: streamPurpose(5, 2),
    chains: streamPurpose(5, 3),
    annealing: streamPurpose(5, 4),
  },
  reservoir: {
    /** Starts of trajectories of the systems that are learned. */
    systems: streamPurpose(7, 0),
    links: streamPurpose(7, 1),
    weights: streamPurpose(7, 2),
    inputs: streamPurpose(7, 3),
    biases: streamPurpose(7, 4),
    noise: streamPurpose(7, 5),
    data: streamPurpose(7, 6),
  },
  diffusion: {
    /** Points that are learned from, fresh ones of the same law, and directions of projections. */
    points: streamPurpose(8, 0),
    fresh: streamPurpose(8, 1),
    directions: streamPurpose(8, 2),
    sampling: streamPurpose(8, 16),
    /** What the page draws to verify. */
    verifying: streamPurpose(8, 240),
  },
  potts: { start: streamPurpose(9, 0), update: streamPurpose(9, 1) },
  dynamics: { starts: streamPurpose(11, 0) },
  training: { weights: streamPurpose(10, 0), steps: streamPurpose(10, 1) },
} as const;
