// docs/adding-a-model.md does what it says: its code, added to a copy of the sources, is a model that keeps every promise.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wgslLayouts } from "../../scripts/wgsl.js";
import type { Device } from "../../src/device/device.ts";
import type { Check, Model } from "../../src/models/model.ts";
import { copyWithModel } from "../tutorial.ts";

const copy = mkdtempSync(join(tmpdir(), "gibbs-tutorial-"));

let server: Awaited<ReturnType<typeof createServer>>;
let model: Model;
let openDevice: (kind?: string) => Promise<Device & AsyncDisposable>;
beforeAll(async () => {
  expect(copyWithModel(copy, ["src", "shaders", "host-node"])).toEqual([
    "shaders/fredrickson-andersen/rule.wgsl",
    "src/models/fredrickson-andersen/index.ts",
  ]);
  server = await createServer({
    ...{ configFile: false, root: copy, appType: "custom", logLevel: "error", plugins: [wgslLayouts()] },
    define: { __GIBBS_VERSION__: '"0"', __GIBBS_COMMIT__: '""' },
    server: { middlewareMode: true, ws: false, hmr: false, watch: null, fs: { strict: false } },
    oxc: { target: "es2022" },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  // The copy's own device, which knows the copy's shaders.
  ({ openDevice } = (await server.ssrLoadModule("/host-node/open.ts")) as never);
  const { models } = await server.ssrLoadModule("/src/models/index.ts");
  model = (models as Model[]).find(({ name }) => name === "fredrickson-andersen")!;
});
afterAll(async () => {
  await server?.close();
  rmSync(copy, { recursive: true, force: true });
});

describe("the tutorial", () => {
  it("makes a model that passes its validation and keeps the promises", async () => {
    const device = await openDevice();
    const { validateModels } = await server.ssrLoadModule("/src/validation/index.ts");
    const checks: Check[] = [];
    for await (const check of validateModels([model], device, { quick: true })) checks.push(check);
    await device[Symbol.asyncDispose]();
    expect(checks.filter(({ pass }) => !pass)).toEqual([]);
    expect(new Set(checks.map(({ oracle }) => oracle))).toEqual(
      new Set(["known answer", "reference", "exact", "promise"]),
    );
  });

  it("notices a rule that is wrong", async () => {
    const device = await openDevice("reference");
    const temperature = 0.9;
    using lattice = await model.create(device, { size: [12, 12], temperature });
    await lattice.run(100);
    const series = lattice.series();
    await lattice.run(200, { record: { series, every: 2, origin: 100 } });
    const { excited } = model.estimate(lattice, series);
    const off = (value: number) => Math.abs(excited.value - value) / excited.error;
    expect(off(model.exact({ temperature }).excited!.value)).toBeLessThan(4);
    expect(off(model.exact({ temperature: 1.1 }).excited!.value)).toBeGreaterThan(6);
  });
});
