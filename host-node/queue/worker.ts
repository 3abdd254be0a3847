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
import { MOST_DEATHS, type PartJob, QUEUE, Runs, type WorkerState } from "./runs.ts";

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
  const answered = await withDevice(given, async (device, signal) => {
    await using runs = await Runs.open(given, (there) =>
      log(there ? "the queue is back" : "the queue does not answer; trying again"),
    );
    using bench = new Bench(runs, device, { lease, every, signal, log });
    log(`worker of gibbs ${BUILD} on ${deviceName(device.info)}, ${runs.address.shown}`);
    return await bench.work(given.has("drain"));
  });
  // BullMQ waits for a Redis that is away, by timers that nobody can stop. The device is freed, so the process may end here.
  if (!answered) process.exit();
}

interface BenchOptions {
  /** Seconds. */
  lease: number;
  every: number;
  signal: AbortSignal;
  log: (text: string) => void;
}

/** Where one worker works. */
class Bench implements Disposable {
  readonly #runs: Runs;
  readonly #device: Device;
  readonly #options: BenchOptions;
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

  constructor(runs: Runs, device: Device, options: BenchOptions) {
    this.#runs = runs;
    this.#device = device;
    this.#options = options;
    const milliseconds = 1000 * options.lease;
    this.#worker = new Worker<PartJob>(QUEUE, (job, token) => this.#take(job, token!), {
      ...{ connection: runs.connection, prefix: runs.prefix, autorun: false, concurrency: 1, drainDelay: 1 },
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
    const answered = await Promise.race([
      closed.then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, FAREWELL, false).unref()),
    ]).catch(() => false);
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
    const { lease, signal, log } = this.#options;
    const { run: id, index } = jobOf(job);
    if (await this.#runs.hasPart(id, index)) return; // delivered by a worker that died before it could say so
    [this.#stop, this.#isLeft] = [new AbortController(), false];
    if (signal.aborted) this.#stop.abort(signal.reason);
    this.#at = { run: id, index, fraction: 0 };
    const hold = async () => {
      if ((await job.extendLock(token, 1000 * lease)) !== 1) this.#leave();
      if (this.#isLeft) throw new QueueError("another worker has this part");
    };
    try {
      const document = await this.#document(id);
      const { model, of, run } = document;
      if (index >= of) throw new QueueError(`part ${index + 1} is none of ${of}.`);
      const start = performance.now();
      const saved = await this.#saved(id, index, document);
      const part = `part ${index + 1} of ${of} of run ${id} (${model.name})`;
      if (Object.keys(saved).length > 0) log(`${part} goes on from its checkpoint`);
      const { bytes } = await makePart(
        document,
        { index, of },
        {
          ...{
            device: this.#device,
            signal: this.#stop.signal,
            quiet: true,
            keeping: { path: undefined, seconds: this.#options.every },
          },
          saved,
          save: async (sections) => {
            await hold();
            await this.#runs.save(id, index, await partFile(model.name, { index, of, run }, sections));
          },
          onProgress: (fraction) => {
            if (this.#at) this.#at.fraction = fraction;
          },
        },
      );
      await hold();
      await this.#runs.keepPart(id, index, bytes);
      log(`${part}: ${duration((performance.now() - start) / 1000)}`);
    } catch (error) {
      if (this.#isLeft) {
        log(`part ${index + 1} of run ${id} was given to another worker: this one had not reported for ${lease} s`);
        throw error;
      }
      if (error instanceof InterruptedError || signal.aborted) {
        await job.moveToWait(token); // others go on from its checkpoint
        throw new WaitingError();
      }
      if (error instanceof DeviceLostError) {
        this.#lost = error;
        void this.#worker.pause(true); // or it would fail the next parts as well
      }
      const known = asQueueError(error, this.#runs.address);
      if (error instanceof QueueError) throw new UnrecoverableError(error.message);
      if (known !== error) throw known; // Redis refused: it may not the next time
      throw error instanceof GibbsError ? error : new Error(`this is a bug in gibbs: ${(error as Error).stack}`);
    } finally {
      this.#at = undefined;
    }
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
