// `npm run check`: format and lint, types, exports and packages that nothing uses, and the tests that need no GPU (shaders on Dawn's null backend, import rules).

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled } from "./setup.js";
import { ROOT } from "./sources.js";

ensureInstalled();
const { runVitest } = await import("./vitest.js");

const failures = [];
const step = (name, ok) => {
  if (!ok) failures.push(name);
};
step("biome", run("@biomejs/biome/bin/biome", "ci"));
step("types", run("typescript/bin/tsc", "--noEmit"));
step("unused code", run("knip/bin/knip.js", "--no-progress"));
step("checks", (await runVitest(["--project=check", ...process.argv.slice(2)])).status === 0);

process.stdout.write(failures.length === 0 ? "gibbs: check passed\n" : `gibbs: check failed: ${failures.join(", ")}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

function run(program, ...args) {
  const file = join(ROOT, "node_modules", program);
  return spawnSync(process.execPath, [file, ...args], { cwd: ROOT, stdio: "inherit" }).status === 0;
}
