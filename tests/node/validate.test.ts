// `gibbs validate` from outside: every model's oracles pass on this machine's adapter, and a report is written.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import { models } from "../../src/models/index.ts";
import type { Check } from "../../src/models/model.ts";

const BIN = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "gibbs-validate-"));
beforeAll(() => ensureBuilt());
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("gibbs validate --quick: every check passes, with value and bound, and is in the report", {
  timeout: 400_000,
}, () => {
  const words = [BIN, "validate", "--quick", "--json", "--quiet", "--out", "report.html"];
  const { status, stdout } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  const { gibbs, device, checks, ...rest } = JSON.parse(stdout);
  expect(checks.filter(({ pass }: Check) => !pass)).toEqual([]);
  expect([status, typeof gibbs, device.kind, rest]).toEqual([0, "string", "gpu", {}]);
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
  const oracles = new Set(checks.map(({ model, oracle }: Check) => `${model}: ${oracle}`));
  const wanted = models.flatMap(({ name }) =>
    ["known answer", "reference", "exact", "promise"].map((oracle) => `${name}: ${oracle}`),
  );
  expect([...oracles].sort()).toEqual(wanted.sort());
  const report = readFileSync(join(root, "report.html"), "utf8");
  expect(report).toContain(`${checks.length} of ${checks.length} checks passed on ${device.description}`);
  expect(report.match(/<svg/g)!.length).toBeGreaterThan(10);
});
