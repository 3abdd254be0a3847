// Runs on a queue, with a real Redis and workers that are processes of their own: the whole to the last bit.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/models/checkpoint.ts";
import { endAll, idIn, newFolder, root, run, told, worker } from "./queue-workers.ts";
import { hasRedis, RedisServer } from "./redis.ts";
import { CLI, gibbs } from "./start.ts";

/** Memory that a process holds, as Linux tells it. */
function residentMebibytes(pid: number): number {
  const [, kibibytes = "0"] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) / 1024;
}

describe.skipIf(!hasRedis)("a run on a queue", () => {
  let redis: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    redis = await RedisServer.start();
    client = redis.client();
    await client.connect();
  });
  afterAll(async () => {
    client.disconnect();
    await redis[Symbol.asyncDispose]();
  });

  it.each<[string, string[], string[]]>([
    [
      "scan ising --size 16,32 --size 20,20 --temperature 2:3:3 --replicas 2 --steps 20",
      ["swiftshader", "reference"],
      ["a.csv"],
    ],
    ["run hopfield --neurons 100 --patterns 8 --noise 0.2 --replicas 5 --steps 3", ["auto", "reference"], ["h.npy"]],
    ["run gillespie --example schloegl --points 5 --trajectories 90", ["auto", "auto"], ["g.csv", "g.samples.npy"]],
    ["scan dynamics --example logistic --set r=3.2:3.9:3 --until 30 --trajectories 40", ["auto", "auto"], ["d.csv"]],
  ])("is the whole: %s", async (line, devices, files) => {
    const cwd = newFolder();
    const words = line.split(" ");
    const out = (prefix: string) => files.flatMap((file) => ["--out", `${prefix}${file}`]);
    const whole = told(await run([...words, "--json", ...out("whole-")], cwd));
    for (const device of devices) worker(redis, device, "--lease", "60");
    const queued = await run([...words, "--json", ...out("queue-"), "--queue", redis.url, "--parts", "5"], cwd);
    expect(told(queued)).toEqual(whole);
    for (const file of files)
      expect(readFileSync(join(cwd, `queue-${file}`)).equals(readFileSync(join(cwd, `whole-${file}`))), file).toBe(
        true,
      );
    const id = idIn(queued.stderr);
    // Merged, it stays for another merge; not forever.
    expect(await client.ttl(`gibbs:parts:${id}`)).toBeGreaterThan(0);
    expect(await client.ttl(`gibbs:parts:${id}`)).toBeLessThanOrEqual(86400);
    const [one, other] = await Promise.all(
      ["one-", "other-"].map((prefix) =>
        run(["merge", "--queue", redis.url, "--attach", id, "--json", ...out(prefix)], cwd),
      ),
    );
    expect([told(one), told(other)]).toEqual([whole, whole]);
  });

  it("an interrupted gibbs leaves the work, and whoever comes back finds it", async () => {
    const cwd = newFolder();
    const words = "run ising --size 32 --replicas 4 --steps 40 --temperature 2.3".split(" ");
    const queue = ["--queue", redis.url, "--parts", "4"];
    const first = gibbs([...words, ...queue], { cwd });
    let said = "";
    first.child.stderr!.on("data", (text) => (said += text));
    await expect.poll(() => said).toContain("no worker is there");
    first.child.kill("SIGINT");
    const { status, stderr } = await first.ended;
    const id = idIn(stderr);
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: expect.stringContaining(
        `gibbs: interrupted; the workers go on. Return by: gibbs merge --queue ${redis.url} --attach ${id}\n`,
      ),
    });
    worker(redis, "reference", "--drain");
    const whole = told(await run([...words, "--json"], cwd));
    expect(told(await run(["merge", "--queue", redis.url, "--attach", id, "--json"], cwd))).toEqual(whole);
    // The same command finds the run, and other parts are refused.
    expect(told(await run([...words, "--json", "--queue", redis.url], cwd))).toEqual(whole);
    const other = await run([...words, "--queue", redis.url, "--parts", "3"], cwd);
    expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining(`run ${id} is on the queue in 4 parts`) });
    // Dropped, it is gone.
    expect((await run(["queue", "--queue", redis.url, "--drop", id], cwd)).status).toBe(0);
    const gone = await run(["merge", "--queue", redis.url, "--attach", id], cwd);
    expect(gone).toMatchObject({ status: 1, stderr: expect.stringContaining(`run ${id} is not on ${redis.url}`) });
    expect(await client.exists(`gibbs:run:${id}`, `gibbs:parts:${id}`, `gibbs:saved:${id}`)).toBe(0);
  });

  it("a part that fails is set aside with its error, and the others are merged if asked for", async () => {
    const cwd = newFolder();
    // The first simulation is too large for the reference.
    const words = ["scan", "ising", "--size", "65536,65536", "--size", "16", "--steps", "5"];
    worker(redis, "reference");
    const failed = await run([...words, "--queue", redis.url, "--parts", "2"], cwd);
    const id = idIn(failed.stderr);
    expect(failed).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /1 of 2 parts of run [0-9a-f]+ failed:\n {2}part 1: size 65536,65536: the reference is meant for/,
      ),
    });
    const list = JSON.parse((await run(["queue", "--queue", redis.url, "--json"], cwd)).stdout);
    expect(list.runs.find((state: { id: string }) => state.id === id)).toMatchObject({
      done: 1,
      of: 2,
      failed: [{ index: 0 }],
    });
    expect(list.workers).toMatchObject([{ device: expect.stringContaining("reference"), lease: 30 }]);
    const partial = await run(["merge", "--queue", redis.url, "--attach", id, "--partial", "--json"], cwd);
    expect(JSON.parse(partial.stdout)).toMatchObject({ points: [{}], notes: ["part 1 of 2 is missing."] });
    await run(["queue", "--queue", redis.url, "--drop", id], cwd);
  });

  it("a full disk at the merge loses nothing", async () => {
    const cwd = newFolder();
    const words = "run ising --size 64 --replicas 3 --steps 20 --temperature 2.3".split(" ");
    worker(redis, "reference");
    // A file of one block at most stands for the disk.
    const command = `ulimit -f 1; trap "" XFSZ; exec "${process.execPath}" "${CLI}" ${words.join(" ")} --queue ${redis.url} --out state.npy --json --device reference`;
    const full = spawnSync("bash", ["-c", command], { cwd, encoding: "utf8" });
    expect(full).toMatchObject({ status: 1, stderr: expect.stringContaining("state.npy could not be written") });
    const whole = told(await run([...words, "--json", "--out", "whole.npy"], cwd));
    expect(told(await run([...words, "--json", "--queue", redis.url, "--out", "state.npy"], cwd))).toEqual(whole);
    expect(readFileSync(join(cwd, "state.npy")).equals(readFileSync(join(cwd, "whole.npy")))).toBe(true);
  });

  it("a worker takes nothing from a job as it comes", async () => {
    const cwd = newFolder();
    const words = "run ising --size 16 --replicas 2 --steps 5 --temperature 2.3".split(" ");
    const waiting = gibbs([...words, "--queue", redis.url, "--parts", "2"], { cwd });
    waiting.ended.catch(() => {});
    let said = "";
    waiting.child.stderr!.on("data", (text) => (said += text));
    await expect.poll(() => said).toContain("no worker is there");
    const id = idIn(said);
    // Somebody who can write to Redis makes the run another one, of parameters that name files and the prototype.
    const { model, header, sections } = await decodeCheckpoint(
      new Uint8Array((await client.hgetBuffer(`gibbs:run:${id}`, "document"))!),
    );
    const jobs = [
      {
        parameters: JSON.parse('{"size":[16,16],"replicas":2,"__proto__":{"spins":"/etc/passwd"}}'),
        plan: { warmup: 0, steps: 1e9, measureEvery: 1 },
      },
    ];
    const hostile = await encodeCheckpoint({ model, header: { ...header, jobs }, sections });
    await client.hset(`gibbs:run:${id}`, "document", Buffer.from(hostile));
    const [queueName] = (await client.keys("gibbs:queue:*:id")).map((key) => key.split(":")[2]);
    const { Queue } = await import("bullmq");
    const queue = new Queue(queueName, { connection: { port: redis.port }, prefix: "gibbs:queue" });
    for (const data of [
      { run: "../../etc", index: 0 },
      { run: id, index: -1 },
      { run: "ffffffffffffffff", index: 0 },
      null,
    ])
      await queue.add("part", data, { attempts: 3 });
    const mean = worker(redis, "reference");
    const { status, stderr } = await waiting.ended;
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`run ${id}: `) });
    expect(stderr).toMatch(/part 1: run [0-9a-f]+: .*submit it again\./);
    await expect.poll(mean.log).toContain("of run ffffffffffffffff is left: the run is not on the queue any more");
    await expect.poll(() => queue.getFailedCount()).toBe(5);
    const reasons = (await queue.getFailed()).map(({ failedReason }) => failedReason);
    expect(reasons.filter((reason) => reason === "the job names no part of a run")).toHaveLength(3);
    // Nothing of it ends the worker, which makes the run once it is right again.
    for (const { id: job } of await queue.getFailed()) await queue.remove(job!);
    await run(["queue", "--queue", redis.url, "--drop", id], cwd);
    const whole = told(await run([...words, "--json"], cwd));
    expect(told(await run([...words, "--json", "--queue", redis.url, "--parts", "2"], cwd))).toEqual(whole);
    expect(mean.child.exitCode).toBeNull();
    await queue.close();
  });

  it("a run that is dropped, also at work, can be submitted again in other parts", async () => {
    const cwd = newFolder();
    const words = "run ising --size 32 --replicas 8 --steps 60 --temperature 2.3 --seed 77".split(" ");
    const whole = told(await run([...words, "--json"], cwd));
    const own = worker(redis, "reference", "--checkpoint-every", "0.1");
    const first = gibbs([...words, "--queue", redis.url, "--parts", "4"], { cwd });
    first.ended.catch(() => {});
    let said = "";
    first.child.stderr!.on("data", (text) => (said += text));
    await expect.poll(() => idIn(said)).not.toBe("");
    const id = idIn(said);
    await expect.poll(() => client.hlen(`gibbs:saved:${id}`), { interval: 20 }).toBeGreaterThan(0);
    await run(["queue", "--queue", redis.url, "--drop", id], cwd);
    expect((await first.ended).status).toBe(1);
    await expect.poll(own.log).toContain("is left: the run is not on the queue any more");
    for (const parts of ["8", "2"]) {
      const again = await run([...words, "--json", "--queue", redis.url, "--parts", parts], cwd);
      expect(told(again), parts).toEqual(whole);
      await run(["queue", "--queue", redis.url, "--drop", id], cwd);
    }
  });

  it("an interrupted submission is not waited for", async () => {
    const words = ["run", "ising", "--size", "8", "--replicas", "2", "--steps", "2", "--queue", redis.url];
    const first = gibbs(words, { cwd: root });
    let said = "";
    first.child.stderr!.on("data", (text) => (said += text));
    await expect.poll(() => said).toContain("no worker is there");
    first.child.kill("SIGINT");
    await first.ended;
    const id = idIn(said);
    await client.hdel(`gibbs:run:${id}`, "queued"); // as if it had been killed while it put the parts there
    const attached = await run(["merge", "--queue", redis.url, "--attach", id], root);
    expect(attached).toMatchObject({ status: 2, stderr: expect.stringContaining("its submission was interrupted") });
    worker(redis, "reference");
    expect((await run(words, root)).status).toBe(0);
  });

  it("versions do not mix", async () => {
    const cwd = newFolder();
    const id = "0123456789abcdef";
    await client.hset(`gibbs:run:${id}`, {
      of: 2,
      model: "ising",
      command: "run",
      gibbs: "0.0.9 old",
      queued: 1,
      submitted: "2020-01-01T00:00:00Z",
    });
    await client.zadd("gibbs:runs", 1, id);
    const own = worker(redis, "reference");
    await expect
      .poll(own.log)
      .toMatch(/run 0123456789abcdef was submitted by gibbs 0\.0\.9 old; this is .*, which does not take its parts/);
    const attached = await run(["merge", "--queue", redis.url, "--attach", id], cwd);
    expect(attached).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/gibbs 0\.0\.9 old submitted it, and this is /),
    });
    await client.del(`gibbs:run:${id}`);
  });

  it("a part that is too large for Redis goes to the store, and without one says so", async () => {
    const cwd = newFolder();
    const words = "run ising --size 16384,8448 --replicas 1 --steps 1 --warmup 0 --temperature 2.3".split(" ");
    const queue = ["--queue", redis.url, "--parts", "1"];
    worker(redis, "auto", "--lease", "120");
    const refused = await run([...words, ...queue], cwd);
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /part 1 has 17 MiB, and Redis keeps up to 16 MiB: make more --parts, or give .* --store/,
      ),
    });
    await endAll();
    const store = join(cwd, "store");
    mkdirSync(store);
    worker(redis, "auto", "--lease", "120", "--store", store);
    const merged = told(await run([...words, ...queue, "--store", store, "--json"], cwd));
    expect(merged.digest).toBe(told(await run([...words, "--json"], cwd)).digest);
    // What is in the store is compared with what its worker has put there.
    const id = (await client.zrevrange("gibbs:runs", 0, 0))[0];
    const [name] = readdirSync(store);
    expect(readdirSync(store)).toEqual([expect.stringMatching(new RegExp(`^${id}\\.part-1\\.[0-9a-f]{16}\\.gibbs$`))]);
    const path = join(store, name);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(path, bytes);
    const damaged = await run([...words, ...queue, "--store", store], cwd);
    expect(damaged).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("is not what its worker has put there"),
    });
    // Its files go with it, and not without the store.
    const drop = ["queue", "--queue", redis.url, "--drop", id];
    expect(await run(drop, cwd)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("give the workers' --store"),
    });
    expect((await run([...drop, "--store", store], cwd)).status).toBe(0);
    expect(readdirSync(store)).toEqual([]);
    expect(await client.exists(`gibbs:stored:${id}`)).toBe(0);
  });

  it("10,000 small parts leave nothing behind", async () => {
    const cwd = newFolder();
    const words = "run ising --size 8 --replicas 10000 --steps 1 --warmup 0 --temperature 2.3".split(" ");
    const both = [worker(redis, "reference", "--lease", "120"), worker(redis, "reference", "--lease", "120")];
    const before = (await client.keys("*")).length;
    const queued = gibbs([...words, "--json", "--queue", redis.url, "--parts", "10000"], { cwd });
    queued.ended.catch(() => {});
    const sizes: number[][] = [];
    const id = async () => (await client.zrevrange("gibbs:runs", 0, 0))[0];
    for (const least of [3000, 9500]) {
      await expect.poll(async () => client.hlen(`gibbs:parts:${await id()}`), { interval: 100 }).toBeGreaterThan(least);
      sizes.push(both.map(({ child }) => residentMebibytes(child.pid!)));
    }
    const whole = told(await run([...words, "--json"], cwd));
    expect(told(await queued.ended)).toEqual(whole);
    for (const i of [0, 1]) expect(sizes[1][i] - sizes[0][i], JSON.stringify(sizes)).toBeLessThan(50);
    await run(["queue", "--queue", redis.url, "--drop", await id()], cwd);
    expect((await client.keys("*")).length - before).toBeLessThan(10);
  });
});
