// `gibbs validate` from outside.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import { gibbs } from "./start.ts";

describe("gibbs validate", () => {
  const root = mkdtempSync(join(tmpdir(), "gibbs-validate-"));
  beforeAll(() => ensureBuilt());
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("puts its checks in one document and one report, which say how to do it again", async () => {
    const words = ["validate", "curie-weiss", "--quick", "--json", "--quiet", "--out", "report.html"];
    const { status, stdout } = await gibbs(words, { cwd: root }).ended;
    const { checks, device, ...rest } = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(rest).toEqual({
      ...{
        gibbs: expect.any(String),
        commit: expect.any(String),
        date: expect.any(String),
        seconds: expect.any(Number),
      },
      ...{ effort: "quick", models: ["curie-weiss"], again: "gibbs validate curie-weiss --quick" },
      system: expect.objectContaining({ node: process.version }),
    });
    const report = readFileSync(join(root, "report.html"), "utf8");
    expect(report).toContain(`${checks.length} of ${checks.length} checks passed on ${device.description}`);
    expect(report.match(/<svg/g)!.length).toBeGreaterThan(1);
    expect(report).toContain(rest.again);
  });
});
