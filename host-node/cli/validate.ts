// `gibbs validate` and `gibbs bench`: is this device right, and how fast is it.

import type { BenchRow } from "../../bench/bench.ts";
import { benches } from "../../bench/index.ts";
import { models } from "../../src/models/index.ts";
import type { Check } from "../../src/models/model.ts";
import { Arguments } from "./arguments.ts";
import { withDevice } from "./device.ts";
import { FailedError, UsageError } from "./errors.ts";
import { DEVICE, JSON_FLAG, QUICK, QUIET } from "./flags.ts";
import { quantity } from "./format.ts";
import { modelOf } from "./given.ts";
import { Progress } from "./progress.ts";
import { deviceLine, json } from "./report.ts";

export const VALIDATE_FLAGS = [DEVICE, QUICK, JSON_FLAG, QUIET];
export const BENCH_FLAGS = [
  DEVICE,
  QUICK,
  { name: "peers", help: "also time plain C on the same cores (needs cc)" },
  JSON_FLAG,
  QUIET,
];

export async function validate(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, VALIDATE_FLAGS, "gibbs validate");
  const chosen = given.positionals.length > 0 ? given.positionals.map((n) => modelOf(n, "gibbs validate")) : models;
  const checks: Check[] = [];
  const plain = !given.has("json");
  await withDevice(given, async (device, signal) => {
    if (plain) process.stdout.write(`device  ${deviceLine(device.info)}\n\n`);
    using progress = new Progress({ unit: "checks", total: 0, quiet: given.has("quiet") || plain });
    for (const model of chosen) {
      for await (const check of model.validate(device, { quick: given.has("quick"), signal })) {
        signal.throwIfAborted();
        checks.push(check);
        progress.update(checks.length);
        if (plain) process.stdout.write(line(check));
      }
    }
    if (!plain) process.stdout.write(json({ gibbs: __GIBBS_VERSION__, device: device.info, checks }));
  });
  const failed = checks.filter(({ pass }) => !pass).length;
  if (plain) process.stdout.write(`\n${checks.length - failed} of ${checks.length} checks passed\n`);
  if (failed > 0) throw new FailedError(`${failed} of ${checks.length} checks failed.`);
}

function line({ model, oracle, name, value, bound, pass }: Check): string {
  const figure = Number.isInteger(value) ? String(value) : quantity(value);
  return `${pass ? "pass" : "FAIL"}  ${model}  ${oracle.padEnd(12)}  ${name}: ${figure} (bound ${bound})\n`;
}

export async function bench(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, BENCH_FLAGS, "gibbs bench");
  const names = given.positionals.length > 0 ? given.positionals : benches.map(({ model }) => model);
  const chosen = names.map((name) => {
    modelOf(name, "gibbs bench");
    const found = benches.find(({ model }) => model === name);
    if (!found)
      throw new UsageError(`there is no benchmark of ${name}; there are ${benches.map((b) => b.model).join(", ")}.`);
    return found;
  });
  const plain = !given.has("json");
  await withDevice(given, async (device, signal) => {
    if (plain) process.stdout.write(`device  ${deviceLine(device.info)}\n\n`);
    const rows: BenchRow[] = [];
    const log = (text: string) => {
      if (!given.has("quiet")) process.stderr.write(`${text}\n`);
    };
    const onRow = (row: BenchRow) => {
      if (plain) process.stdout.write(rowLine(row));
    };
    const options = { quick: given.has("quick"), peers: given.has("peers"), onRow, log, signal };
    for (const one of chosen) rows.push(...(await one.run(device, options)));
    if (!plain) process.stdout.write(json({ gibbs: __GIBBS_VERSION__, device: device.info, rows }));
  });
}

function rowLine({ model, kernel, size, rate, unit, spread, counted }: BenchRow): string {
  const figure = `${quantity(rate)} ${unit}`;
  const work = counted
    ? `  ${quantity(rate * counted.operations)} operations/s and ${quantity(rate * counted.bytes)} bytes/s as counted`
    : "";
  return `${model}  ${kernel.padEnd(16)}  ${size.join("×").padEnd(12)}  ${figure.padStart(18)}  spread ${(100 * spread).toFixed(0)} %${work}\n`;
}
