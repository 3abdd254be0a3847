// `gibbs bench`: how fast is this device, and is it slower than it was.

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { gpuOnly } from "../../bench/harness/case.ts";
import { compare } from "../../bench/harness/compare.ts";
import { type BenchDocument, type KeptDocument, readResult } from "../../bench/harness/result.ts";
import { type Chosen, type RunOptions, runBenches } from "../../bench/harness/run.ts";
import { machineText } from "../../bench/harness/words.ts";
import { benched, benchOf } from "../../bench/index.ts";
import { programs } from "../../bench/peers/programs.ts";
import { energyMeter } from "../bench/energy.ts";
import { checkWritable, reason, writeFileWhole } from "../files/write.ts";
import { driverOf, systemRecord } from "../system.ts";
import { Arguments } from "./arguments.ts";
import { comparisonTable, modelBlock } from "./bench-tables.ts";
import { withDevice } from "./device.ts";
import { asUsage, FailedError, UsageError } from "./errors.ts";
import { DEVICE, JSON_FLAG, QUICK, QUIET } from "./flags.ts";
import { modelOf } from "./given.ts";
import { Progress } from "./progress.ts";
import { deviceLine, json } from "./report.ts";

export const BENCH_FLAGS = [
  DEVICE,
  QUICK,
  {
    name: "peers",
    help: "also time C (needs cc), JavaScript and Python (PyTorch, CuPy; python3 or $GIBBS_PYTHON) on this machine",
  },
  {
    name: "baseline",
    value: "FILE",
    help: "compare with an earlier result; exit 1 where a kernel is slower, at a second timing too, beyond what repeats and the machine's own limits vary",
  },
  { name: "out", value: "FILE", help: "write the result to FILE.json, updated after each model" },
  JSON_FLAG,
  QUIET,
];

export async function bench(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, BENCH_FLAGS, "gibbs bench");
  const chosen = benchesOf(given.positionals);
  const out = await outOf(given);
  const baseline = await baselineOf(given);
  const plain = !given.has("json");
  const quiet = given.has("quiet");
  const quick = given.has("quick");
  await withDevice(given, async (device, signal) => {
    gpuOnly(device);
    if (baseline) {
      // What cannot be compared is reported before the work.
      const rows = baseline.rows.filter((row) => chosen.some(({ model }) => model === row.model));
      compare({ ...baseline, device: device.info, rows }, baseline);
    }
    const say = (text: string) => {
      if (plain) process.stdout.write(text);
    };
    say(`device  ${deviceLine(device.info)}\n`);
    const log = (text: string) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    };
    using progress = new Progress({ unit: "models", total: chosen.length, quiet });
    using meter = await energyMeter(device.info);
    await using others = given.has("peers") ? programs(log) : undefined;
    const document: BenchDocument = {
      ...{ gibbs: __GIBBS_VERSION__, commit: __GIBBS_COMMIT__, date: new Date().toISOString(), device: device.info },
      ...{ driver: await driverOf(device.info), system: systemRecord() },
      ...{ ...(meter ? { energy: meter.source } : {}), rows: [], exponents: [] },
    };
    const write = async () => {
      if (out !== undefined) await writeFileWhole(out, `${JSON.stringify(document, null, 2)}\n`);
    };
    let machineShown = false;
    const options: RunOptions = {
      ...{ quick, log, signal, ...(baseline ? { baseline } : {}) },
      ...{ ...(others ? { programs: others } : {}), ...(meter ? { meter } : {}) },
      onProgress: (text, done) => progress.update(done, text),
      onUpdate() {
        if (!machineShown && document.machine) say(`${machineText(document.machine)}\n`);
        machineShown = true;
      },
      async onModel(model, rows, exponents) {
        await write();
        say(`\n${modelBlock(model, rows, exponents)}`);
      },
    };
    // What was measured before a loss of the device, or Ctrl-C, is worth keeping.
    const error: unknown = await runBenches(device, chosen, document, options).then(
      () => undefined,
      (error) => error ?? new FailedError("the benchmark ended."),
    );
    const { length } = document.rows;
    if (error === undefined) await write();
    else if (out !== undefined && length > 0) {
      await write().then(
        () => log(`${out} keeps the ${length} rows that were measured`),
        (failure) => log(failure.message), // the error before is the one to throw
      );
    }
    if (!plain) process.stdout.write(json(document));
    if (error !== undefined) throw error;
    if (document.comparison) judge(document.comparison, plain ? process.stdout : quiet ? undefined : process.stderr);
  });
}

/** @throws UsageError */
function benchesOf(names: readonly string[]): Chosen[] {
  for (const name of names) {
    modelOf(name, "gibbs bench");
    if (!benched.includes(name))
      throw new UsageError(`there is no benchmark of ${name}; there are ${benched.join(", ")}.`);
  }
  return [...new Set(names.length > 0 ? names : benched)].map((model) => ({ model, load: () => benchOf(model) }));
}

/** @throws UsageError */
async function outOf(given: Arguments): Promise<string | undefined> {
  const path = given.text("out");
  if (path === undefined) return undefined;
  if (extname(path).toLowerCase() !== ".json") throw new UsageError(`out "${path}": a benchmark is written as .json.`);
  await asUsage(checkWritable(path));
  return path;
}

/** @throws UsageError, ParameterError */
async function baselineOf(given: Arguments): Promise<KeptDocument | undefined> {
  const path = given.text("baseline");
  if (path === undefined) return undefined;
  const text = await readFile(path, "utf8").catch((error) => {
    throw new UsageError(`baseline ${path} cannot be read: ${reason(error)}.`);
  });
  return readResult(text, path);
}

/** @throws FailedError where a kernel is slower */
function judge(
  { rows, missing }: NonNullable<BenchDocument["comparison"]>,
  to: NodeJS.WritableStream | undefined,
): void {
  to?.write(`\n${comparisonTable(rows)}`);
  if (missing.length > 0) to?.write(`\nin the baseline only:\n${missing.map((row) => `  ${row}\n`).join("")}`);
  const slower = rows.filter(({ verdict }) => verdict === "slower");
  if (slower.length > 0)
    throw new FailedError(`${slower.length} of ${rows.length} kernels are slower than the baseline.`);
}
