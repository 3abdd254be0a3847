// `gibbs bench`: how fast is this device, and is it slower than it was.

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Bench } from "../../bench/harness/case.ts";
import { gpuOnly } from "../../bench/harness/case.ts";
import { compare } from "../../bench/harness/compare.ts";
import { measureMachine } from "../../bench/harness/machine.ts";
import { type BenchDocument, type KeptDocument, readResult } from "../../bench/harness/result.ts";
import { type BenchOptions, timeBench } from "../../bench/harness/time.ts";
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
    help: "compare with an earlier result; exit 1 where a kernel is slower beyond noise",
  },
  { name: "out", value: "FILE", help: "write the result to FILE.json, anew after each model" },
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
  const document = await withDevice(given, async (device, signal) => {
    gpuOnly(device);
    if (baseline) {
      // What cannot be compared is told before the work.
      const rows = baseline.rows.filter((row) => chosen.some(({ model }) => model === row.model));
      compare({ ...baseline, device: device.info, rows }, baseline);
    }
    if (plain) process.stdout.write(`device  ${deviceLine(device.info)}\n`);
    const log = (text: string) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    };
    using progress = new Progress({ unit: "models", total: chosen.length, quiet });
    progress.update(0, "measuring what the device does at most");
    const quick = given.has("quick");
    const machine = await measureMachine(device, { quick, signal });
    if (plain) process.stdout.write(`${machineText(machine)}\n`);
    using meter = await energyMeter(device.info);
    await using others = given.has("peers") ? programs(log) : undefined;
    const document: BenchDocument = {
      ...{ gibbs: __GIBBS_VERSION__, commit: __GIBBS_COMMIT__, date: new Date().toISOString(), device: device.info },
      ...{ driver: await driverOf(device.info), system: systemRecord(), machine },
      ...{ ...(meter ? { energy: meter.source } : {}), rows: [], exponents: [] },
    };
    let done = 0;
    const options: BenchOptions = {
      ...{ quick, machine, log, signal, ...(others ? { programs: others } : {}), ...(meter ? { meter } : {}) },
      onProgress: (text) => progress.update(done, text),
    };
    for (const { model, load } of chosen) {
      const { rows, exponents } = await keeping(out, document, options, async (noting) =>
        timeBench(model, await load(), device, noting),
      );
      done++;
      if (plain) process.stdout.write(`\n${modelBlock(model, rows, exponents)}`);
    }
    return document;
  });
  if (!plain) process.stdout.write(json(document));
  if (baseline) judge(document, baseline, plain ? process.stdout : quiet ? undefined : process.stderr);
}

type Timed = Awaited<ReturnType<typeof timeBench>>;

/** Adds a model's rows to the document as they come, and writes it whatever happens: an interruption or a failure costs what follows. */
async function keeping(
  out: string | undefined,
  document: BenchDocument,
  options: BenchOptions,
  time: (noting: BenchOptions) => Promise<Timed>,
): Promise<Timed> {
  const write = async () => {
    if (out !== undefined) await writeFileWhole(out, `${JSON.stringify(document, null, 2)}\n`);
  };
  try {
    const timed = await time({ ...options, onRow: (row) => document.rows.push(row) });
    document.exponents.push(...timed.exponents);
    await write();
    return timed;
  } catch (error) {
    const { length } = document.rows;
    if (out !== undefined && length > 0) {
      await write().then(
        () => options.log(`${out} keeps the ${length} rows that were measured`),
        (failure) => options.log(failure.message), // the error before is the one to throw
      );
    }
    throw error;
  }
}

interface Chosen {
  model: string;
  load: () => Promise<Bench>;
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
function judge(document: BenchDocument, baseline: KeptDocument, to: NodeJS.WritableStream | undefined): void {
  const { rows, missing } = compare(document, baseline);
  to?.write(`\n${comparisonTable(rows)}`);
  if (missing.length > 0) to?.write(`\nin the baseline only:\n${missing.map((row) => `  ${row}\n`).join("")}`);
  const slower = rows.filter(({ verdict }) => verdict === "slower");
  if (slower.length > 0)
    throw new FailedError(`${slower.length} of ${rows.length} kernels are slower than the baseline.`);
}
