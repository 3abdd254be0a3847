// A queue on which something goes wrong: workers that are killed or hang, a Redis that is restarted, one that does not let anybody in.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { addressOf } from "../../host-node/queue/redis.ts";
import { newFolder, run, told, worker } from "./queue-workers.ts";
import { freePort, hasRedis, RedisServer } from "./redis.ts";
import { gibbs } from "./start.ts";

describe.skipIf(!hasRedis)("whatever dies", () => {
  it("a worker that is killed, one that hangs, a Redis that is restarted: the whole, every part once", async () => {
    await using redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    const cwd = newFolder();
    // Seconds a part, on a device that is as fast on any machine.
    const words = "run ising --size 64 --replicas 9 --steps 120 --temperature 2.3 --seed 5".split(" ");
    const often = ["--lease", "2", "--checkpoint-every", "0.2"];
    const [killed, stopped, last] = Array.from({ length: 3 }, () => worker(redis, "reference", ...often));
    const queued = gibbs([...words, "--json", "--queue", redis.url, "--parts", "9"], { cwd });
    queued.ended.catch(() => {});
    const client = redis.client();
    await client.connect();
    const id = async () => (await client.zrevrange("gibbs:runs", 0, 0))[0];
    const saved = async () => client.hlen(`gibbs:saved:${await id()}`);
    await expect.poll(saved, { interval: 50 }).toBeGreaterThan(2); // all three have left a checkpoint
    killed.child.kill("SIGKILL");
    stopped.child.kill("SIGSTOP");
    await expect.poll(last.log, { interval: 50 }).toMatch(/part \d of 9/);
    await redis.kill();
    await sleep(1000);
    await redis.start();
    await expect.poll(() => last.log().match(/goes on from its checkpoint/g)?.length ?? 0).toBeGreaterThanOrEqual(2);
    stopped.child.kill("SIGCONT");
    const { stderr, ...ended } = await queued.ended;
    expect(stderr).toContain("the queue is back");
    const merged = told({ ...ended, stderr: stderr.replace(/^gibbs: note: the queue .*\n/gm, "") });
    const whole = told(await run([...words, "--json"], cwd));
    expect(merged).toEqual(whole);
    await expect.poll(stopped.log).toMatch(/part \d of run [0-9a-f]+ is left: it is another worker's/);
    expect(await client.hlen(`gibbs:parts:${await id()}`)).toBe(9);
    expect(await saved()).toBe(0);
    // Each part was delivered by one worker.
    const delivered = [killed, stopped, last].flatMap(({ log }) =>
      [...log().matchAll(/part (\d) of 9 of run \w+ \(ising\): /g)].map(([, number]) => number),
    );
    expect(delivered.sort()).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    client.disconnect();
    // A worker ends when it is asked to, also without a Redis that would answer.
    await redis.kill();
    last.child.kill("SIGTERM");
    expect((await last.ended).status).toBe(0);
  });

  it("a worker that is asked to end gives its part back, with its checkpoint", async () => {
    await using redis = await RedisServer.start();
    const cwd = newFolder();
    const words = "run ising --size 64 --replicas 1 --steps 200 --temperature 2.3 --seed 5".split(" ");
    const first = worker(redis, "reference");
    const queued = gibbs([...words, "--json", "--queue", redis.url, "--parts", "1"], { cwd });
    queued.ended.catch(() => {});
    const client = redis.client();
    await client.connect();
    const fraction = async () => {
      const [text] = Object.values(await client.hgetall("gibbs:workers"));
      return JSON.parse(text ?? "{}").at?.fraction ?? 0;
    };
    await expect.poll(fraction, { interval: 50 }).toBeGreaterThan(0);
    first.child.kill("SIGTERM");
    expect((await first.ended).status).toBe(0);
    const second = worker(redis, "reference", "--drain");
    const merged = told(await queued.ended);
    expect(second.log()).toContain("goes on from its checkpoint");
    expect(merged).toEqual(told(await run([...words, "--json"], cwd)));
    expect((await second.ended).status).toBe(0);
    client.disconnect();
  });
});

describe.skipIf(!hasRedis)("a queue that does not let one in", () => {
  it("says what is wrong, and never the password", async () => {
    await using redis = await RedisServer.start("--requirepass", "se/cret");
    const cwd = newFolder();
    const words = "run ising --size 8 --replicas 2 --steps 2".split(" ");
    const at = `127.0.0.1:${redis.port}`;
    const cases: [url: string, message: RegExp][] = [
      [`redis://:wrong@${at}`, /the user or the password is wrong/],
      [`redis://${at}`, /it asks for a password; give redis:\/\/:PASSWORD@HOST, or REDISCLI_AUTH/],
      [`redis://:se%2Fcret@${at}/99`, /it has no database of this number/],
      ["redis://127.0.0.1:1", /nothing listens there; start redis-server/],
      ["redis://no-such-host.invalid", /there is no such host/],
    ];
    const commands = (url: string) => [
      [...words, "--queue", url],
      ["worker", "--queue", url, "--device", "reference"],
    ];
    for (const [url, message] of cases) {
      const ended = await Promise.all(commands(url).map((command) => run(command, cwd, { REDISCLI_AUTH: "" })));
      for (const { status, stderr } of ended) {
        expect({ status, stderr }, url).toEqual({ status: 1, stderr: expect.stringMatching(message) });
        expect(stderr).not.toMatch(/wrong@|cret/);
      }
    }
    const list = await run(["queue", "--queue", `redis://${at}`], cwd, { REDISCLI_AUTH: "se/cret" });
    expect(list).toMatchObject({ status: 0, stdout: "no runs\n\nno workers\n" });
  });
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

it.skipIf(!hasRedis || !hasOpenssl)("TLS: a certificate has to be trusted", async () => {
  const cwd = newFolder();
  const [key, certificate] = [join(cwd, "key.pem"), join(cwd, "certificate.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = spawnSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, ...subject],
    { encoding: "utf8" },
  );
  expect(made).toMatchObject({ status: 0 });
  const port = await freePort();
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
  await using _ = await RedisServer.start("--tls-port", String(port), ...files);
  const list = (env: NodeJS.ProcessEnv) => run(["queue", "--queue", `rediss://localhost:${port}`], cwd, env);
  expect(await list({})).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("its certificate is not trusted; name the authority's file by NODE_EXTRA_CA_CERTS"),
  });
  expect(await list({ NODE_EXTRA_CA_CERTS: certificate })).toMatchObject({
    status: 0,
    stdout: "no runs\n\nno workers\n",
  });
});

describe("an address", () => {
  it.each([
    ["redis://host", { host: "host", port: 6379, db: 0 }, "redis://host"],
    [
      "rediss://u:p%40@host:6380/2",
      { host: "host", port: 6380, db: 2, username: "u", password: "p@", tls: { servername: "host" } },
      "rediss://u@host:6380/2",
    ],
    ["redis://[::1]:7000", { host: "::1", port: 7000, db: 0 }, "redis://[::1]:7000"],
  ])("%s", (text, options, shown) => {
    expect(addressOf(text, {})).toEqual({ options, shown });
  });

  it.each(["redis://:%zz@host", "host", "http://host", "redis://", "redis://host/x", "redis://host?family=6"])(
    "%s is refused",
    (text) => {
      expect(() => addressOf(text, {})).toThrow(/^queue: .*; give redis:\/\/HOST/);
    },
  );
});
