// `--queue`: puts the parts of a run on a queue, waits for them, and merges them. Who comes back - by the same command, or by `gibbs merge
// --attach` - finds what there is.

import { setTimeout as delay } from "node:timers/promises";
import { unitsOf } from "../../src/models/parts.ts";
import type { Arguments } from "../cli/arguments.ts";
import { FailedError, InterruptedError, UsageError } from "../cli/errors.ts";
import type { Given } from "../cli/given.ts";
import { Interruption } from "../cli/interrupt.ts";
import { checkMerge, decodePart, mergeFiles, type PartFile } from "../cli/merge.ts";
import { Progress } from "../cli/progress.ts";
import { BUILD, checkFlags, identityOf, MOST_PARTS, membersOf, type Whole } from "../cli/shard.ts";
import { encodeDocument } from "./document.ts";
import { type Failure, idOf, type RunState, type Runs, type WorkerState, withQueue } from "./runs.ts";

/** Milliseconds between two looks at the queue. */
const LOOK = 500;
/** Looks at an empty queue before parts are taken for lost. */
const LOOKS = 10;
/** Milliseconds that a queue has to answer after Ctrl-C. */
const FAREWELL = 1000;
/** Parts that a worker has on average, so that a slow one does not hold all up. */
const PARTS_A_WORKER = 4;
const FEWEST = 16;

/** @throws UsageError, ParameterError, QueueError, InterruptedError, FailedError */
export async function submit({ given, model, inputs }: Given, whole: Whole): Promise<void> {
  checkFlags(given, "queue");
  if (given.has("checkpointEvery"))
    throw new UsageError("checkpoint-every: workers keep checkpoints; give it to gibbs worker.");
  await checkMerge(given, model, whole.command, whole.jobs.length);
  const divided = { model, inputs, whole };
  membersOf(divided, { index: 0, of: 1 }); // throws where it cannot be divided
  const run = await identityOf(divided);
  await merged(given, async (runs, signal) => {
    const id = idOf(run);
    const known = await runs.run(id);
    const parts = given.number("parts", { least: 1, whole: true });
    if (known && parts !== undefined && parts !== known.of) {
      throw new UsageError(
        `parts ${parts}: run ${id} is on the queue in ${known.of} parts; leave --parts out, or drop it by gibbs queue --drop ${id}.`,
      );
    }
    const workers = (await runs.workers()).filter(({ gibbs }) => gibbs === BUILD).length;
    const units = whole.jobs.reduce((sum, { parameters }) => sum + unitsOf(model, parameters), 0) / whole.copies;
    const of = known?.of ?? parts ?? Math.min(units, Math.max(FEWEST, PARTS_A_WORKER * workers));
    if (of > MOST_PARTS) throw new UsageError(`parts ${of}: there can be up to ${MOST_PARTS}.`);
    const state: RunState = known ?? {
      ...{ id, model: model.name, command: whole.command, gibbs: BUILD, of },
      submitted: new Date().toISOString(),
    };
    state.of = await runs.claim(state);
    if (await runs.isQueued(id)) await runs.retry(id);
    else await runs.submit(state, await encodeDocument({ ...divided, of: state.of }));
    return collect(runs, state, given, signal);
  });
}

/** `gibbs merge --queue URL --attach RUN`. @throws UsageError, QueueError, InterruptedError, FailedError */
export async function attach(given: Arguments): Promise<void> {
  const id = given.text("attach");
  if (id === undefined)
    throw new UsageError("attach: name the run: gibbs merge --queue URL --attach RUN; gibbs queue lists them.");
  await merged(given, async (runs, signal) => {
    const state = await runs.run(id);
    if (!state) throw runs.gone(id);
    if (state.gibbs !== BUILD)
      throw new UsageError(`attach ${id}: gibbs ${state.gibbs} submitted it, and this is ${BUILD}; use that version.`);
    if (!(await runs.isQueued(id)))
      throw new UsageError(`attach ${id}: its submission was interrupted; give the command that submits it again.`);
    return collect(runs, state, given, signal);
  });
}

/** Calls `action` with the queue, and then merges the parts that it returns. */
async function merged(
  given: Arguments,
  action: (runs: Runs, signal: AbortSignal) => Promise<PartFile[]>,
): Promise<void> {
  const files = await opened(given, action);
  await mergeFiles(files, given);
  // Only now, for a full disk must not take the parts away; and who has the results need not know if this fails.
  await opened(given, (runs) => runs.merged(idOf(files[0].run))).catch(() => {});
}

