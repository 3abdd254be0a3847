// What a queue holds: runs, their parts as workers deliver them, checkpoints of parts at work, and the workers. BullMQ hands the parts out.

import { randomUUID } from "node:crypto";
import { type Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import * as z from "zod";
import type { Arguments } from "../cli/arguments.ts";
import { QueueError, UsageError } from "../cli/errors.ts";
import { BUILD } from "../cli/shard.ts";
import { Bytes, namesKey, together } from "./bytes.ts";
import { type Address, addressOf, asQueueError, connect } from "./redis.ts";
import { storeOf } from "./store.ts";

/** Hexadecimal digits of a run's identity that name it. */
const ID_DIGITS = 16;
/** Seconds that a run of which nothing is heard stays, and one that has been merged. */
const STAYS = { waiting: 14 * 86400, merged: 86400 };
/** Attempts of a part that fails, and workers that it may cost. */
const ATTEMPTS = 3;
export const MOST_DEATHS = 5;

/** BullMQ's names may not hold a colon. */
export const QUEUE = `gibbs ${BUILD}`.replaceAll(":", ".");
const PREFIX = "gibbs:queue";
const WORKERS = "gibbs:workers";
const RUNS = "gibbs:runs";
const key = (kind: "run" | "parts" | "saved", id: string) => `gibbs:${kind}:${id}`;

export const idOf = (run: string) => run.slice("sha256:".length, "sha256:".length + ID_DIGITS);

/** A part on the queue. */
export interface PartJob {
  run: string;
  /** From 0. */
  index: number;
}

/** Others can write to Redis, too: texts are shown on terminals. */
const text = z.string().transform((given) => given.replace(/[^\x20-\x7e]/g, "?").slice(0, 200));
const count = z.int().min(0);

const RUN = z.object({
  id: z.string(),
  model: text,
  command: text,
  /** By which it was submitted; other workers do not see its parts. */
  gibbs: text,
  of: z.string().transform(Number).pipe(z.int().min(1)),
  submitted: text,
});
/** What is known of a run. */
export type RunState = z.infer<typeof RUN>;
const RUN_FIELDS = ["model", "command", "gibbs", "of", "submitted"] as const;

const WORKER = z.object({
  gibbs: text,
  device: text,
  host: text,
  pid: count,
  /** Seconds without a report after which it is taken for dead. */
  lease: z.number().positive(),
  /** When it reported last, in milliseconds since 1970. */
  seen: z.number(),
  /** What it is at work on, and which fraction of it is made. */
  at: z.object({ run: text, index: count, fraction: z.number() }).optional(),
});
export type WorkerState = z.infer<typeof WORKER>;

/** A part that was set aside. */
export interface Failure {
  index: number;
  message: string;
  attempts: number;
}

/**
 * Calls `action` with the queue of --queue.
 *
 * @param tell told when Redis goes away and when it is back
 * @throws UsageError; QueueError, also for what Redis refuses on the way
 */
export async function withQueue<T>(
  given: Arguments,
  action: (runs: Runs) => Promise<T>,
  tell: (text: string) => void = () => {},
): Promise<T> {
  await using runs = await Runs.open(given, (there) =>
    tell(`the queue ${there ? "is back" : "does not answer; trying again"}`),
  );
  try {
    return await action(runs);
  } catch (error) {
    throw asQueueError(error, runs.address);
  }
}

export class Runs implements AsyncDisposable {
  readonly address: Address;
  readonly queue: Queue<PartJob>;
  readonly #redis: Redis;
  readonly #bytes: Bytes;
  /** This process among the workers. */
  readonly #name = randomUUID();
  /** Connections that BullMQ makes of the first one, to wait for parts. */
  readonly #copies = new Set<Redis>();

  private constructor(address: Address, redis: Redis, bytes: Bytes) {
    this.address = address;
    this.#redis = redis;
    this.#bytes = bytes;
    const duplicate = redis.duplicate.bind(redis);
    redis.duplicate = (options) => {
      const copy = duplicate(options);
      copy.on("error", () => {}); // told of by the first
      this.#copies.add(copy);
      return copy;
    };
    this.queue = new Queue(QUEUE, {
      ...{ connection: redis, prefix: PREFIX },
      streams: { events: { maxLen: 100 } }, // nobody reads them
    });
    this.queue.on("error", () => {}); // told of by the connection of this class
  }

  /** The queue of --queue, with the store of --store. @throws UsageError, QueueError */
  static async open(given: Arguments, onChange: (there: boolean) => void): Promise<Runs> {
    const url = given.text("queue");
    if (url === undefined) throw new UsageError("queue: it is missing; give --queue redis://HOST.");
    const address = addressOf(url);
    const place = given.text("store");
    const store = place === undefined ? undefined : await storeOf(place);
    const redis = await connect(address, onChange);
    return new Runs(address, redis, new Bytes(redis, store));
  }

  /** What a worker of BullMQ needs. */
  get options(): { connection: Redis; prefix: string } {
    return { connection: this.#redis, prefix: PREFIX };
  }

  /** Whether Redis answers. */
  get isThere(): boolean {
    return this.#redis.status === "ready";
  }

  /** What is known of a run, or undefined where there is none. */
  async run(id: string): Promise<RunState | undefined> {
    const fields = await this.#redis.hmget(key("run", id), ...RUN_FIELDS); // not the document, which may be large
    const { data } = RUN.safeParse({ id, ...Object.fromEntries(RUN_FIELDS.map((name, i) => [name, fields[i]])) });
    return data;
  }

  /** All runs, the last one first. */
  async all(): Promise<RunState[]> {
    const ids = await this.#redis.zrevrange(RUNS, 0, -1);
    const states = await Promise.all(ids.map(async (id) => (await this.run(id)) ?? id));
    const gone = states.filter((state) => typeof state === "string");
    if (gone.length > 0) await this.#redis.zrem(RUNS, ...gone);
    return states.filter((state) => typeof state !== "string");
  }

  /** The number of parts that a run has: of several that submit it at once, the first one's. */
  async claim({ id, of }: RunState): Promise<number> {
    await together(this.#redis.multi().hsetnx(key("run", id), "of", of).expire(key("run", id), STAYS.waiting));
    return Number(await this.#redis.hget(key("run", id), "of"));
  }

  /** Puts a run on the queue; whose parts are on it already keeps them. @throws QueueError, FileError */
  async submit(state: RunState, document: Uint8Array): Promise<void> {
    const { id, of, ...known } = state;
    const kept = await this.#bytes.pack(id, DOCUMENT, document);
    await together(
      this.#redis
        .multi()
        .hset(key("run", id), { ...known, of, document: kept })
        .expire(key("run", id), STAYS.waiting)
        .zadd(RUNS, Date.now(), id),
    );
    for (let first = 0; first < of; first += 1000) {
      const indices = Array.from({ length: Math.min(1000, of - first) }, (_, i) => first + i);
      await this.queue.addBulk(
        indices.map((index) => ({
          name: "part",
          data: { run: id, index },
          opts: {
            ...{ jobId: `${id}.${index}`, attempts: ATTEMPTS, backoff: { type: "exponential", delay: 1000 } },
            ...{ removeOnComplete: true, removeOnFail: { age: STAYS.waiting }, keepLogs: 0, stackTraceLimit: 0 },
          },
        })),
      );
    }
    await this.retry(id); // what an earlier run of this name has left failed
    await this.#redis.hset(key("run", id), "queued", 1);
  }

  /** Whether all parts of a run have been put on the queue. */
  async isQueued(id: string): Promise<boolean> {
    return (await this.#redis.hexists(key("run", id), "queued")) === 1;
  }

  /** @throws QueueError where the run is not there any more */
  async document(id: string): Promise<Uint8Array> {
    const kept = await this.#redis.hgetBuffer(key("run", id), "document");
    if (!kept) throw this.gone(id);
    return this.#bytes.unpack(id, DOCUMENT, kept);
  }

  gone(id: string): QueueError {
    return new QueueError(
      `run ${id} is not on ${this.address.shown}: it was dropped, or merged over a day ago, or Redis has lost its data (switch appendonly on).`,
    );
  }

  /** Parts that are there. */
  count(id: string): Promise<number> {
    return this.#redis.hlen(key("parts", id));
  }

  async indices(id: string): Promise<number[]> {
    return (await this.#redis.hkeys(key("parts", id))).map(Number).sort((a, b) => a - b);
  }

  hasPart(id: string, index: number): Promise<boolean> {
    return this.#redis.hexists(key("parts", id), String(index)).then((has) => has === 1);
  }

  /** The file of a part. @throws QueueError, FileError */
  async part(id: string, index: number): Promise<Uint8Array> {
    const kept = await this.#redis.hgetBuffer(key("parts", id), String(index));
    if (!kept) throw this.gone(id);
    return this.#bytes.unpack(id, partName(index), kept);
  }

  /** Keeps a part; the first that arrives stays. @throws QueueError, FileError */
  async keepPart(id: string, index: number, bytes: Uint8Array): Promise<void> {
    await this.#checkThere(id);
    if (await this.hasPart(id, index)) return;
    const kept = await this.#bytes.pack(id, partName(index), bytes);
    await together(
      this.#redis.multi().hsetnx(key("parts", id), String(index), kept).hdel(key("saved", id), String(index)),
    );
    await this.#stay(id, STAYS.waiting);
    await this.#bytes.forget(id, savedName(index));
  }

  /** The checkpoint of a part at work. @throws QueueError */
  async saved(id: string, index: number): Promise<Uint8Array | undefined> {
    const kept = await this.#redis.hgetBuffer(key("saved", id), String(index));
    return kept ? this.#bytes.unpack(id, savedName(index), kept) : undefined;
  }

  /** @throws QueueError, FileError */
  async save(id: string, index: number, bytes: Uint8Array): Promise<void> {
    await this.#checkThere(id);
    const kept = await this.#bytes.pack(id, savedName(index), bytes);
    await this.#redis.hset(key("saved", id), String(index), kept);
    await this.#stay(id, STAYS.waiting);
    await this.#bytes.forget(id, savedName(index), kept);
  }

  /** Forgets a checkpoint that cannot be continued. */
  async forgetSaved(id: string, index: number): Promise<void> {
    await this.#redis.hdel(key("saved", id), String(index));
    await this.#bytes.forget(id, savedName(index));
  }

  /** Parts of a run that have been set aside. */
  async failures(id: string): Promise<Failure[]> {
    return (await this.#failed(id)).map(({ data, failedReason, attemptsMade }) => ({
      index: data.index,
      message: inWords(failedReason),
      attempts: attemptsMade,
    }));
  }

  async #failed(id: string): Promise<Job<PartJob>[]> {
    if ((await this.queue.getFailedCount()) === 0) return [];
    const failed = await this.queue.getFailed();
    return failed.filter((job) => job?.data?.run === id); // others can write there, too
  }

  /** Whether parts wait, are at work, or will be tried again. */
  async isBusy(): Promise<boolean> {
    const counts = await this.queue.getJobCounts("wait", "delayed", "active");
    return Object.values(counts).some((jobs) => jobs > 0);
  }

  /** Puts the parts that were set aside on the queue again. */
  async retry(id: string): Promise<number> {
    const failed = await this.#failed(id);
    for (const job of failed) await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
    return failed.length;
  }

  /** Forgets a run: workers leave its parts. @throws UsageError where the store is missing that has its files */
  async drop(id: string): Promise<void> {
    const of = (await this.run(id))?.of ?? 0;
    if (await this.#bytes.needStore(id)) {
      throw new UsageError(`drop ${id}: parts of it are in a store; give the workers' --store, which removes them.`);
    }
    await this.#redis.del(key("run", id), key("parts", id), key("saved", id));
    await this.#redis.zrem(RUNS, id);
    for (let index = 0; index < of; index++) await this.queue.remove(`${id}.${index}`); // 0 for one at work, which ends by itself
    await this.#bytes.forget(id);
    await this.#redis.del(namesKey(id));
  }

  /** A run that somebody waits for stays. */
  awaited(id: string): Promise<void> {
    return this.#stay(id, STAYS.waiting);
  }

  /** A merged run stays for another merge, but not for long. */
  merged(id: string): Promise<void> {
    return this.#stay(id, STAYS.merged);
  }

  async #stay(id: string, seconds: number): Promise<void> {
    const all = this.#redis.multi();
    for (const kind of ["run", "parts", "saved"] as const) all.expire(key(kind, id), seconds);
    await together(all.expire(namesKey(id), seconds));
  }

  async #checkThere(id: string): Promise<void> {
    if ((await this.#redis.exists(key("run", id))) === 0) throw this.gone(id);
  }

  /** Workers that report. */
  async workers(): Promise<WorkerState[]> {
    const all = Object.entries(await this.#redis.hgetall(WORKERS)).map(([name, json]) => ({
      name,
      state: workerOf(json),
    }));
    const now = await this.#now();
    const isAlive = ({ seen, lease }: WorkerState) => now - seen < 2000 * lease;
    const dead = all.filter(({ state }) => !state || !isAlive(state)).map(({ name }) => name);
    if (dead.length > 0) await this.#redis.hdel(WORKERS, ...dead);
    return all.flatMap(({ state }) => (state && isAlive(state) ? [state] : []));
  }

  /** By the clock of Redis: those of other machines may be off. */
  async #now(): Promise<number> {
    const [seconds] = await this.#redis.time();
    return 1000 * Number(seconds);
  }

  /** Reports this process as a worker. */
  async report(state: Omit<WorkerState, "seen">): Promise<void> {
    await this.#redis.hset(WORKERS, this.#name, JSON.stringify({ ...state, seen: await this.#now() }));
  }

  async signOff(): Promise<void> {
    await this.#redis.hdel(WORKERS, this.#name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.removeAllListeners("close");
    // Also without an answer: a Redis that is away must not keep the process.
    for (const connection of [this.#redis, ...this.#copies]) connection.disconnect();
  }
}

function workerOf(json: string): WorkerState | undefined {
  try {
    return WORKER.parse(JSON.parse(json));
  } catch {
    return undefined; // no worker has written it
  }
}

/** What bytes of a run are called. */
const DOCUMENT = "document";
const partName = (index: number) => `part ${index + 1}`;
const savedName = (index: number) => `checkpoint of part ${index + 1}`;

/** BullMQ's own reasons, in words. */
const inWords = (reason: string) =>
  /stalled more than/.test(reason) ? `its workers stopped reporting, ${MOST_DEATHS + 1} times` : reason;
