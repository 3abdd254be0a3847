// What holds of every method whose trajectories choose their steps: the same bits, whatever runs beside them.

import { expect, it } from "vitest";
import { type DynamicsOptions, dynamics } from "../src/index.ts";
import { device } from "./devices.ts";
import { numbersOf } from "./trajectories.ts";

/**
 * @param options of 40 trajectories that take over 100 steps each
 * @param sweep of three points whose variables have one size
 * @param second what the second of them sets
 */
export function sameBits(options: DynamicsOptions, sweep: DynamicsOptions, second: string): void {
  const few = { ...options, trajectories: 40 };
  it("of a trajectory alone, in a batch, and in workgroups of any size", async () => {
    using all = await dynamics.create(device, few);
    const batch = await all.samples(0, 37);
    for (const trajectory of [0, 17, 36]) {
      using alone = await dynamics.create(device, { ...few, workgroup: 1 });
      expect(numbersOf(await alone.samples(trajectory, 1), 0)).toEqual(numbersOf(batch, trajectory));
    }
  });
  it("of a point of a sweep, whose others are faster and slower", async () => {
    using swept = await dynamics.create(device, sweep);
    using alone = await dynamics.create(device, { ...sweep, set: second });
    expect(numbersOf(await swept.samples(3, 1), 0, 1)).toEqual(numbersOf(await alone.samples(3, 1), 0));
  });
  it("of all figures and numbers of steps, in one go, one by one, and from a checkpoint", async () => {
    using one = await dynamics.create(device, few);
    await one.run(40);
    using begun = await dynamics.create(device, { ...few, workgroup: 32 });
    for (const steps of [1, 5, 13]) await begun.run(steps);
    using kept = await dynamics.restore(device, await begun.checkpoint());
    await kept.run(21);
    expect(await kept.digest()).toBe(await one.digest());
    expect(kept.result()).toEqual(one.result());
    expect(one.result().steps!.accepted).toBeGreaterThan(40 * 100);
  });
}
