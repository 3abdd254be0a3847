// `gibbs worker`: takes parts from a queue, one after the other, on one device. A part that another worker left goes on from its checkpoint.

import { hostname } from "node:os";
import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import { type Device, deviceName } from "../../src/device/device.ts";
import { CheckpointError, DeviceLostError, GibbsError } from "../../src/device/errors.ts";
import { decodeCheckpoint } from "../../src/models/checkpoint.ts";
import { Arguments } from "../cli/arguments.ts";
import { withDevice } from "../cli/device.ts";
import { InterruptedError, QueueError } from "../cli/errors.ts";
import { WORKER_FLAGS } from "../cli/flags.ts";
import { duration } from "../cli/format.ts";
import { BUILD, makePart, partFile } from "../cli/shard.ts";
import { type Document, decodeDocument } from "./document.ts";
import { asQueueError } from "./redis.ts";
import { MOST_DEATHS, type PartJob, QUEUE, type Runs, type WorkerState, withQueue } from "./runs.ts";

/** Runs whose documents stay decoded. */
const MOST_RUNS = 4;
/** Milliseconds between two looks whether others' versions have work. */
const LOOK = 30_000;
/** Milliseconds that Redis has to answer when a worker ends. */
const FAREWELL = 5000;

/** @throws UsageError, DeviceUnavailableError, QueueError, DeviceLostError */
export async function worker(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, WORKER_FLAGS, "gibbs worker");
  given.noWords("gibbs worker");
  const lease = given.number("lease", { least: 1 }) ?? 30;
  const every = given.number("checkpointEvery", { least: 0 }) ?? 60;
  const log = (text: string) => {
    if (!given.has("quiet")) process.stdout.write(`${new Date().toISOString()} ${text}\n`);
  };
  const answered = await withDevice(given, (device, signal) =>
    withQueue(
      given,
      async (runs) => {
        using maker = new PartMaker(runs, device, { lease, every, signal, log });
        log(`worker of gibbs ${BUILD} on ${deviceName(device.info)}, ${runs.address.shown}`);
        return await maker.work(given.has("drain"));
      },
      log,
    ),
  );
  // BullMQ waits for a Redis that is away, by timers that nobody can stop. The device is freed, so the process may end here.
  if (!answered) process.exit();
}

interface PartMakerOptions {
  /** Seconds. */
  lease: number;
  every: number;
  signal: AbortSignal;
  log: (text: string) => void;
}

