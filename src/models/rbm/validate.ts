// Is this device right? Restricted Boltzmann machines against the reference bit for bit, and one against the law of its weights.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { chiSquareTest, mergeCells } from "../../statistics/index.ts";
import type { Check } from "../model.ts";
import { visibleLaw } from "./exact.ts";
import { RbmSimulation } from "./simulation.ts";

export async function* validateRbm(
  device: Device,
  { quick, signal }: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    for (const algorithm of ["cd", "pcd"] as const) {
      const options = { data: "bars", side: 6, hidden: 37, chains: 33, gibbs: 2, algorithm } as const;
      using a = await RbmSimulation.create(device, options);
      using b = await RbmSimulation.create(new ReferenceDevice(device.info.host), options);
      for (const machine of [a, b]) await machine.run(4, { signal });
      const pass = (await a.digest()) === (await b.digest());
      const name = `36 visible and 37 hidden units, ${algorithm}, 4 updates: states that differ from the reference`;
      yield { model: "rbm", oracle: "reference", name, value: pass ? 0 : 1, bound: 0, pass };
    }
  }
  // A machine that has learned a little, then goes on as it is: its chains are samples of its law.
  using machine = await RbmSimulation.create(device, {
    ...{ data: "bars", side: 2, hidden: 3, chains: 500, learningRate: 0.3, seed: 3n },
  });
  await machine.run(quick ? 50 : 200, { signal });
  await machine.set({ learningRate: 0 });
  const counts = new Float64Array(16);
  for (let round = 0; round < (quick ? 10 : 40); round++) {
    await machine.run(20, { signal });
    const chains = await machine.chains();
    for (let at = 0; at < chains.length; at += 4) {
      counts[chains[at] + 2 * chains[at + 1] + 4 * chains[at + 2] + 8 * chains[at + 3]]++;
    }
  }
  const total = counts.reduce((a, b) => a + b);
  const expected = visibleLaw(await machine.weights()).map(([, share]) => share * total);
  const cells = mergeCells([...counts], expected);
  const { p } = chiSquareTest(cells.observed, cells.expected);
  yield {
    model: "rbm",
    oracle: "exact",
    name: "Gibbs samples of 4 visible and 3 hidden units against Boltzmann's law: -log10 of the chi-square test's p",
    value: -Math.log10(p),
    bound: 5,
    pass: p > 1e-5,
  };
}
