// Memory, dispose, and the limits of a device.

import { describe, expect, it } from "vitest";
import { openDevice } from "#open-device";
import {
  DisposedError,
  GibbsError,
  type GpuDevice,
  type IsingOptions,
  ising,
  ParameterError,
  type Progress,
} from "../src/index.ts";
import { fits, largestSquare } from "../src/models/ising/kernels.ts";
import { digestAfter, ENDLESS, expectNoNumber, numbersOf, OPTIONS, pause, rejection } from "./device-lattices.ts";
import { device, reference, skipSlow } from "./devices.ts";

describe("memory and dispose", () => {
  it("fifty simulations leave nothing behind", async () => {
    const before = device.memory;
    for (let i = 0; i < 50; i++) {
      using lattice = await ising.create(device, { ...OPTIONS, seed: BigInt(i), replicas: 1 + (i % 3) });
      expect(device.memory.bytes).toBeGreaterThan(before.bytes);
      await lattice.run(2);
      await lattice.measure();
      if (i % 10 === 0) (await ising.restore(device, await lattice.checkpoint())).dispose();
    }
    expect(device.memory).toEqual(before);
  });

  it("use after dispose throws DisposedError; a second dispose is harmless", async () => {
    for (const on of [device, reference]) {
      const lattice = await ising.create(on, OPTIONS);
      lattice.dispose();
      lattice.dispose();
      await expectNoNumber(lattice, DisposedError);
    }
    expect(() => device.check()).not.toThrow();
  });

  it("after the device's dispose its simulations throw it too", async () => {
    const own = await openDevice();
    const lattice = await ising.create(own, OPTIONS);
    own.dispose();
    own.dispose();
    await expectNoNumber(lattice, DisposedError);
    lattice.dispose();
    expect(await rejection(ising.create(own, OPTIONS))).toBeInstanceOf(DisposedError);
    expect(own.memory).toEqual({ buffers: 0, bytes: 0 });
  });

  it.each(["between submissions", "with one in flight"])("dispose in a run, %s", async (when) => {
    const lattice = await ising.create(device, OPTIONS);
    const between = when === "between submissions";
    const onProgress = ({ done }: Progress) => {
      if (between && done > 0) lattice.dispose();
    };
    const run = lattice.run(ENDLESS, { onProgress });
    if (!between) setTimeout(() => lattice.dispose(), 40);
    expect(await rejection(run)).toBeInstanceOf(DisposedError);
    await device.raw.queue.onSubmittedWorkDone();
    await pause(20); // an error that nobody caught arrives late
    expect(() => device.check()).not.toThrow();
    expect(await digestAfter(3)).toBe(await digestAfter(3, reference));
  });

  it.each(["measure", "digest", "checkpoint", "sample"])("dispose during %s", async (name) => {
    const before = device.memory;
    const lattice = await ising.create(device, OPTIONS);
    const call = numbersOf(lattice)[name]();
    lattice.dispose();
    expect(await rejection(call)).toBeInstanceOf(DisposedError);
    await pause(20);
    expect(() => device.check()).not.toThrow();
    expect(device.memory).toEqual(before);
  });

  it("the device disposed during a run", async () => {
    const own = await openDevice();
    const lattice = await ising.create(own, OPTIONS);
    const run = lattice.run(ENDLESS);
    setTimeout(() => own.dispose(), 40);
    expect(await rejection(run)).toBeInstanceOf(DisposedError);
  });

  it("await using waits for the work in flight", async () => {
    let own: GpuDevice;
    {
      await using scoped = await openDevice();
      own = scoped;
      const lattice = await ising.create(scoped, OPTIONS);
      await lattice.run(3);
      expect(await lattice.digest()).toBe(await digestAfter(3, reference));
    }
    expect(() => own.check()).toThrow(DisposedError);
  });

  it("one simulation does one thing at a time and says so; two run side by side", async () => {
    for (const on of [device, reference]) {
      using lattice = await ising.create(on, OPTIONS);
      using other = await ising.create(on, OPTIONS);
      const both = Promise.all([lattice.run(10), other.run(10)]);
      for (const call of Object.values(numbersOf(lattice))) {
        const error = await rejection(call());
        expect(error).toBeInstanceOf(GibbsError);
        expect(error?.message).toMatch(/busy/);
      }
      await both;
      const expected = await digestAfter(10, reference);
      expect([lattice.steps, await lattice.digest(), await other.digest()]).toEqual([10, expected, expected]);
    }
  });
});

