// `gibbs validate`: is this device right.

import { models } from "../../src/models/index.ts";
import type { Check } from "../../src/models/model.ts";
import { figure, reportHtml, type Validation, validateModels } from "../../src/validation/index.ts";
import { checkWritable, writeFileWhole } from "../files/write.ts";
import { systemRecord } from "../system.ts";
import { Arguments, type Flag } from "./arguments.ts";
import { withDevice } from "./device.ts";
import { asUsage, FailedError, UsageError } from "./errors.ts";
import { DEVICE, JSON_FLAG, QUICK, QUIET } from "./flags.ts";
import { duration } from "./format.ts";
import { modelOf } from "./given.ts";
import { Progress } from "./progress.ts";
import { deviceLine, json } from "./report.ts";

const OUT: Flag = { name: "out", value: "FILE", help: "write a report with plots, as one self-contained .html file" };

export const VALIDATE_FLAGS: readonly Flag[] = [
  DEVICE,
  { ...QUICK, help: "the short form, in seconds on a software adapter; this is what happens without a flag" },
  { name: "full", help: "the long form: more sizes and temperatures, smaller errors; minutes on a software adapter" },
  JSON_FLAG,
  OUT,
  QUIET,
];

export async function validate(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, VALIDATE_FLAGS, "gibbs validate");
  const named = [...new Set(given.positionals)].map((name) => modelOf(name, "gibbs validate"));
  const chosen = named.length > 0 ? named : models;
  const effort = effortOf(given);
  const path = given.text("out");
  if (path !== undefined) {
    if (!/\.html?$/i.test(path)) throw new UsageError(`out "${path}": a validation writes a report; name it .html.`);
    await asUsage(checkWritable(path));
  }
  const plain = !given.has("json");
  const checks: Check[] = [];
  await withDevice(given, async (device, signal) => {
    if (plain) process.stdout.write(`device  ${deviceLine(device.info)}\n\n${HEAD}`);
    using progress = new Progress({ unit: "checks", total: 0, quiet: given.has("quiet") || plain });
    const start = performance.now();
    const checking = async () => {
      for await (const check of validateModels(chosen, device, { quick: effort === "quick", signal })) {
        signal.throwIfAborted();
        checks.push(check);
        progress.update(checks.length);
        if (plain) process.stdout.write(line(check));
      }
    };
    // What was found before a loss of the device, or Ctrl-C, is worth keeping.
    const error: unknown = await checking().then(
      () => undefined,
      (error) => error ?? new FailedError("the checks ended."),
    );
    const seconds = (performance.now() - start) / 1000;
    const ended = error === undefined ? {} : { ended: error instanceof Error ? error.message : String(error) };
    const validation: Validation = {
      ...{ gibbs: __GIBBS_VERSION__, commit: __GIBBS_COMMIT__, device: device.info, system: systemRecord(), effort },
      ...{ models: chosen.map(({ name }) => name), again: again(given, effort) },
      ...{ date: new Date().toISOString(), seconds, checks, ...ended },
    };
    if (!plain) process.stdout.write(json(validation));
    else process.stdout.write(`\n${passed(checks)} of ${checks.length} checks passed, ${duration(seconds)}\n`);
    if (path !== undefined) await writeFileWhole(path, new TextEncoder().encode(reportHtml(validation)));
    if (error !== undefined) throw error;
  });
  const failed = checks.length - passed(checks);
  if (failed > 0) throw new FailedError(`${failed} of ${checks.length} checks failed.`);
}

function effortOf(given: Arguments): Validation["effort"] {
  if (given.has("quick") && given.has("full")) throw new UsageError("--quick and --full: give one of them.");
  return given.has("full") ? "full" : "quick";
}

/** The command that makes the same checks. */
function again(given: Arguments, effort: Validation["effort"]): string {
  const device = given.text("device");
  const words = [...given.positionals, `--${effort}`, ...(device === undefined ? [] : ["--device", device])];
  return `gibbs validate ${words.join(" ")}`;
}

const passed = (checks: readonly Check[]) => checks.filter(({ pass }) => pass).length;

/** The check comes last, being the longest. */
const row = (verdict: string, figure: string, bound: string, model: string, oracle: string, name: string) =>
  `${verdict.padEnd(7)}  ${figure.padStart(9)}  ${bound.padStart(9)}  ${model.padEnd(18)}  ${oracle.padEnd(12)}  ${name}\n`;

const HEAD = row("verdict", "figure", "bound", "model", "oracle", "check");

const line = ({ model, oracle, name, value, bound, pass }: Check) =>
  row(pass ? "pass" : "FAIL", figure(value), figure(bound), model, oracle, name);
