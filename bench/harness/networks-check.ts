// Echo-state networks, in the sizes that are timed, against the reference: states in single precision, and sums of their products, which are exact.

import { GpuError } from "../../src/device/errors.ts";
import type { GpuDevice } from "../../src/device/gpu.ts";
import { GpuNetworks } from "../../src/models/reservoir/gpu.ts";
import { rangesOf, STEPS_KEPT, unitsOf } from "../../src/models/reservoir/gram.ts";
import { featureCount, type Member, type Shape, type Table } from "../../src/models/reservoir/network.ts";
import { ReferenceNetwork } from "../../src/models/reservoir/reference.ts";
import { PURPOSE } from "../../src/models/reservoir/topology.ts";

/** Of eight networks in two vectors one of each. */
const COMPARED = [0, 5];
/** What tests allow states that single precision makes. */
const BOUND = 1e-5;

/** All rows of the table but the last two, of one input and one target. @throws GpuError where states or, with `train`, sums are wrong */
export async function checkNetworks(
  device: GpuDevice,
  { kernel, train }: { kernel: string; train?: boolean },
  shape: Shape,
  members: readonly Member[],
  table: Table,
): Promise<void> {
  let kept = new Int32Array();
  const onKept = (whole: Int32Array) => {
    kept = Int32Array.from(whole);
  };
  const engine = new GpuNetworks(device, shape, { onKept });
  const span = { first: 0, washout: 0, steps: table.rows - 2 };
  const features = featureCount(shape);
  const silent = members.map(() => new Float64Array(features));
  const sums = train ? await engine.wholeSums(members, table, span) : undefined;
  if (!sums) await engine.predict(members, silent, table, span);
  const units = unitsOf(shape, rangesOf(shape, table, span));
  const row = kept.length / members.length / STEPS_KEPT;
  for (const m of COMPARED) {
    const network = new ReferenceNetwork(members[m], { ...shape, purpose: PURPOSE.noise });
    const expected = new BigInt64Array((features + 1) ** 2);
    for (let step = 0; step < span.steps; step++) {
      network.step(table.data.subarray(2 * step, 2 * step + 1));
      const at = (m * STEPS_KEPT + step) * row;
      if (network.states.some((state, unit) => !(Math.abs(state - kept[at + unit] * units[unit]) < BOUND))) {
        throw new GpuError(`bench reservoir: ${kernel}: states differ from the reference's; nothing was timed.`);
      }
      if (sums) addProducts(expected, kept.subarray(at, at + features + 1));
    }
    if (sums?.[m].some((sum, i) => sum !== expected[i])) {
      throw new GpuError(`bench reservoir: ${kernel}: sums are not exact; nothing was timed.`);
    }
  }
}

function addProducts(sums: BigInt64Array, values: Int32Array): void {
  const whole = Array.from(values, BigInt);
  whole.forEach((a, i) => {
    whole.forEach((b, j) => {
      sums[i * whole.length + j] += a * b;
    });
  });
}