describe("limits", () => {
  it.each([
    { start: "random", replicas: 1 },
    { start: "random", replicas: 7 },
    { start: "up", replicas: 1 },
  ] as const)(
    "a size beyond the device is refused, with the largest that fits: $start × $replicas",
    async (options) => {
      const before = device.memory;
      const { replicas } = options;
      const error = await rejection(ising.create(device, { size: [2 ** 20, 2 ** 20], ...options }));
      expect(error).toBeInstanceOf(ParameterError);
      expect((error as ParameterError).parameter).toBe("size");
      expect(error?.message).toContain("1048576,1048576");
      const [, width, height] = /largest square lattice that fits is (\d+),(\d+)/.exec(error!.message)!.map(Number);
      expect(height).toBe(width);
      expect(fits({ width, height, replicas }, device.limits)).toBe(true);
      expect(fits({ width: width + 64, height: height + 64, replicas }, device.limits)).toBe(false);
      expect(device.memory).toEqual(before);
    },
  );

  it("the largest square is the largest under any limits", () => {
    for (const megabytes of [16, 128, 1000, 2048, 4095.999]) {
      for (const replicas of [1, 2, 3, 1000]) {
        const bytes = Math.floor(megabytes * 2 ** 20);
        const limits = { maxBufferSize: 2 * bytes, maxStorageBufferBindingSize: bytes } as GPUSupportedLimits;
        const side = largestSquare(limits, replicas);
        expect(side % 64).toBe(0);
        expect(fits({ width: side, height: side, replicas }, limits)).toBe(true);
        expect(fits({ width: side + 64, height: side + 64, replicas }, limits)).toBe(false);
      }
    }
  });

  it("more replicas than the tables of their parameters have room for", async () => {
    // 144 bytes of thresholds a replica are more than the 16 of a plane of a 2×2 lattice.
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    const most = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 144);
    expect(fits({ width: 2, height: 2, replicas: most }, device.limits)).toBe(true);
    expect(fits({ width: 2, height: 2, replicas: most + 1 }, device.limits)).toBe(false);
    expect(largestSquare(device.limits, most + 1)).toBe(0);
    const before = device.memory;
    const replicas = Math.min(most, 2 ** 24) + 1; // no device takes more than 2²⁴
    const error = await rejection(ising.create(device, { size: [2, 2], replicas }));
    expect(error).toBeInstanceOf(ParameterError);
    expect(error?.message).toMatch(/fewer replicas|at most 16777216 replicas/);
    expect(device.memory).toEqual(before);
  });

  it("more workgroups than one dimension holds", async ({ skip }) => {
    skipSlow(skip);
    const most = device.limits.maxComputeWorkgroupsPerDimension; // 65,535 wherever seen
    const options: IsingOptions = { size: [8, 8], temperature: 3, start: "random", seed: 8n, workgroup: 1 };
    const replicas = most + 461;
    using many = await ising.create(device, { ...options, replicas });
    await many.run(2);
    const measured = await many.measure();
    expect(measured).toHaveLength(replicas);
    const digests = new Set<string>();
    for (const replica of [0, Math.floor(most / 2), most - 1, most, replicas - 1]) {
      using alone = await ising.create(reference, { ...options, firstReplica: replica });
      await alone.run(2);
      const digest = await alone.digest();
      expect(await many.digest(replica), `replica ${replica}`).toBe(digest);
      expect(measured[replica], `replica ${replica}`).toEqual((await alone.measure())[0]);
      digests.add(digest);
    }
    expect(digests.size).toBe(5);
  });

  it("more tiles than one dimension holds, with measurements on the way", async () => {
    const most = device.limits.maxComputeWorkgroupsPerDimension;
    const options: IsingOptions = { size: [64, 64], temperature: 2.3, seed: 21n, workgroup: 1 }; // 16 tiles
    const replicas = Math.ceil(most / 16) + 9;
    using many = await ising.create(device, { ...options, replicas });
    const series = await many.collect(2);
    for (const replica of [0, replicas - 10, replicas - 1]) {
      using alone = await ising.create(reference, { ...options, firstReplica: replica });
      const expected = (await alone.collect(2)).column("energy");
      expect(Array.from(series.column("energy", replica))).toEqual(Array.from(expected));
      expect(await many.digest(replica)).toBe(await alone.digest());
    }
  });
});
