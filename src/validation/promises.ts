// What is promised of every model alike, tried on its declared example: a run that is kept and restored in the middle ends as one that
// was not, the same seed gives the same bits, and another seed does not.

import type { Device } from "../device/device.ts";
import { checksOf } from "../models/check.ts";
import type { AnyModel, AnySimulation } from "../models/index.ts";
import type { Check, Effort, Example } from "../models/model.ts";

/** Steps of an example: its own, or those that its parameters say. */
export const stepsOf = (model: AnyModel, { steps }: Example, { points }: AnySimulation): number =>
  steps ?? model.steps!(points.parameters);

export async function* validatePromises(model: AnyModel, device: Device, { signal }: Effort): AsyncGenerator<Check> {
  const check = checksOf(model.name);
  const { short } = model.examples;
  const create = (seed: bigint) => model.create(device, { ...short.parameters, seed });
  const whole = async (seed: bigint) => {
    using simulation: AnySimulation = await create(seed);
    await simulation.run(stepsOf(model, short, simulation), { signal });
    return await simulation.digest();
  };
  const first = await whole(1n);
  const same = (digest: string) => (digest === first ? 0 : 1);
  yield check("promise", "the same run once more: digests that differ", same(await whole(1n)), 0);
  yield check("promise", "saved half-way and restored: digests that differ", same(await restored()), 0);
  yield check("promise", "with another seed: digests that agree", 1 - same(await whole(2n)), 0);

  async function restored(): Promise<string> {
    using simulation: AnySimulation = await create(1n);
    const steps = stepsOf(model, short, simulation);
    const half = Math.max(1, Math.floor(steps / 2));
    await simulation.run(half, { signal });
    using again: AnySimulation = await model.restore(device, await simulation.checkpoint());
    await again.run(steps - half, { signal });
    return await again.digest();
  }
}
