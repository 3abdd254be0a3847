// Dense memories: neuron updates a second, recall from a cue with a tenth of its spins wrong. A step is a recall of 4 sweeps.
//
// Counted per update with P patterns by W lanes, 128 or on software 32. For each pattern: its bit 3, which of two pulls 3, its negative 5
// (complement and carry), a choice 2, an addition of 64 bits 4; and an eighth of 14 for the places of its overlap, its row and two entries of a
// table, which stay in the cache: 19 P. Each lane, in a block of eight: the sites and their spins 80 operations, what it puts down 16, the sum
// of eight of those 64, the last sum 7: 21 W an update. Bytes: a bit of each pattern, P/8. Workgroup memory: 8 bytes of each lane and update
// written and read, and an eighth of that again: 18 W. At 64 integer operations a clock an H200 (132 × 1.98 GHz) ends near 1.7e13 / (19 P + 2700)
// updates/s, 7.8e8 for P = 1000. Each flip costs the fields of its block of eight again.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { type DenseMemoryOptions, denseMemory } from "../src/models/dense-memory/index.ts";
import { type Bench, type Case, type Counted, type Place, sameDigest, workgroupsOf } from "./harness/case.ts";
import { anew, reference } from "./harness/contenders.ts";

type Kind = DenseMemoryOptions & { neurons: number; patterns: number };

const SWEEPS = 4;
/** N at fixed P, and P at fixed N. */
const LADDERS: { kernel: string; of: "neurons" | "patterns"; kinds: Kind[] }[] = [
  {
    kernel: "polynomial, P = 1000",
    of: "neurons",
    kinds: [128, 256, 512].map((neurons) => ({ neurons, patterns: 1000, order: 3 })),
  },
  {
    kernel: "exponential, N = 784",
    of: "patterns",
    kinds: [1000, 2000, 4000].map((patterns) => ({ neurons: 784, patterns, interaction: "exponential" })),
  },
];

export const bench: Bench = {
  async check({ device }) {
    for (const { kernel, kinds } of LADDERS) {
      const create = (on: Device) => denseMemory.create(on, { ...kinds[0], noise: 0.1 });
      await sameDigest(`dense-memory: ${kernel}`, device, 1, create);
    }
  },
  cases: (place) => [
    ...LADDERS.flatMap(({ kernel, of, kinds }) => kinds.map((kind) => ofKind(place, kernel, of, kind))),
    slow(place),
  ],
};

const rowOf = (kernel: string, of: "neurons" | "patterns", { neurons, patterns }: Kind, replicas: number) => ({
  ...{ kernel, size: [neurons, patterns], n: { neurons, patterns }[of], of },
  ...{ updates: neurons * replicas * SWEEPS, unit: "updates/s" },
});

function countedOf({ software }: Place, patterns: number): Counted {
  const lanes = software ? 32 : 128;
  return { integer: 19 * patterns + 21 * lanes, bytes: patterns / 8, workgroup: 18 * lanes };
}

function ofKind(place: Place, kernel: string, of: "neurons" | "patterns", kind: Kind): Case {
  const replicas = workgroupsOf(place);
  return {
    ...rowOf(kernel, of, kind, replicas),
    counted: countedOf(place, kind.patterns),
    create: async () => recalls(place.device, { ...kind, replicas }),
  };
}

function slow({ device }: Place): Case {
  const [{ kernel, of, kinds }] = LADDERS;
  const host = new ReferenceDevice(device.info.host);
  return reference(rowOf(kernel, of, kinds[0], 1), async () => recalls(host, kinds[0]));
}

/** Each from a new cue, the patterns not counted. */
const recalls = (device: Device, kind: DenseMemoryOptions) =>
  anew(SWEEPS, (seed) => denseMemory.create(device, { ...kind, noise: 0.1, seed }));
