// `gibbs run MODEL --replay LIST`: chosen trajectories again, all that happens in each.

import { ParameterError } from "../../src/device/errors.ts";
import { writeFileWhole } from "../files/write.ts";
import { withDevice } from "./device.ts";
import { UsageError } from "./errors.ts";
import { definitions, table } from "./format.ts";
import type { Given } from "./given.ts";
import { Job } from "./job.ts";
import { checkOutputs, contentOf, endingOf } from "./outputs.ts";
import { commonOf, deviceLine, json, notesText, parameterLine } from "./report.ts";
import type { Values } from "./values.ts";

const ENDINGS = [".csv", ".npy"];
const MOST = 100_000;

export async function replay(
  { model, given, inputs, link, checkpoint }: Given,
  { values, notes, seed }: { values: Values; notes: readonly string[]; seed: bigint | undefined },
): Promise<void> {
  if (!model.replay) throw new UsageError(`replay: ${model.name} has no trajectories that could be followed alone.`);
  if (checkpoint) throw new UsageError("replay: leave --resume out; give what the run began with, and its seed.");
  const list = trajectoriesOf(given.text("replay")!);
  const outputs = given.texts("out");
  await checkOutputs(outputs, ENDINGS);
  const own = link
    ? { parameters: link.parameters as Values, seed: link.seed }
    : { parameters: values, seed: seed ?? 1n };
  await withDevice(given, async (device) => {
    const plan = { warmup: 0, steps: 0, measureEvery: 1 };
    using job = await Job.create(model, device, { ...own, inputs, plan, command: "run" });
    const found = await model.replay!(job.simulation, list);
    const { gibbs, parameters, seed: used, device: info } = commonOf(job);
    const all = [...notes, ...(job.simulation.notes?.() ?? [])];
    if (given.has("json")) {
      const { summary: trajectories, legend: reactions, warnings } = found;
      process.stdout.write(
        json({
          gibbs,
          model: model.name,
          parameters,
          seed: used,
          device: info,
          trajectories,
          reactions,
          warnings,
          notes: all,
        }),
      );
    } else {
      const lines: [string, string][] = [
        ["device", deviceLine(info)],
        [model.name, parameterLine(parameters, used, model, given)],
        ...outputs.map((path): [string, string] => ["file", path]),
      ];
      const head = Object.keys(found.summary[0] ?? {});
      const rows = found.summary.map((row) => head.map((name) => String(row[name])));
      process.stdout.write(`${definitions(lines, 0)}\n${table(head, rows)}\n${notesText(all)}`);
    }
    for (const warning of found.warnings) process.stderr.write(`gibbs: warning: ${warning}\n`);
    for (const path of outputs) {
      await writeFileWhole(path, await contentOf(endingOf(path, ENDINGS) === ".csv" ? found.table : found.array()));
    }
  });
}

/** 17, 0,17 or FROM:TO, both included. @throws ParameterError */
function trajectoriesOf(text: string): number[] {
  const list = text.split(",").flatMap((part) => {
    const [, from, to = from] = /^\s*(\d+)(?::(\d+))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === undefined || last < first || last > 2 ** 32 - 2) {
      throw new ParameterError(
        "replay",
        `replay "${text}": give numbers of trajectories from 0, or ranges FROM:TO, as in 0,17 or 0:9.`,
      );
    }
    if (last - first >= MOST) throw tooMany();
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  if (list.length > MOST) throw tooMany();
  return [...new Set(list)];
}

const tooMany = () => new ParameterError("replay", `replay: ${MOST} trajectories are the most; take fewer.`);
