// Runs vitest and counts. GIBBS_TOTALS=FILE collects the counts of several runs, one line "passed failed skipped" each, and after a "# "
// each line about a test that failed, so that the end of a long log tells which.

import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "./sources.js";

/** Runs vitest with `args`; resolves to its exit status and the counts of tests. */
export async function runVitest(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "gibbs-vitest-"));
  const report = join(folder, "report.json");
  const program = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const status = await run([program, "run", ...reporters, ...args], { ...process.env, ...env });
    const { failures, ...counts } = readReport(report);
    if (process.env.GIBBS_TOTALS) {
      const lines = [Object.values(counts).join(" "), ...failures.map((line) => `# ${line}`)];
      appendFileSync(process.env.GIBBS_TOTALS, lines.map((line) => `${line}\n`).join(""));
    }
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
function readReport(path) {
  try {
    const report = JSON.parse(readFileSync(path, "utf8"));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      failures: report.testResults.flatMap(linesOfFile),
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0, failures: [] };
  }
}

/** What failed in one file: each test with the start of its message, or the file itself. */
function linesOfFile({ name, status, message, assertionResults }) {
  const file = relative(ROOT, name);
  const tests = assertionResults.filter((test) => test.status === "failed");
  if (tests.length === 0) return status === "failed" ? [`${file}`, ...startOf(message)] : [];
  return tests.flatMap(({ fullName, failureMessages }) => [
    `${file}: ${fullName}`,
    ...startOf(failureMessages.join("\n")),
  ]);
}

const startOf = (message) =>
  stripVTControlCharacters(message ?? "")
    .split("\n")
    .filter((line) => !line.includes("node_modules"))
    .slice(0, 12)
    .map((line) => `  ${line.slice(0, 300)}`);
