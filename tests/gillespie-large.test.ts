// Networks of a thousand reactions, whose propensities lie in storage: paths of the reference, and laws of a small network that is the
// same in sum. A count that all reactions ask for multiplies one node of the tree of sums.

import { expect, it } from "vitest";
import { type GillespieOptions, gillespie, masterEquation, networkOf, type ReferenceDevice } from "../src/index.ts";
import { generate } from "../src/models/gillespie/kernel/wgsl.ts";
import { device, reference } from "./devices.ts";

const SITES = 450;
/** One ligand, many sites for it. */
const BINDING = Array.from({ length: SITES }, (_, i) => `H + B${i} <-> C${i} @ 0.003, 0.5; B${i} = 1`)
  .concat("H = 60")
  .join("; ");
const IN_SUM = `H + B <-> C @ 0.003, 0.5; H = 60; B = ${SITES}`;

const options: GillespieOptions = { network: BINDING, until: 1, points: 3, seed: 8n };

it("their paths are the reference's", async () => {
  using a = await gillespie.create(device, options);
  using b = await gillespie.create(reference as ReferenceDevice, options);
  expect(generate(a.ensemble).scratch).toBeGreaterThan(0); // they are stored
  const [left, right] = [await a.counts(0, 3), await b.counts(0, 3)];
  expect(left.filter((path, i) => String(path) === String(right[i])).length).toBeGreaterThanOrEqual(2);
  using c = await gillespie.create(device, { ...options, seed: 9n });
  expect(String(await c.counts(0, 3))).not.toBe(String(left));
});

it.each(["direct", "tau"] as const)("%s: free ligands are as many as with one kind of site", async (method) => {
  using small = await gillespie.create(reference, { ...options, network: IN_SUM });
  const exact = masterEquation(small.ensemble)!;
  const n = method === "tau" ? 24 : 200;
  using ensemble = await gillespie.create(device, { ...options, method });
  await ensemble.run(n);
  const { mean, sd, species } = ensemble.result();
  const at = species.indexOf("H");
  for (const t of [1, 2]) {
    const spread = exact.sd[t][0] / Math.sqrt(n);
    expect(Math.abs(mean[t][at] - exact.mean[t][0])).toBeLessThan(4 * spread);
    expect(Math.abs(mean[t][at] - 1.3 * exact.mean[t][0])).toBeGreaterThan(4 * spread); // negative control
    if (method === "direct") expect(Math.abs(sd[t][at] / exact.sd[t][0] - 1)).toBeLessThan(4 / Math.sqrt(2 * n));
  }
});

it("leaps conserve what the reactions conserve", async () => {
  using ensemble = await gillespie.create(device, { ...options, method: "tau" });
  for (const path of await ensemble.counts(0, 4)) {
    for (const row of path) {
      const of = (letter: string) =>
        ensemble.ensemble.network.species.reduce((sum, name, s) => sum + (name.startsWith(letter) ? row[s] : 0), 0);
      expect([of("H") + of("C"), of("B") + of("C")]).toEqual([60, SITES]);
    }
  }
});

it("a rate constant below 0 is found where it stands, and a factor does not hide it", async () => {
  const many = Array.from({ length: 70 }, (_, i) => `A + B${i} -> A @ ${i === 3 ? "-1" : "1"}; B${i} = 1`).join("; ");
  using ensemble = await gillespie.create(device, { network: `${many}; A = 1`, until: 1, points: 2 });
  await expect(ensemble.run(4)).rejects.toThrow(/propensity of A \+ B3 -> A is -1; it must be 0 or more/);
  // Where its reactants are missing nothing is wrong.
  using never = await gillespie.create(device, { network: `${many}; A = 0`, until: 1, points: 2 });
  await never.run(4);
  expect(never.result().mean[1][1]).toBe(1);
  expect(networkOf({ ...gillespie.parameters.parse({}), network: BINDING }).reactions).toHaveLength(2 * SITES);
});
