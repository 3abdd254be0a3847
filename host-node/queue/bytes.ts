// Where bytes of a run are: small ones in Redis, large ones in the store, under names that say their content. What a worker that was interrupted
// or late puts there never stands in for what another one has put there.

import type { ChainableCommander, Redis } from "ioredis";
import { FileError } from "../../src/device/errors.ts";
import { digestOf } from "../../src/models/checkpoint.ts";
import { QueueError } from "../cli/errors.ts";
import type { Store } from "./store.ts";

/** Redis keeps up to so many bytes of one thing. */
const MOST_BYTES = 16 * 2 ** 20;
/** Before the digest of what is in the store; checkpoints begin with other bytes. */
const STORED = "stored:sha256:";
/** Digits of a digest in a name. */
const DIGITS = 16;

/** The names of a run's files in the store. */
export const namesKey = (id: string) => `gibbs:stored:${id}`;

export class Bytes {
  readonly #redis: Redis;
  readonly #store: Store | undefined;

  constructor(redis: Redis, store: Store | undefined) {
    this.#redis = redis;
    this.#store = store;
  }

  /**
   * What Redis keeps: the bytes, or their digest where the store has them.
   *
   * @param id the run's
   * @param name what it is, as in "part-3"
   * @throws QueueError where they are too large and there is no store; FileError
   */
  async pack(id: string, name: string, bytes: Uint8Array): Promise<Buffer> {
    if (bytes.length <= MOST_BYTES) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!this.#store) {
      const mebibytes = (length: number) => `${Math.ceil(length / 2 ** 20)} MiB`;
      throw new QueueError(
        `${name} has ${mebibytes(bytes.length)}, and Redis keeps up to ${mebibytes(MOST_BYTES)}: make more --parts, or give gibbs and all workers the same --store.`,
      );
    }
    const digest = (await digestOf(bytes)).slice("sha256:".length);
    const file = fileOf(id, name, digest);
    await this.#redis.sadd(namesKey(id), file); // first, or a file could be forgotten
    await this.#store.put(file, bytes);
    return Buffer.from(`${STORED}${digest}`);
  }

  /** @throws QueueError where the store is another, or has other bytes */
  async unpack(id: string, name: string, kept: Buffer): Promise<Uint8Array> {
    if (!kept.subarray(0, STORED.length).equals(Buffer.from(STORED))) return new Uint8Array(kept);
    if (!this.#store) throw new QueueError(`${name} of run ${id} is in a store; give the workers' --store.`);
    const digest = kept.subarray(STORED.length).toString();
    const file = fileOf(id, name, digest);
    const bytes = await this.#store.get(file).catch((error: unknown) => {
      throw error instanceof FileError
        ? new QueueError(`${error.message} Give the same --store to gibbs and to all workers.`)
        : error;
    });
    if ((await digestOf(bytes)) === `sha256:${digest}`) return bytes;
    throw new QueueError(`${file} in ${this.#store.shown} is not what its worker has put there.`);
  }

  /** Whether there are files in the store that only it can remove. */
  async needStore(id: string): Promise<boolean> {
    return !this.#store && (await this.#redis.scard(namesKey(id))) > 0;
  }

  /**
   * Removes files of a run from the store, all or those of one name, but for those of `kept`.
   *
   * @throws FileError
   */
  async forget(id: string, name?: string, kept?: Buffer): Promise<void> {
    if (!this.#store) return;
    const digest = kept?.subarray(STORED.length).toString();
    for (const file of await this.#redis.smembers(namesKey(id))) {
      const [, its, own] = NAME.exec(file) ?? [];
      // Others can write to Redis, too: what is no name that gibbs makes of this run is no file of its.
      if (its !== id || (name !== undefined && own !== dashed(name))) continue;
      if (digest && file === fileOf(id, own, digest)) continue;
      await this.#store.remove(file);
      await this.#redis.srem(namesKey(id), file);
    }
  }
}

const fileOf = (id: string, name: string, digest: string) => `${id}.${dashed(name)}.${digest.slice(0, DIGITS)}.gibbs`;
const dashed = (name: string) => name.replaceAll(" ", "-");
const NAME = /^([0-9a-f]+)\.([a-z0-9-]+)\.[0-9a-f]+\.gibbs$/;

/** Runs commands together. @throws ReplyError of the first that is refused */
export async function together(commands: ChainableCommander): Promise<void> {
  for (const [error] of (await commands.exec()) ?? []) if (error) throw error;
}
