// Is this device right? Restricted Boltzmann machines against the reference bit for bit, and one against the law of its weights.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { besideLaw, checksOf } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { barsAndStripes } from "./data.ts";
import { visibleLaw } from "./exact.ts";
import { RbmSimulation } from "./simulation.ts";

const check = checksOf("rbm");

export async function* validateRbm(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const images = barsAndStripes(4);
  const distinct = new Set(
    Array.from({ length: images.length / 16 }, (_, i) => images.slice(16 * i, 16 * i + 16).join("")),
  );
  // MacKay, Information Theory, Inference, and Learning Algorithms (2003), section 43: 2 (2^4 - 1).
  const name = "bars and stripes on a square of side 4: distance of their number from 30";
  yield check("known answer", name, Math.abs(distinct.size - 30), 0);
  if (device.kind === "gpu") {
    for (const algorithm of ["cd", "pcd"] as const) {
      const options = { data: "bars", side: 6, hidden: 37, chains: 33, gibbs: 2, algorithm } as const;
      using a = await RbmSimulation.create(device, options);
      using b = await RbmSimulation.create(new ReferenceDevice(device.info.host), options);
      for (const machine of [a, b]) await machine.run(4, { signal });
      const name = `36 visible and 37 hidden units, ${algorithm}, 4 updates: digests that differ from the reference's`;
      yield check("reference", name, (await a.digest()) === (await b.digest()) ? 0 : 1, 0);
    }
  }
  // A machine that has learned a little, then goes on as it is: its chains are samples of its law.
  using machine = await RbmSimulation.create(device, {
    ...{ data: "bars", side: 2, hidden: 3, chains: 1000, learningRate: 0.3, seed: 3n },
  });
  await machine.run(quick ? 50 : 200, { signal });
  await machine.set({ learningRate: 0 });
  const counts = new Float64Array(16);
  for (let round = 0; round < (device.kind === "reference" ? 5 : quick ? 20 : 100); round++) {
    await machine.run(20, { signal });
    const chains = await machine.chains();
    for (let at = 0; at < chains.length; at += 4) {
      counts[chains[at] + 2 * chains[at + 1] + 4 * chains[at + 2] + 8 * chains[at + 3]]++;
    }
  }
  const total = counts.reduce((a, b) => a + b);
  const expected = visibleLaw(await machine.weights()).map(([, share]) => share * total);
  const { value, ...evidence } = besideLaw(counts, expected, "state of the visible units");
  const what = "Gibbs samples of 4 visible and 3 hidden units against Boltzmann's law: -log10 of the χ² test's p";
  yield check("exact", what, value, 5, evidence);
}
