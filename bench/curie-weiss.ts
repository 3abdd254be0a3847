// The Curie–Weiss model: spin updates a second by the heat bath at T = 0.8.
//
// It is the Hopfield kernel with one pattern. Counted per update: a block of random numbers for each spin, 142 operations, 3 for the partial
// sum of each of 64 lanes, all but one of them 0, and some 20 for the choice: 354. No bytes to speak of: an eighth of one. What is not counted
// is the wait: 32 sites are offered at once and flips are made one after another.

import { ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { curieWeiss } from "../src/models/curie-weiss/index.ts";
import { type Bench, type Case, type Place, reference, simulated } from "./harness/case.ts";

const SIZES = [1024, 4096, 16_384];

export const bench: Bench = {
  async check({ device }) {
    const options = { size: 1024, temperature: 0.8, replicas: 2 };
    using magnet = await curieWeiss.create(device, options);
    using other = await curieWeiss.create(new ReferenceDevice(device.info.host), options);
    for (const each of [magnet, other]) await each.run(2);
    if ((await magnet.digest()) !== (await other.digest())) {
      throw new GpuError("bench curie-weiss: the state differs from the reference; nothing was timed.");
    }
  },
  cases: (place) => SIZES.map((size) => ofSize(place, size)).concat(slow(place)),
};

function ofSize({ device, software }: Place, size: number): Case {
  // A workgroup a replica: as many as fill the device.
  const replicas = software ? 4 : 528;
  return {
    ...{ kernel: `heat bath, ${replicas} replicas`, size: [size], n: size, of: "spins", updates: size * replicas },
    ...{ unit: "updates/s", counted: { integer: 354, bytes: 0.125 } },
    create: () => simulated(curieWeiss.create(device, { size, temperature: 0.8, replicas })),
  };
}

function slow({ device }: Place): Case {
  const [size] = SIZES;
  const row = { kernel: "heat bath", size: [size], n: size, of: "spins", updates: size, unit: "updates/s" };
  const host = new ReferenceDevice(device.info.host);
  return reference(row, () => simulated(curieWeiss.create(host, { size, temperature: 0.8 })));
}
