// Restricted Boltzmann machines: updates of all weights a second, PCD-1, minibatches of 100 digits.
//
// Counted per update with V visible and H hidden units and B chains: two samplings of the hidden layer from data and chains and
// one more at the end add a row of H weights for each visible unit that is on (0.13 V of them), one of the visible layer a row of V for
// each hidden one: B (0.4 V H + 0.3 V H) additions; a random number, some 100 operations, for every 4 units: 25 B (3 H + V); V H updates of
// some 4 operations and 8 bytes. For 784 × 512 and B = 100 that is 3.6e7 operations and 3.2e6 bytes: 2 µs on an H200, where the 11 dispatches
// take some 50.

import { ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { rbm } from "../src/models/rbm/index.ts";
import { type Bench, type Case, type Place, reference, simulated } from "./harness/case.ts";

const VISIBLE = 784;
const CHAINS = 100;
const HIDDEN = [128, 256, 512];
const options = (hidden: number) => ({ images: 1000, hidden, chains: CHAINS });

export const bench: Bench = {
  async check({ device }) {
    using machine = await rbm.create(device, options(HIDDEN[0]));
    using other = await rbm.create(new ReferenceDevice(device.info.host), options(HIDDEN[0]));
    for (const each of [machine, other]) await each.run(1);
    if ((await machine.digest()) !== (await other.digest())) {
      throw new GpuError("bench rbm: the machine differs from the reference's; nothing was timed.");
    }
  },
  cases: ({ device }) => [
    ...HIDDEN.map((hidden): Case => ofSize(device, hidden)),
    reference(rowOf(HIDDEN[0]), () => simulated(rbm.create(new ReferenceDevice(device.info.host), options(HIDDEN[0])))),
  ],
};

const rowOf = (hidden: number) => ({
  ...{ kernel: `PCD-1, ${CHAINS} chains`, size: [VISIBLE, hidden], n: hidden, of: "hidden units" },
  ...{ updates: 1, unit: "updates/s" },
});

function ofSize(device: Place["device"], hidden: number): Case {
  const sums = 0.7 * CHAINS * VISIBLE * hidden + 25 * CHAINS * (3 * hidden + VISIBLE);
  return {
    ...rowOf(hidden),
    counted: { integer: sums + 4 * VISIBLE * hidden, bytes: 8 * VISIBLE * hidden },
    create: () => simulated(rbm.create(device, options(hidden))),
  };
}
