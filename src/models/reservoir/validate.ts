// Is this device right? Echo-state networks: one step and sequences against the reference, exact sums against whole numbers of any
// length, and what a linear ring remembers.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { checksOf } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { GpuNetworks } from "./gpu.ts";
import { STEPS_KEPT, unitsOf } from "./gram.ts";
import { exactMemory } from "./memory.ts";
import { featureCount, type Member, type Shape, type Table } from "./network.ts";
import { ReferenceNetwork } from "./reference.ts";
import { ReservoirSimulation } from "./simulation.ts";
import { narma10 } from "./tasks/index.ts";
import { PURPOSE, topologyOf } from "./topology.ts";

/** NARMA10 from inputs that repeat after 97 steps, computed once by its recurrence in 50 digits. */
const KNOWN = { steps: 200, value: 0.42335867892007 };

const check = checksOf("reservoir");

export async function* validateReservoir(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const inputs = Array.from({ length: KNOWN.steps }, (_, t) => ((t * 31) % 97) / 194);
  const last = narma10(inputs)[KNOWN.steps - 1];
  yield check("known answer", "NARMA10 after 200 steps: distance from its value", Math.abs(last - KNOWN.value), 1e-14);
  if (device.kind === "gpu") {
    for (const stepwise of [false, true]) yield* againstReference(device, stepwise);
    const both: number[] = [];
    for (const on of [device, new ReferenceDevice(device.info.host)]) {
      using simulation = await ReservoirSimulation.create(on, {
        ...{ task: "henon", units: 50, train: 500, test: 200, starts: 2, horizon: 20, ridge: 1e-4, seed: 5n },
      });
      await simulation.run(1, { signal });
      both.push(simulation.estimate().nrmse.value);
    }
    const apart = Math.abs(Math.log(both[0] / both[1]));
    yield check("reference", "Hénon map, 50 units: errors one step ahead, logarithm of their ratio", apart, 0.01);
  }
  const steps = quick ? 4000 : 20_000;
  using ring = await ReservoirSimulation.create(device, {
    ...{ task: "memory", topology: "ring", activation: "linear", units: 10, spectralRadius: 0.95, inputScaling: 1 },
    ...{ bias: 0, delays: 40, inputToReadout: false, ridge: 1e-6, train: steps, test: steps },
  });
  await ring.run(1, { signal });
  const found = ring.result().memoryFunction!;
  const shares = exactMemory(ring.points.parameters)!;
  const farthest = Math.max(...shares.map((share, delay) => Math.abs(found[delay] - share)));
  const curve = {
    ...{ x: "delay", y: "share of the input's variance remembered" },
    exact: shares.map((share, delay) => [delay, share] as const),
    measured: found.map((share, delay) => [delay, share, 0] as const),
  };
  const name = "memory of a linear ring of 10 units: largest distance of a share from the exact one";
  yield check("exact", name, farthest, 4 / Math.sqrt(steps), { curve });
}

/** States over 100 steps, and the sums of what was kept of them. */
async function* againstReference(device: Extract<Device, { kind: "gpu" }>, stepwise: boolean): AsyncGenerator<Check> {
  const shape: Shape = {
    ...{ units: 40, layers: 2, degree: 6, fan: 2, linear: false, squares: false, seesInputs: true, noisy: false },
    ...{ inputs: 2, outputs: 1, exogenous: 2, patches: 1, ranges: { state: 1, input: 1, target: 1 }, seed: 3n },
  };
  const rows = 101;
  const table: Table = { data: new Float32Array(3 * rows), rows, columns: 2, targets: 1 };
  for (let i = 0; i < table.data.length; i++) table.data[i] = ((i * 7919) % 1009) / 1009 - 0.5;
  const topology = await topologyOf({ ...shape, kind: "random" }, 0);
  const members: Member[] = [0.2, 0.5, 0.9].map((spectralRadius) => ({
    ...{ topology, spectralRadius, inputScaling: 0.8, leakRate: 0.7, bias: 0.3, noise: 0, patch: 0 },
  }));
  let kept: Int32Array = new Int32Array();
  const onKept = (whole: Int32Array) => {
    kept = whole;
  };
  const networks = new GpuNetworks(device, shape, { stepwise, onKept });
  const sums = await networks.wholeSums(members, table, { first: 0, washout: 0, steps: 100 });
  const units = unitsOf(shape);
  const row = kept.length / members.length / STEPS_KEPT;
  const size = featureCount(shape) + shape.outputs;
  let [worst, wrong] = [0, 0];
  members.forEach((member, m) => {
    const network = new ReferenceNetwork(member, { linear: false, squares: false, seed: 3n, purpose: PURPOSE.noise });
    const expected = Array.from({ length: size * size }, () => 0n);
    for (let step = 0; step < 100; step++) {
      network.step(table.data.subarray(3 * step, 3 * step + 2));
      const at = (m * STEPS_KEPT + step) * row;
      network.states.forEach((state, unit) => {
        worst = Math.max(worst, Math.abs(state - kept[at + unit] * units[unit]));
      });
      const values = Array.from(kept.subarray(at, at + size), BigInt);
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) expected[i * size + j] += values[i] * values[j];
    }
    wrong += expected.filter((sum, i) => sum !== sums[m][i]).length;
  });
  const how = stepwise ? "a step a dispatch" : "in workgroup memory";
  yield check(
    "reference",
    `states of two layers over 100 steps, ${how}: largest distance from the reference`,
    worst,
    1e-5,
  );
  yield check("reference", `sums of products, ${how}: sums that differ from whole numbers of any length`, wrong, 0);
}
