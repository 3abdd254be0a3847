// Is this device right? Restricted Boltzmann machines against the reference bit for bit, and one against the law of its weights.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { writeSafetensors } from "../../files/safetensors.ts";
import { checksOf, chiSquareAgainst, DEVIATION } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { visibleLaw } from "./exact.ts";
import { RbmSimulation } from "./simulation.ts";

const check = checksOf("rbm");

export async function* validateRbm(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  for (const hidden of [4, 0]) yield* knownPairs(hidden);
  if (device.kind === "gpu") {
    for (const hidden of [37, 0]) {
      for (const algorithm of ["cd", "pcd"] as const) {
        const options = { data: "bars", side: 6, hidden, chains: 33, gibbs: 2, algorithm } as const;
        using a = await RbmSimulation.create(device, options);
        using b = await RbmSimulation.create(new ReferenceDevice(device.info.host), options);
        for (const machine of [a, b]) await machine.run(4, { signal });
        const name = `36 visible and ${hidden} hidden units, ${algorithm}, 4 updates: digests that differ from the reference's`;
        yield check("reference", name, (await a.digest()) === (await b.digest()) ? 0 : 1, 0);
      }
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
  const { value, ...evidence } = chiSquareAgainst(counts, expected, "state of the visible units");
  const what = "Gibbs samples of 4 visible and 3 hidden units against Boltzmann's law: -log10 of the χ² test's p";
  yield check("exact", what, value, 5, evidence);

  /**
   * Units in pairs without biases, coupled by ln 5: of the four states of a pair both on weighs 5 and each other 1, so that a unit is on in 6 of 8.
   * With hidden units each visible one has its own, without them two visible ones are a pair.
   */
  async function* knownPairs(hidden: number): AsyncGenerator<Check> {
    const visible = 4;
    const columns = hidden || visible;
    const coupled = (i: number, j: number) => (hidden > 0 ? i === j : i === (j ^ 1));
    const W = Float32Array.from({ length: visible * columns }, (_, at) =>
      coupled(Math.floor(at / columns), at % columns) ? Math.log(5) : 0,
    );
    const zeros = (count: number) => ({ shape: [count], data: new Float32Array(count) });
    using machine = await RbmSimulation.create(device, {
      ...{ data: "bars", side: 2, hidden, chains: 1000, gibbs: 4, learningRate: 0, seed: 5n },
      weights: writeSafetensors({ W: { shape: [visible, columns], data: W }, b: zeros(visible), c: zeros(hidden) }),
    });
    const on = new Float64Array(visible);
    const rounds = device.kind === "reference" ? 2 : quick ? 10 : 100;
    // A sampling keeps a ninth of what the one before was, so four of them nothing that is seen.
    for (let round = 0; round < rounds; round++) {
      await machine.run(1, { signal });
      (await machine.chains()).forEach((bit, at) => {
        on[at % visible] += bit;
      });
    }
    const samples = 1000 * rounds;
    const z = Array.from(on, (times) => (times - 0.75 * samples) / Math.sqrt(0.75 * 0.25 * samples));
    const name = `pairs of units coupled by ln 5, ${hidden} hidden: share of 4 visible ones that are on against 3/4, largest |z|`;
    yield check("known answer", name, Math.max(...z.map(Math.abs)), DEVIATION, { z });
  }
}
