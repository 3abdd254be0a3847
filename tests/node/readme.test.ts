// The program in the README runs as it stands there.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import { node } from "./start.ts";

it("runs, and its restored lattice has the same digest", async () => {
  ensureBuilt();
  const [, program] = /```ts\n([\s\S]*?)```/.exec(await readFile("README.md", "utf8"))!;
  const gibbs = pathToFileURL("dist/node.js").href;
  const { outputText } = ts.transpileModule(program.replace('"gibbs/node"', JSON.stringify(gibbs)), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const folder = await mkdtemp(join(tmpdir(), "gibbs-readme-"));
  try {
    const path = join(folder, "example.mjs");
    await writeFile(path, outputText);
    const { status, stdout, stderr } = await node([path]).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^e = -1\.2\d+ ± 0\.00\d+, \|m\| = 0\.\d+ ± 0\.\d+\ntrue\n$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
