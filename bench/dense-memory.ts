// Dense memories: neuron updates a second, recall from a cue with a tenth of its spins wrong. A step is a recall of 4 sweeps.
//
// Counted per update with P patterns: for each a bit, two selections and an addition of 64 bits, some 12 operations, and an eighth of the
// reads of its overlap, its row and two entries of a table, which stay in the cache; and an eighth of a reduction over the workgroup: 12 P + 100.
// Bytes: a bit of each pattern, P/8. At 64 integer operations a clock an H200 (132 × 1.98 GHz) ends near 1.7e13 / (12 P) updates/s, 1.4e9 for
// P = 1000. Each flip costs the fields of its block of eight again.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { type DenseMemoryOptions, denseMemory } from "../src/models/dense-memory/index.ts";
import { type Bench, type Case, type Place, reference } from "./harness/case.ts";

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
      const options = { ...kinds[0], noise: 0.1 };
      using network = await denseMemory.create(device, options);
      using other = await denseMemory.create(new ReferenceDevice(device.info.host), options);
      for (const each of [network, other]) await each.run(1);
      if ((await network.digest()) !== (await other.digest())) {
        throw new GpuError(`bench dense-memory: ${kernel}: the state differs from the reference; nothing was timed.`);
      }
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

function ofKind({ device, software }: Place, kernel: string, of: "neurons" | "patterns", kind: Kind): Case {
  const replicas = software ? 4 : 528;
  return {
    ...rowOf(kernel, of, kind, replicas),
    counted: { integer: 12 * kind.patterns + 100, bytes: kind.patterns / 8 },
    create: async () => ({ run: (count) => recalls(device, { ...kind, replicas }, count), dispose: () => {} }),
  };
}

function slow({ device }: Place): Case {
  const [{ kernel, of, kinds }] = LADDERS;
  const host = new ReferenceDevice(device.info.host);
  const run = (count: number) => recalls(host, kinds[0], count);
  return reference(rowOf(kernel, of, kinds[0], 1), async () => ({ run, dispose: () => {} }));
}

/** Seconds of so many recalls, each from a new cue, the patterns not counted. */
async function recalls(device: Device, kind: DenseMemoryOptions, count: number): Promise<number> {
  let seconds = 0;
  for (let seed = 0; seed < count; seed++) {
    using network = await denseMemory.create(device, { ...kind, noise: 0.1, seed: BigInt(seed) });
    const start = performance.now();
    await network.run(SWEEPS);
    seconds += (performance.now() - start) / 1000;
  }
  return seconds;
}