/** Makes the parts that BullMQ hands to this process. */
class PartMaker implements Disposable {
  readonly #runs: Runs;
  readonly #device: Device;
  readonly #options: PartMakerOptions;
  readonly #documents = new Map<string, Document>();
  readonly #worker: Worker<PartJob>;
  readonly #told = new Set<string>();
  #nextLook = 0;
  #at: WorkerState["at"];
  /** Stops the part at work. */
  #stop = new AbortController();
  /** Whether the part at work is another worker's by now. */
  #isLeft = false;
  #lost: DeviceLostError | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(runs: Runs, device: Device, options: PartMakerOptions) {
    this.#runs = runs;
    this.#device = device;
    this.#options = options;
    const milliseconds = 1000 * options.lease;
    this.#worker = new Worker<PartJob>(QUEUE, (job, token) => this.#take(job, token!), {
      ...{ ...runs.options, autorun: false, concurrency: 1, drainDelay: 1 },
      ...{ lockDuration: milliseconds, stalledInterval: milliseconds / 2, maxStalledCount: MOST_DEATHS },
    });
    this.#worker.on("error", () => {}); // connections: told by `runs`; locks: below
    this.#worker.on("lockRenewalFailed", () => this.#leave());
    this.#worker.on("failed", (job, error) => this.#tellFailure(job, error));
  }

  /** Takes parts until Ctrl-C; with `drain` until there are none. False where Redis did not take the farewell. @throws DeviceLostError */
  async work(drain: boolean): Promise<boolean> {
    const { signal, lease } = this.#options;
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const stop = () => {
      this.#stop.abort(signal.reason);
      end();
    };
    signal.addEventListener("abort", stop, { once: true });
    const report = async () => {
      await this.#report();
      if (this.#lost || (drain && !(await this.#runs.isBusy()))) end();
    };
    await report();
    let reporting = false;
    this.#timer = setInterval(
      async () => {
        if (reporting) return; // Redis is away
        reporting = true;
        await report().catch(() => {});
        reporting = false;
      },
      Math.min(1000, (1000 * lease) / 3),
    );
    const running = this.#worker.run();
    await Promise.race([ended, running]);
    const closed = this.#worker.close().then(() => this.#runs.signOff());
    // The part at work is given back after its submission, however long that takes; a Redis that is away is not waited for.
    let answered = false;
    do {
      const late = new Promise<false>((resolve) => setTimeout(resolve, FAREWELL, false).unref());
      answered = await Promise.race([closed.then(() => true), late]).catch(() => false);
    } while (!answered && this.#runs.isThere);
    if (this.#lost) throw this.#lost;
    return answered;
  }

  async #report(): Promise<void> {
    const { lease, log } = this.#options;
    const at = this.#at && { ...this.#at };
    await this.#runs.report({
      ...{ gibbs: BUILD, device: deviceName(this.#device.info), host: hostname(), pid: process.pid, lease },
      ...(at && { at }),
    });
    if (this.#at || Date.now() < this.#nextLook) return;
    this.#nextLook = Date.now() + LOOK;
    for (const { id, gibbs } of await this.#runs.all()) {
      if (gibbs === BUILD || this.#told.has(id)) continue;
      this.#told.add(id);
      log(`run ${id} was submitted by gibbs ${gibbs}; this is ${BUILD}, which does not take its parts`);
    }
  }

  /** Makes a part. What it throws counts as an attempt, unless there is no use in another. */
  async #take(job: Job<PartJob>, token: string): Promise<void> {
    const part = jobOf(job);
    if (await this.#runs.hasPart(part.run, part.index)) return; // delivered by a worker that died before it could say so
    [this.#stop, this.#isLeft] = [new AbortController(), false];
    if (this.#options.signal.aborted) this.#stop.abort();
    this.#at = { ...part, fraction: 0 };
    const hold = async () => {
      if ((await job.extendLock(token, 1000 * this.#options.lease)) !== 1) this.#leave();
      if (this.#isLeft) throw new QueueError("another worker has this part");
    };
    try {
      await this.#make(part, hold);
    } catch (error) {
      const why = await this.#reasonToLeave(error, part);
      if (why !== undefined) return this.#options.log(`part ${part.index + 1} of run ${part.run} is left: ${why}`);
      if (!this.#isLeft && (error instanceof InterruptedError || this.#options.signal.aborted)) {
        await job.moveToWait(token); // others go on from its checkpoint
        throw new WaitingError();
      }
      throw this.#asAttempt(error);
    } finally {
      this.#at = undefined;
    }
  }

  /** @param hold throws where the part is another worker's by now */
  async #make({ run: id, index }: PartJob, hold: () => Promise<void>): Promise<void> {
    const { every, log } = this.#options;
    const document = await this.#document(id);
    const { model, of, run } = document;
    if (index >= of) throw new QueueError(`part ${index + 1} is none of ${of}.`);
    const shard = { index, of };
    const name = `part ${index + 1} of ${of} of run ${id} (${model.name})`;
    const start = performance.now();
    const saved = await this.#saved(id, index, document);
    if (Object.keys(saved).length > 0) log(`${name} goes on from its checkpoint`);
    const { bytes } = await makePart(document, shard, {
      ...{ device: this.#device, signal: this.#stop.signal, quiet: true, saved },
      keeping: { path: undefined, seconds: every },
      save: async (sections) => {
        await hold();
        await this.#runs.save(id, index, await partFile(model.name, { ...shard, run }, sections));
      },
      onProgress: (fraction) => {
        if (this.#at) this.#at.fraction = fraction;
      },
    });
    await hold();
    await this.#runs.keepPart(id, index, bytes);
    log(`${name}: ${duration((performance.now() - start) / 1000)}`);
  }

  /** Why a part is no longer this worker's, if it is not. */
  async #reasonToLeave(error: unknown, { run, index }: PartJob): Promise<string | undefined> {
    if (this.#isLeft) return `it is another worker's, for this one had not reported for ${this.#options.lease} s`;
    if (error instanceof CheckpointError) await this.#runs.forgetSaved(run, index); // the next attempt begins anew
    const isGone = error instanceof QueueError && !(await this.#runs.run(run));
    return isGone ? "the run is not on the queue any more" : undefined;
  }

  /** What BullMQ counts as an attempt. */
  #asAttempt(error: unknown): Error {
    if (error instanceof DeviceLostError) {
      this.#lost = error;
      void this.#worker.pause(true); // or it would fail the next parts as well
    }
    if (error instanceof QueueError) return new UnrecoverableError(error.message);
    const known = asQueueError(error, this.#runs.address); // Redis refused; it may not the next time
    if (known instanceof GibbsError) return known;
    return new Error(`this is a bug in gibbs: ${error instanceof Error ? error.stack : error}`);
  }

  async #document(id: string): Promise<Document> {
    // A run that was dropped and submitted again may have other parts.
    const of = (await this.#runs.run(id))?.of;
    const known = this.#documents.get(id);
    if (known && known.of === of) return known;
    const document = await decodeDocument(id, await this.#runs.document(id));
    const [oldest] = this.#documents.keys();
    if (this.#documents.size >= MOST_RUNS) this.#documents.delete(oldest);
    this.#documents.set(id, document);
    return document;
  }

  /** The simulations of a part as another worker left them; none where they are damaged. */
  async #saved(id: string, index: number, { run, of }: Document): Promise<Readonly<Record<string, Uint8Array>>> {
    try {
      const bytes = await this.#runs.saved(id, index);
      if (!bytes) return {};
      const { header, sections } = await decodeCheckpoint(bytes);
      const { shard } = header as { shard?: { run?: string; index?: number; of?: number } };
      return shard?.run === run && shard.index === index && shard.of === of ? sections : {};
    } catch (error) {
      // Also where a worker died between the store and Redis.
      if (error instanceof CheckpointError || error instanceof QueueError) return {};
      throw error;
    }
  }

  #leave(): void {
    this.#isLeft = true;
    this.#stop.abort();
  }

  #tellFailure(job: Job<PartJob> | undefined, error: Error): void {
    if (!job || error instanceof WaitingError) return;
    const { run, index } = job.data ?? {};
    const isLast = error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1);
    this.#options.log(
      `part ${Number(index) + 1} of run ${shown(run)} failed${isLast ? " and is set aside" : `, attempt ${job.attemptsMade}`}: ${error.message}`,
    );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** What a job names; a queue that others can write to may hold anything. @throws UnrecoverableError */
function jobOf({ data }: Job<PartJob>): PartJob {
  const { run, index } = data ?? {};
  if (typeof run === "string" && /^[0-9a-f]{1,64}$/.test(run) && Number.isSafeInteger(index) && index >= 0) return data;
  throw new UnrecoverableError("the job names no part of a run");
}

/** Also of a job that gibbs has not made: a log is read on a terminal. */
const shown = (run: unknown) => (typeof run === "string" && /^\w+$/.test(run) ? run : JSON.stringify(run));
