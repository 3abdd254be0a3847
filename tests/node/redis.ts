// A Redis of one's own, where redis-server is installed.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.warn("gibbs: there is no redis-server here; the tests of the queue are left out");

export class RedisServer implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "gibbs-redis-"));
  readonly port: number;
  readonly #words: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, words: readonly string[]) {
    this.port = port;
    this.#words = words;
  }

  /** @param words more of its configuration */
  static async start(...words: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), words);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const words = ["--port", String(this.port), "--dir", this.folder, "--bind", "127.0.0.1", "--save", ""];
    this.#process = spawn("redis-server", [...words, ...this.#words], { stdio: "ignore" });
    for (let tries = 0; ; tries++) {
      const client = this.client({ retryStrategy: () => null });
      try {
        await client.connect();
        return;
      } catch (error) {
        if (/NOAUTH|WRONGPASS/.test(String(last(client))) || /DENIED|TLS/.test(String(error))) return;
        if (tries > 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      } finally {
        client.disconnect();
      }
    }
  }

  /** A connection that the caller opens and closes. */
  client(options: { retryStrategy?: () => null } = {}): Redis {
    const client = new Redis(this.url, { lazyConnect: true, maxRetriesPerRequest: null, ...options });
    client.on("error", (error) => errors.set(client, error));
    return client;
  }

  /** Ends it as a power failure would. */
  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (!server) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const errors = new WeakMap<Redis, Error>();
const last = (client: Redis) => errors.get(client);

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
