// A Node process that uses gibbs neither hangs nor crashes, however it ends. Each test is a small program of a user's, run
// by itself against the built package; a crash would show as a signal, a hang as two minutes of the processor without a sign of life.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import { ising, ReferenceDevice } from "../../src/index.ts";
import { type Ended, node, ROOT } from "./start.ts";

const GIBBS = pathToFileURL(join(ROOT, "dist", "node.js")).href;
/** CPU seconds after the last output: one that does not end polls the GPU for ever. */
const SILENT = 120;
/** Crashes at exit depend on what the driver's threads do at that moment. */
const REPEATS = 3;

const OPTIONS = { size: [66, 34] as [number, number], temperature: 2.3, seed: 4n };
const SWEEPS = 20;
const PREAMBLE = `
  import { DeviceLostError, DisposedError, ising, openDevice } from ${JSON.stringify(GIBBS)};
  const device = await openDevice();
  const lattice = await ising.create(device, { size: [66, 34], temperature: 2.3, seed: 4n });
  await lattice.run(${SWEEPS});
  console.error("started");
`;
/** Keeps the GPU at work from here on. */
const IN_FLIGHT = `
  const large = await ising.create(device, { size: [512, 512] });
  await large.run(5);
  console.error("under way");
  const running = large.run(2 ** 31);
`;

let digest: string;
beforeAll(async () => {
  ensureBuilt();
  using lattice = await ising.create(new ReferenceDevice("node"), OPTIONS);
  await lattice.run(SWEEPS);
  digest = await lattice.digest();
});

async function expectEnding(program: string, status: number, flags: string[] = []): Promise<Ended> {
  const end = await node([...flags, "--input-type=module", "--eval", program], { silent: SILENT }).ended;
  expect({ status: end.status, signal: end.signal }, end.stderr).toEqual({ status, signal: null });
  return end;
}

describe("the process ends by itself, with exit code 0", () => {
  it("with dispose", async () => {
    const program = `${PREAMBLE} console.log(await lattice.digest()); lattice.dispose(); device.dispose();`;
    expect((await expectEnding(program, 0)).stdout.trim()).toBe(digest);
  });

  it("without dispose", async () => {
    const { stdout } = await expectEnding(`${PREAMBLE} console.log(await lattice.digest());`, 0);
    expect(stdout.trim()).toBe(digest);
  });

  it("having opened a device and done nothing with it", async () => {
    await expectEnding(`import { openDevice } from ${JSON.stringify(GIBBS)}; await openDevice();`, 0);
  });

  it("with dispose while the GPU works", async () => {
    const program = `${PREAMBLE} ${IN_FLIGHT}
      setTimeout(() => device.dispose(), 100);
      await running.catch((error) => console.log(error instanceof DisposedError));`;
    for (let i = 0; i < REPEATS; i++) expect((await expectEnding(program, 0)).stdout.trim()).toBe("true");
  });

  it("after the device was lost", async () => {
    const program = `${PREAMBLE} ${IN_FLIGHT}
      setTimeout(() => device.raw.destroy(), 100);
      await running.catch((error) => console.log(error instanceof DeviceLostError));`;
    for (let i = 0; i < REPEATS; i++) expect((await expectEnding(program, 0)).stdout.trim()).toBe("true");
  });

  it("with several devices, one after the other and side by side", async () => {
    const program = `${PREAMBLE}
      for (let i = 0; i < 3; i++) {
        const own = await openDevice();
        await (await ising.create(own, { size: [32, 32] })).run(5);
        own.dispose();
        console.error("one more");
      }
      const others = await Promise.all([openDevice(), openDevice()]);
      await Promise.all(others.map(async (own) => (await ising.create(own, { size: [32, 32] })).run(5)));
      others[0].dispose();
      console.log(await lattice.digest());`;
    expect((await expectEnding(program, 0)).stdout.trim()).toBe(digest);
  });

  it("under forced garbage collection between and during calls", async () => {
    const program = `${PREAMBLE}
      const collect = async () => { gc(); await new Promise((resolve) => setImmediate(resolve)); gc(); };
      const collector = setInterval(gc, 25);
      for (let i = 0; i < 3; i++) {
        await collect();
        const own = await openDevice();
        await collect();
        const small = await ising.create(own, { size: [66, 34], temperature: 2.3, seed: 4n });
        await collect();
        await small.run(${SWEEPS}, { onProgress: collect });
        await small.measure();
        await collect();
        console.log(await small.digest());
        if (i % 2) own.dispose();
      }
      await collect();
      console.log(await lattice.digest());
      clearInterval(collector);`;
    const { stdout } = await expectEnding(program, 0, ["--expose-gc"]);
    expect(stdout.trim().split("\n")).toEqual(Array(4).fill(digest));
  });
});

describe("an error that nobody caught ends the process with exit code 1", () => {
  const HANDLED = `process.on("uncaughtException", (error) => {
    console.error(error.message);
    process.exitCode = 1;
    device.dispose();
  });`;
  const LATER = `setTimeout(() => { throw new Error("nobody caught this"); }, 100);`;

  it.each([
    { name: "an exception", statement: LATER },
    {
      name: "a rejection",
      statement: `setTimeout(() => Promise.reject(new Error("nobody caught this")), 100);`,
    },
    {
      name: "an exception in onProgress",
      statement: `await lattice.run(9, { onProgress: () => { throw new Error("nobody caught this"); } });`,
    },
    { name: "an exception whose handler disposes of the device", statement: `${HANDLED} ${LATER}` },
  ])("$name, with the GPU at work", async ({ statement }) => {
    const program = `${PREAMBLE} ${IN_FLIGHT} ${statement} await running.catch(() => {});`;
    for (let i = 0; i < REPEATS; i++) {
      expect((await expectEnding(program, 1)).stderr).toContain("nobody caught this");
    }
  });
});
