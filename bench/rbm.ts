// Restricted Boltzmann machines: updates of all weights a second, PCD-1, minibatches of 100 digits.
//
// Counted per update with V visible and H hidden units and B chains:
//   sums: two samplings of the hidden layer, from data and chains, and one more at the end add a row of H weights for each visible unit that is
//     on (13 % of them, as in the digits), one of the visible layer a row of V for each hidden one (about 40 % while it learns). That is
//     6 operations a unit: the lowest bit is found and struck out (3), the weight's place (2), the sum: 6 B V H (3 · 0.13 + 0.4).
//   units: a whole block of random numbers each, 142 operations of which one word in four is used, and 20 for the chance, the bit and its
//     place in a word: 162 B (3 H + V). To turn the bits, 6 for each unit and chain of both layers, twice: 12 B (V + H).
//   weights: for each word of 32 chains 4 ands, 2 counts and 2 additions; and 25 for its place, a division, and the change; 12 bytes, for it
//     is read once and written twice.
// For 784 × 512 and B = 100 that is 2.5e8 operations and 4.8e6 bytes: 15 µs on an H200, where the 10 dispatches take some 50.

import { ReferenceDevice } from "../src/device/device.ts";
import { rbm } from "../src/models/rbm/index.ts";
import { type Bench, type Case, type Counted, type Place, sameDigest } from "./harness/case.ts";
import { reference, simulated } from "./harness/contenders.ts";

const VISIBLE = 784;
const CHAINS = 100;
/** Shares of units that are on. */
const ON = { visible: 0.13, hidden: 0.4 };
const HIDDEN = [128, 256, 512];
const options = (hidden: number) => ({ images: 1000, hidden, chains: CHAINS });

export const bench: Bench = {
  check: ({ device }) => sameDigest("rbm", device, 1, (on) => rbm.create(on, options(HIDDEN[0]))),
  cases: ({ device }) => [
    ...HIDDEN.map((hidden): Case => ofSize(device, hidden)),
    reference(rowOf(HIDDEN[0]), () => simulated(rbm.create(new ReferenceDevice(device.info.host), options(HIDDEN[0])))),
  ],
};

const rowOf = (hidden: number) => ({
  ...{ kernel: `PCD-1, ${CHAINS} chains`, size: [VISIBLE, hidden], n: hidden, of: "hidden units" },
  ...{ updates: 1, unit: "updates/s" },
});

function countedOf(hidden: number): Counted {
  const weights = VISIBLE * hidden;
  const sums = 6 * CHAINS * weights * (3 * ON.visible + ON.hidden);
  const units = CHAINS * (162 * (3 * hidden + VISIBLE) + 12 * (VISIBLE + hidden));
  const changes = weights * (8 * Math.ceil(CHAINS / 32) + 25);
  return { integer: sums + units + changes, bytes: 12 * weights };
}

function ofSize(device: Place["device"], hidden: number): Case {
  return {
    ...rowOf(hidden),
    counted: countedOf(hidden),
    create: () => simulated(rbm.create(device, options(hidden))),
  };
}
