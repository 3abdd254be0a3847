// The Curie–Weiss model: spin updates a second by the heat bath at T = 0.8.
//
// It is the Hopfield model with one pattern. Its kernel on a GPU is sweep.wgsl, counted in hopfield.ts: 358 operations an update, of which 192
// are the sum over 64 lanes, all but one of them 0. A software adapter has sweep_few.wgsl, counted per update: a quarter of a block of random
// numbers, 36 operations; the spin and its place in the columns 10; the bits of four patterns 12, what they pull 8, and the field 6; what
// aligns with it and whether that is new 9: 81. No bytes to speak of: an eighth of one. What is not counted is the wait: on a GPU 32 sites are
// offered at once and flips are made one after another.

import { ReferenceDevice } from "../src/device/device.ts";
import { curieWeiss } from "../src/models/curie-weiss/index.ts";
import { type Bench, type Case, type Counted, type Place, sameDigest, workgroupsOf } from "./harness/case.ts";
import { reference, simulated } from "./harness/contenders.ts";
import { countedOf } from "./hopfield.ts";

const SIZES = [1024, 4096, 16_384];

export const bench: Bench = {
  check: ({ device }) =>
    sameDigest("curie-weiss", device, 2, (on) => curieWeiss.create(on, { size: 1024, temperature: 0.8, replicas: 2 })),
  cases: (place) => SIZES.map((size) => ofSize(place, size)).concat(slow(place)),
};

function ofSize(place: Place, size: number): Case {
  // On software eight replicas share a workgroup: enough for eight cores.
  const replicas = place.software ? 64 : workgroupsOf(place);
  const counted: Counted = place.software ? { integer: 81, bytes: 0.125 } : countedOf(place.device, 1);
  return {
    ...{ kernel: `heat bath, ${replicas} replicas`, size: [size], n: size, of: "spins", updates: size * replicas },
    ...{ unit: "updates/s", counted },
    create: () => simulated(curieWeiss.create(place.device, { size, temperature: 0.8, replicas })),
  };
}

function slow({ device }: Place): Case {
  const [size] = SIZES;
  const row = { kernel: "heat bath", size: [size], n: size, of: "spins", updates: size, unit: "updates/s" };
  const host = new ReferenceDevice(device.info.host);
  return reference(row, () => simulated(curieWeiss.create(host, { size, temperature: 0.8 })));
}
