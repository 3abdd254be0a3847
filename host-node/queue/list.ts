// `gibbs queue`: the runs and the workers of a queue.

import { Arguments } from "../cli/arguments.ts";
import { UsageError } from "../cli/errors.ts";
import { LIST_FLAGS } from "../cli/flags.ts";
import { duration, table } from "../cli/format.ts";
import { json } from "../cli/report.ts";
import { type Runs, withQueue } from "./runs.ts";

/** @throws UsageError, QueueError */
export function queue(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, LIST_FLAGS, "gibbs queue");
  given.noWords("gibbs queue");
  return withQueue(given, (runs) => list(runs, given));
}

async function list(runs: Runs, given: Arguments): Promise<void> {
  for (const name of ["drop", "retry"] as const) {
    const id = given.text(name);
    if (id === undefined) continue;
    if (!(await runs.run(id)))
      throw new UsageError(`${name} ${id}: there is no such run on ${runs.address.shown}; gibbs queue lists them.`);
    await runs[name](id);
  }
  const states = await Promise.all(
    (await runs.all()).map(async (state) => ({
      ...state,
      done: await runs.count(state.id),
      failed: await runs.failures(state.id),
    })),
  );
  const workers = await runs.workers();
  if (given.has("json")) {
    process.stdout.write(json({ runs: states, workers }));
    return;
  }
  const age = (since: number) => duration(Math.max(0, Date.now() - since) / 1000);
  const runRows = states.map(({ id, model, command, of, done, failed, submitted, gibbs }) => [
    ...[id, `${command} ${model}`, `${done} of ${of}`, String(failed.length), age(Date.parse(submitted)), gibbs],
  ]);
  const workerRows = workers.map(({ host, pid, device, gibbs, at, seen }) => [
    ...[`${host} ${pid}`, device, gibbs],
    ...[at ? `part ${at.index + 1} of ${at.run}, ${Math.floor(100 * at.fraction)} %` : "waits", age(seen)],
  ]);
  const texts = [
    runRows.length > 0 ? table(["run", "of", "parts", "failed", "age", "gibbs"], runRows) : "no runs\n",
    workerRows.length > 0 ? table(["worker", "device", "gibbs", "at", "seen"], workerRows) : "no workers\n",
    ...states.flatMap(({ id, failed }) =>
      failed.map(({ index, message }) => `part ${index + 1} of run ${id} failed: ${message}\n`),
    ),
  ];
  process.stdout.write(texts.join("\n"));
}
