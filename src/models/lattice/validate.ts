// What every model of the family is checked by: its states and figures are those of the reference.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { type checksOf, countMismatches } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import type { LatticeParameters } from "./kind.ts";
import type { LatticeSimulation } from "./simulation.ts";

/** Sweeps of a comparison. */
const SWEEPS = 10;

/** Each case on the GPU and on the reference: states and figures that differ, of which there are none. */
export async function* againstReference<O extends { size: readonly number[] }, P extends LatticeParameters>(
  check: ReturnType<typeof checksOf>,
  create: (device: Device, options: O) => Promise<LatticeSimulation<P>>,
  cases: readonly { name: string; options: O }[],
  device: Device,
  { signal }: Effort,
): AsyncGenerator<Check> {
  if (device.kind !== "gpu") return;
  const reference = new ReferenceDevice(device.info.host);
  for (const { name, options } of cases) {
    using a = await create(device, options);
    using b = await create(reference, options);
    for (const simulation of [a, b]) await simulation.run(SWEEPS, { signal });
    const where = `${name}, ${options.size.join("×")}, ${SWEEPS} sweeps`;
    const cells = countMismatches(await a.cells(), await b.cells());
    yield check("reference", `${where}: states that differ from the reference`, cells, 0);
    const sums = async (of: typeof a) => (await of.measure()).flatMap((row) => Object.values(row));
    yield check("reference", `${where}: figures that differ`, countMismatches(await sums(a), await sums(b)), 0);
  }
}
