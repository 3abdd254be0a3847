// Runs vitest and counts. GIBBS_TOTALS=FILE collects the counts of several runs, one line "passed failed skipped" each.

import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./sources.js";

/** Runs vitest with `args`; resolves to its exit status and the counts of tests. */
export async function runVitest(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "gibbs-vitest-"));
  const report = join(folder, "report.json");
  const program = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const status = await run([program, "run", ...reporters, ...args], { ...process.env, ...env });
    const counts = countsOf(report);
    if (process.env.GIBBS_TOTALS) appendFileSync(process.env.GIBBS_TOTALS, `${Object.values(counts).join(" ")}\n`);
    return { status, ...counts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args, env) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: "inherit" });
  // Ctrl-C reaches the child from the terminal; this process waits for it, and passes on what `kill` sends to it alone.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1)); // null: killed by a signal
  });
}

/** No report: vitest fell over before its first test, which its exit status tells. */
function countsOf(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
