// What a queue costs: time and Redis commands a part, throughput against workers, time of the merge against parts, and from these an estimate of
// how many workers one Redis serves.
//
//   node scripts/bench-queue.js [RESULT.json]
//
// Needs redis-server. Workers compute on the reference, one core each, so that the figures are of the queue and not of a GPU.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { ensureBuilt } from "./setup.js";

const [out] = process.argv.slice(2);
const CLI = join(import.meta.dirname, "../dist/cli.js");
const PORT = 6399;
const QUEUE = ["--queue", `redis://127.0.0.1:${PORT}`];

await ensureBuilt();
const folder = mkdtempSync(join(tmpdir(), "gibbs-bench-queue-"));
const server = spawn(
  "redis-server",
  ["--port", String(PORT), "--dir", folder, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"],
  { stdio: "ignore" },
);
server.on("error", (error) => {
  console.error(`gibbs: redis-server cannot be started: ${error.message}`);
  process.exit(1);
});
const redis = new Redis({ port: PORT, maxRetriesPerRequest: null });
redis.on("error", () => {}); // it is starting
await redis.ping();

function gibbs(words) {
  const child = spawn(process.execPath, [CLI, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const ended = new Promise((resolve) =>
    child.on("close", (status) => {
      if (status > 0) throw new Error(`gibbs ${words.join(" ")}: ${stderr}`);
      resolve(stdout);
    }),
  );
  return { child, ended };
}

/** Seconds that a command takes. */
async function timed(words) {
  const start = performance.now();
  const text = await gibbs(words).ended;
  return { seconds: (performance.now() - start) / 1000, text };
}

async function withWorkers(count, action) {
  const workers = Array.from({ length: count }, () => gibbs(["worker", ...QUEUE, "--device", "reference"]));
  while ((await redis.hlen("gibbs:workers")) < count) await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    return await action();
  } finally {
    for (const { child } of workers) child.kill("SIGTERM");
    await Promise.all(workers.map(({ ended }) => ended));
  }
}

/** Microseconds of Redis's time, by its own account; bytes that it has received and sent. */
async function load() {
  const stats = await redis.info("commandstats");
  const micro = [...stats.matchAll(/usec=(\d+)/g)].reduce((sum, [, usec]) => sum + Number(usec), 0);
  const net = await redis.info("stats");
  const bytes = [...net.matchAll(/total_net_(?:in|out)put_bytes:(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
  const [, memory] = /used_memory:(\d+)/.exec(await redis.info("memory"));
  return { micro, bytes, memory: Number(memory) };
}

const small = (parts) => ["run", "ising", "--size", "8", "--replicas", String(parts), "--steps", "1", "--warmup", "0"];
const result = { date: new Date().toISOString(), cpu: cpus()[0].model, cores: cpus().length };

// Small parts: all that they take is overhead.
const PARTS = 1000;
result.overhead = [];
for (const count of [1, 2]) {
  await withWorkers(count, async () => {
    await timed([...small(4), "--seed", String(100 + count), ...QUEUE, "--parts", "4", "--json"]); // everything is compiled
    const before = await load();
    const { seconds } = await timed([
      ...small(PARTS),
      "--seed",
      String(count),
      ...QUEUE,
      "--parts",
      String(PARTS),
      "--json",
    ]);
    const after = await load();
    const idle = (await timed([...small(PARTS), "--seed", String(count), "--json"])).seconds;
    result.overhead.push({
      workers: count,
      parts: PARTS,
      milliseconds: (1000 * (seconds - idle)) / PARTS,
      redisMicroseconds: (after.micro - before.micro) / PARTS,
      bytes: (after.bytes - before.bytes) / PARTS,
      memoryBytes: (after.memory - before.memory) / PARTS,
    });
  });
  console.log(JSON.stringify(result.overhead.at(-1)));
}

// Work that is worth a part: seconds each.
result.throughput = [];
const work = "run ising --size 64 --replicas 16 --steps 60 --warmup 0 --temperature 2.3".split(" ");
const alone = (await timed([...work, "--device", "reference", "--json"])).seconds;
result.throughput.push({ workers: 0, seconds: alone });
for (const count of [1, 2]) {
  await withWorkers(count, async () => {
    const { seconds } = await timed([
      ...work,
      ...QUEUE,
      "--parts",
      "16",
      "--seed",
      String(count),
      "--json",
      "--device",
      "reference",
    ]);
    result.throughput.push({ workers: count, seconds, ofOne: alone / seconds });
  });
  console.log(JSON.stringify(result.throughput.at(-1)));
}

// The merge, against parts.
result.merge = [];
for (const parts of [10, 100, 1000, 3000]) {
  await withWorkers(2, async () => {
    await timed([...small(parts), "--seed", "7", ...QUEUE, "--parts", String(parts), "--json"]);
  });
  const [id] = await redis.zrevrange("gibbs:runs", 0, 0);
  const times = [];
  for (let i = 0; i < 3; i++)
    times.push((await timed(["merge", ...QUEUE, "--attach", id, "--json", "--device", "reference"])).seconds);
  result.merge.push({ parts, seconds: Math.min(...times) });
  console.log(JSON.stringify(result.merge.at(-1)));
}
const [least] = result.merge;
const points = result.merge.slice(2).map(({ parts, seconds }) => [Math.log(parts), Math.log(seconds - least.seconds)]);
result.mergeExponent = (points[1][1] - points[0][1]) / (points[1][0] - points[0][0]);

// Reports of workers, which come once a second whatever the parts take.
const before = await load();
const REPORTS = 2000;
for (let i = 0; i < REPORTS; i++) await redis.hset("gibbs:workers:probe", "a", "x".repeat(300));
const after = await load();
await redis.del("gibbs:workers:probe");
result.reportMicroseconds = (after.micro - before.micro) / REPORTS;

// On paper: workers that one Redis (one core) serves, with parts of so many seconds and a checkpoint of so many bytes a minute.
const [{ redisMicroseconds, bytes }] = result.overhead;
result.estimate = [10, 60, 600].map((seconds) => {
  const workers = 1000;
  const partsPerSecond = workers / seconds;
  const busy = (partsPerSecond * redisMicroseconds + workers * result.reportMicroseconds) / 1e6;
  const checkpoints = (workers / 60) * 2 ** 20;
  return {
    workers,
    seconds,
    partsPerSecond,
    redisBusy: busy,
    megabytesPerSecond: (partsPerSecond * bytes + workers * 350 + checkpoints) / 1e6,
    mostWorkers: Math.floor(workers / busy),
  };
});
console.log(JSON.stringify(result.estimate, null, 1));

redis.disconnect();
server.kill();
rmSync(folder, { recursive: true, force: true });
if (out) {
  writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
  console.log(readFileSync(out, "utf8").length, "bytes in", out);
}
