// The whole validation in its quick form on this machine's adapter: every model's oracles pass, and what they run is every kernel there is.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "../../host-node/index.ts";
import { shaderParts, shaderPaths, shaderSource } from "../../src/device/shader.ts";
import { type GpuDevice, models } from "../../src/index.ts";
import { sweepsBySubgroup } from "../../src/models/hopfield/kernels.ts";
import type { Check } from "../../src/models/model.ts";
import { validateModels } from "../../src/validation/index.ts";

/** Kernels that are no model's, the machine's limits and a peer of the benchmarks; and those of other adapters than this. */
const elsewhere = (device: GpuDevice) => [
  ...[/^bench\//, /^ising\/plain/],
  ...(device.info.software ? [] : [/sweep_few/]),
  ...(sweepsBySubgroup(device) ? [] : [/sweep_subgroup/]),
];

/** The entry points that a file declares itself. */
async function entryPointsIn(path: string): Promise<string[]> {
  const [, own] = (await shaderSource(path)).split(`// --- ${path}\n`);
  return [...own.matchAll(/@compute[^{]*?fn (\w+)/g)].map(([, entryPoint]) => `${path} ${entryPoint}`);
}
const entryPointsOf = async (paths: readonly string[]) => (await Promise.all(paths.map(entryPointsIn))).flat();

describe("the quick form on this device", () => {
  let device: GpuDevice;
  const checks: Check[] = [];
  const run = new Set<string>();
  beforeAll(async () => {
    device = await openDevice();
    const compile = device.kernel.bind(device);
    device.kernel = async (description) => {
      const declared = await entryPointsOf(await shaderParts(description.shader));
      for (const each of declared) if (each.endsWith(` ${description.entryPoint}`)) run.add(each);
      return compile(description);
    };
    for await (const check of validateModels(models, device, { quick: true })) checks.push(check);
  });
  afterAll(() => device.dispose());

  it("passes every check, each with figures that can be kept", () => {
    expect(checks.filter(({ pass }) => !pass)).toEqual([]);
    for (const { z, curve, ...check } of checks) {
      for (const value of z ?? []) expect(Number.isFinite(value)).toBe(true);
      if (curve) expect(curve.measured.length).toBeGreaterThan(2);
      expect(check).toEqual({
        model: expect.any(String),
        oracle: expect.any(String),
        name: expect.any(String),
        value: expect.any(Number),
        bound: expect.any(Number),
        pass: true,
      });
    }
  });

  it("has every oracle of every model", () => {
    const oracles = new Set(checks.map(({ model, oracle }) => `${model}: ${oracle}`));
    const wanted = models.flatMap(({ name }) =>
      ["known answer", "reference", "exact", "promise"].map((oracle) => `${name}: ${oracle}`),
    );
    expect([...oracles].sort()).toEqual(wanted.sort());
  });

  it("runs every kernel", async () => {
    const missing = (await entryPointsOf(shaderPaths())).filter(
      (kernel) => !run.has(kernel) && !elsewhere(device).some((place) => place.test(kernel)),
    );
    expect(missing).toEqual([]);
  });
});