/** Calls `action` with the queue, until it ends or Ctrl-C; with Redis away, an answer may never come. */
function opened<T>(given: Arguments, action: (runs: Runs, signal: AbortSignal) => Promise<T>): Promise<T> {
  const act = async (runs: Runs) => {
    using interruption = new Interruption();
    const { signal } = interruption;
    const stop = (reject: (error: unknown) => void) => setTimeout(reject, FAREWELL, interrupted(runs, given)).unref();
    const stopped = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => stop(reject), { once: true }),
    );
    return await Promise.race([action(runs, signal), stopped]);
  };
  return withQueue(given, act, (text) => given.has("quiet") || process.stderr.write(`gibbs: note: ${text}.\n`));
}

/** @param id the run's, where it is known */
const interrupted = (runs: Runs, given: Arguments, id = "RUN") =>
  new InterruptedError(`interrupted; the workers go on. Return by: ${attaching(runs, given, id)}`);

/** The command that returns to a run, with the files that were asked for. */
function attaching({ address }: Runs, given: Arguments, id: string): string {
  const files = ["store", "out", "checkpoint"].flatMap((name) =>
    given.texts(name).map((value) => `--${name} ${value}`),
  );
  return [
    "gibbs merge --queue",
    address.shown,
    "--attach",
    id,
    ...files,
    ...(given.has("json") ? ["--json"] : []),
  ].join(" ");
}

/** Waits for the parts of a run. @throws QueueError, InterruptedError, FailedError */
async function collect(
  runs: Runs,
  { id, of, model }: RunState,
  given: Arguments,
  signal: AbortSignal,
): Promise<PartFile[]> {
  const quiet = given.has("quiet");
  const tell = (text: string) => {
    if (!quiet) process.stderr.write(`gibbs: ${text}\n`);
  };
  tell(`run ${id} (${model}) is on ${runs.address.shown} in ${of} parts.`);
  let told = false;
  let failures: Failure[] = [];
  let idle = 0;
  try {
    using progress = new Progress({ unit: "parts", total: of, quiet });
    for (;;) {
      const [done, workers] = await Promise.all([runs.count(id), runs.workers()]);
      failures = await runs.failures(id);
      if (done + failures.length >= of) break;
      if (!(await runs.run(id))) throw runs.gone(id);
      await runs.awaited(id);
      const own = workers.filter(({ gibbs }) => gibbs === BUILD);
      if (own.length === 0 && !told) tell(noWorkers(runs, workers));
      told ||= own.length === 0;
      const atWork = own.reduce((sum, { at }) => sum + (at?.run === id ? at.fraction : 0), 0);
      progress.update(done + atWork, `${done} of ${of} parts, ${own.length} workers`);
      // Parts that are neither there nor on the queue will never come.
      idle = (await runs.isBusy()) ? 0 : idle + 1;
      if (idle > LOOKS)
        throw new FailedError(
          `run ${id}: ${of - done} of ${of} parts are not on the queue any more; drop it by gibbs queue --drop ${id}, and submit it again.`,
        );
      await delay(LOOK, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw interrupted(runs, given, id);
  }
  const indices = await runs.indices(id);
  if (failures.length > 0 && !given.has("partial")) {
    const shown = failures.slice(0, 5).map(({ index, message }) => `part ${index + 1}: ${message}`);
    const more = failures.length > shown.length ? `\n  and ${failures.length - shown.length} more` : "";
    const remedy = `Try them again by gibbs queue --queue ${runs.address.shown} --retry ${id}, or merge the others by ${attaching(runs, given, id)} --partial.`;
    throw new FailedError(
      `${failures.length} of ${of} parts of run ${id} failed:\n  ${shown.join("\n  ")}${more}\n${remedy}`,
    );
  }
  if (indices.length === 0) throw new FailedError(`run ${id}: no part of it is there.`);
  const files: PartFile[] = [];
  for (const index of indices)
    files.push(await decodePart(`part ${index + 1} of run ${id}`, await runs.part(id, index)));
  return files;
}

function noWorkers({ address }: Runs, others: readonly WorkerState[]): string {
  const start = `start some by: gibbs worker --queue ${address.shown}`;
  if (others.length === 0) return `note: no worker is there; ${start}`;
  const versions = [...new Set(others.map(({ gibbs }) => gibbs))].join(", ");
  return `note: no worker of gibbs ${BUILD} is there (${others.length} of ${versions}); ${start}`;
}
