// The engine's promises about failure and limits, shown on Ising lattices: no number after a GPU error, runs that stop in a
// valid state, device loss, memory, limits, refused input; and same input, same bits.

import { describe, expect, it, vi } from "vitest";
import { openDevice } from "#open-device";
import { Budget } from "../src/device/budget.ts";
import {
  DeviceLostError,
  DisposedError,
  GibbsError,
  type GpuDevice,
  GpuError,
  type IsingOptions,
  type IsingSimulation,
  ising,
  ParameterError,
  type Progress,
  type ReferenceDevice,
} from "../src/index.ts";
import { fits, largestSquare } from "../src/models/ising/kernels.ts";
import { device, reference, skipSlow } from "./devices.ts";

const OPTIONS: IsingOptions = { size: [66, 34], temperature: 2.3, start: "random", seed: 5n };
/** More sweeps than any test waits for. */
const ENDLESS = 2 ** 31;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a promise rejects with; undefined if it does not. */
const rejection = (promise: Promise<unknown>): Promise<Error | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

async function digestAfter(sweeps: number, on: GpuDevice | ReferenceDevice = device, options = OPTIONS) {
  using lattice = await ising.create(on, options);
  await lattice.run(sweeps);
  return await lattice.digest();
}

/** Every call that gives a number, or would make one. */
const numbersOf = (lattice: IsingSimulation): Record<string, () => Promise<unknown>> => ({
  run: () => lattice.run(1),
  sample: () => lattice.sample(2),
  measure: () => lattice.measure(),
  spins: () => lattice.spins(),
  digest: () => lattice.digest(),
  checkpoint: () => lattice.checkpoint(),
  picture: () => lattice.picture(),
});

async function expectNoNumber(lattice: IsingSimulation, kind: typeof GibbsError): Promise<void> {
  for (const [name, call] of Object.entries(numbersOf(lattice))) {
    expect(await rejection(call()), name).toBeInstanceOf(kind);
  }
}

describe("same device, same input, same bits", () => {
  it("of state, observables and repeated readings", async () => {
    const results = [];
    for (let i = 0; i < 2; i++) {
      using lattice = await ising.create(device, { ...OPTIONS, field: 0.1, replicas: 3 });
      const series = await lattice.collect(10, { every: 3 });
      const energies = Array.from({ length: 3 }, (_, replica) => Array.from(series.column("energy", replica)));
      const reading = async () => ({ sums: await lattice.measure(), digest: await lattice.digest() });
      const [first, second] = [await reading(), await reading()];
      expect(second).toStrictEqual(first);
      results.push({ energies, first });
    }
    expect(results[1]).toStrictEqual(results[0]);
    expect(new Set(results[0].first.sums.map(({ energy }) => energy)).size).toBeGreaterThan(1); // replicas do differ
  });
});

describe("no number after a GPU error", () => {
  const COPIES = () => GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const SWEEP = {
    shader: "ising/sweep.wgsl",
    entryPoint: "half_sweep",
  } as const;
  const CONSTANTS = { COLUMNS: 32, ROWS: 64, REPLICAS: 1, WORKGROUP: 64, THREEFRY_ROUNDS: 20 };

  it("a copy beyond a buffer's end rejects in the name of who submitted it, and in no other's", async () => {
    using lattice = await ising.create(device, OPTIONS);
    await lattice.run(5);
    const [small, large] = [16, 64].map((size) => device.buffer("copied", size, COPIES()));
    const running = lattice.run(15);
    const error = await rejection(
      device.submit("the bad copy", (encoder) => encoder.copyBufferToBuffer(large, 0, small, 0, 64)),
    );
    expect(error).toBeInstanceOf(GpuError);
    expect(error?.message).toContain("the bad copy");
    await running;
    expect(() => device.check()).not.toThrow();
    expect(await lattice.digest()).toBe(await digestAfter(20));
    for (const buffer of [small, large]) device.free(buffer);
  });

  it("a destroyed buffer is not read, copied or written", async () => {
    const [gone, kept] = [0, 1].map(() => device.buffer("a lost plane", 64, COPIES()));
    device.free(gone);
    const read = await rejection(device.read(gone));
    expect(read).toBeInstanceOf(GpuError);
    expect(read?.message).toContain("reading a lost plane");
    const copied = await rejection(
      device.submit("copying", (encoder) => encoder.copyBufferToBuffer(gone, 0, kept, 0, 64)),
    );
    expect(copied).toBeInstanceOf(GpuError);
    expect(copied?.message).toContain("copying");
    expect(() => device.write(gone, new Uint32Array(1))).toThrow(GibbsError);
    device.free(kept);
    await device.raw.queue.onSubmittedWorkDone();
    expect(() => device.check()).not.toThrow();
  });

  it("a simulation whose buffer is gone gives none, and names itself; others go on", async () => {
    const made = vi.spyOn(device, "buffer");
    using lattice = await ising.create(device, OPTIONS);
    const planes = made.mock.results.map(({ value }) => value as GPUBuffer).filter(({ label }) => /plane/.test(label));
    made.mockRestore();
    expect(planes).toHaveLength(2);
    await lattice.run(3);
    planes[0].destroy();
    const error = await rejection(lattice.run(10));
    expect(error).toBeInstanceOf(GpuError);
    expect(error?.message).toContain("ising 66×34");
    expect(lattice.steps).toBe(3);
    await expectNoNumber(lattice, GpuError);
    expect(await digestAfter(4)).toBe(await digestAfter(4, reference));
  });

  it.each([
    {
      name: "an entry point that is not there",
      description: { ...SWEEP, entryPoint: "nowhere", constants: CONSTANTS },
    },
    { name: "an unknown constant", description: { ...SWEEP, constants: { ...CONSTANTS, NONSENSE: 1 } } },
    { name: "a constant out of range", description: { ...SWEEP, constants: { ...CONSTANTS, WORKGROUP: 2 ** 30 } } },
    { name: "a negative constant", description: { ...SWEEP, constants: { ...CONSTANTS, ROWS: -1 } } },
  ])("$name: shader and entry point are named", async ({ description }) => {
    const error = await rejection(device.kernel(description));
    expect(error).toBeInstanceOf(GpuError);
    expect(error?.message).toContain(`shaders/${description.shader}, ${description.entryPoint}`);
    expect(() => device.check()).not.toThrow();
  });

  it("broken WGSL: shader, entry point and line are named, and it is tried afresh the next time", async () => {
    const { raw } = device;
    const original = raw.createShaderModule.bind(raw);
    const constants = { ...CONSTANTS, ROWS: 62 }; // of its own, so that no cached kernel answers
    raw.createShaderModule = ({ label }) => original({ label, code: "// a comment\nfn half_sweep( {" });
    const error = await rejection(device.kernel({ ...SWEEP, constants })).finally(() => {
      raw.createShaderModule = original;
    });
    expect(error).toBeInstanceOf(GpuError);
    expect(error?.message).toContain("shaders/ising/sweep.wgsl, half_sweep");
    expect(error?.message).toMatch(/line 2|:2:/);
    expect(() => device.check()).not.toThrow();
    await device.kernel({ ...SWEEP, constants });
  });

  it("too much memory: GpuError in the name of who asked, and nothing stays allocated", async () => {
    const before = device.memory;
    const size = 4 * device.limits.maxBufferSize;
    const error = await rejection(device.guard("a huge lattice", () => device.buffer("huge", size, COPIES())));
    expect(error).toBeInstanceOf(GpuError); // OutOfMemoryError is one
    expect(error?.message).toContain("a huge lattice");
    expect(device.memory).toEqual(before);
    expect(() => device.check()).not.toThrow();
  });

  it("a lattice half allocated is taken back", async () => {
    const before = device.memory;
    const { raw } = device;
    const original = raw.createBuffer.bind(raw);
    raw.createBuffer = (descriptor) =>
      original(
        /plane 1/.test(descriptor.label ?? "") ? { ...descriptor, size: 4 * raw.limits.maxBufferSize } : descriptor,
      );
    const error = await rejection(ising.create(device, OPTIONS)).finally(() => {
      raw.createBuffer = original;
    });
    expect(error).toBeInstanceOf(GpuError);
    expect(error?.message).toContain("ising 66×34");
    expect(device.memory).toEqual(before);
    expect(await digestAfter(3)).toBe(await digestAfter(3, reference));
  });

  it("an error that nobody waited for stops all later reading", async () => {
    const own = await openDevice();
    try {
      const lattice = await ising.create(own, OPTIONS);
      await lattice.run(2);
      own.raw.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE }); // not allowed
      expect(await rejection(lattice.measure())).toBeInstanceOf(GpuError); // the very next reading
      expect(() => own.check()).toThrow(GpuError);
      await expectNoNumber(lattice, GpuError);
      expect(await rejection(ising.create(own, OPTIONS))).toBeInstanceOf(GpuError);
    } finally {
      own.dispose();
    }
  });
});

describe("a run can be watched and stopped", () => {
  it("by a signal, at once after the submission in flight, in a valid state", async () => {
    using lattice = await ising.create(device, OPTIONS);
    const controller = new AbortController();
    const reason = new Error("enough");
    const seen: number[] = [];
    let seenAtAbort = 0;
    const abort = () => {
      seenAtAbort = seen.length;
      controller.abort(reason);
    };
    const onProgress = ({ done }: Progress) => {
      if (seen.push(done) === 3) setTimeout(abort, 10); // most likely with a submission in flight
    };
    expect(await rejection(lattice.run(ENDLESS, { signal: controller.signal, onProgress }))).toBe(reason);
    expect(seen.length - seenAtAbort).toBeLessThanOrEqual(1);
    expect(lattice.steps).toBe(seen.at(-1));
    expect(lattice.steps).toBeGreaterThan(0);
    const { steps } = lattice;
    const saved = await lattice.checkpoint();
    expect(await lattice.digest()).toBe(await digestAfter(steps));
    const expected = await digestAfter(steps + 10);
    using continued = await ising.restore(device, saved);
    for (const one of [lattice, continued]) {
      await one.run(10);
      expect(one.steps).toBe(steps + 10);
      expect(await one.digest()).toBe(expected);
    }
  });

  it("while measuring: the series holds what the state has passed", async () => {
    using lattice = await ising.create(device, OPTIONS);
    const controller = new AbortController();
    const series = lattice.series();
    const onProgress = ({ done }: Progress) => {
      if (done >= 5) controller.abort();
    };
    const run = lattice.run(ENDLESS, { signal: controller.signal, onProgress, record: { series, every: 3 } });
    expect((await rejection(run))?.name).toBe("AbortError");
    const count = Math.floor(lattice.steps / 3);
    expect(series.steps).toEqual(Array.from({ length: count }, (_, i) => 3 * (i + 1)));
    using whole = await ising.create(device, OPTIONS);
    const expected = (await whole.collect(count, { every: 3 })).column("energy");
    expect(Array.from(series.column("energy"))).toEqual(Array.from(expected));
  });

  it("an already aborted signal runs nothing", async () => {
    for (const on of [device, reference]) {
      using lattice = await ising.create(on, OPTIONS);
      const submit = vi.spyOn(device, "submit");
      const error = await rejection(lattice.run(10, { signal: AbortSignal.abort() }));
      expect(submit).not.toHaveBeenCalled();
      submit.mockRestore();
      expect(error?.name).toBe("AbortError");
      expect(lattice.steps).toBe(0);
      await lattice.run(1);
      expect(lattice.steps).toBe(1);
    }
  });

  it("progress rises from 0 to the total", async () => {
    for (const on of [device, reference]) {
      using lattice = await ising.create(on, OPTIONS);
      await lattice.run(2);
      const seen: Progress[] = [];
      await lattice.run(30, { onProgress: (progress) => void seen.push({ ...progress }) });
      expect(seen[0]).toEqual({ done: 0, total: 30 });
      expect(seen.at(-1)).toEqual({ done: 30, total: 30 });
      seen.slice(1).forEach(({ done, total }, i) => {
        expect(done).toBeGreaterThan(seen[i].done);
        expect(total).toBe(30);
      });
    }
  });

  it("an error in onProgress ends the run with that error and nothing else", async () => {
    using lattice = await ising.create(device, OPTIONS);
    const mine = new Error("mine");
    const onProgress = ({ done }: Progress) => {
      if (done > 0) throw mine;
    };
    expect(await rejection(lattice.run(100, { onProgress }))).toBe(mine);
    expect(await lattice.digest()).toBe(await digestAfter(lattice.steps));
  });

  it("submissions of a real run grow at most fourfold", async () => {
    using lattice = await ising.create(device, { ...OPTIONS, size: [512, 512] });
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = ({ done }: Progress) => {
      seen.push(done);
      if (seen.length === 12) controller.abort();
    };
    await rejection(lattice.run(ENDLESS, { signal: controller.signal, onProgress }));
    const lengths = seen.slice(1).map((done, i) => done - seen[i]);
    expect(lengths[0]).toBe(1);
    for (let i = 1; i < lengths.length; i++) expect(lengths[i]).toBeLessThanOrEqual(4 * lengths[i - 1]);
  });
});

describe("the budget of a submission", () => {
  /** The lengths of submissions to a GPU that takes so many milliseconds a step, after a slow first one. */
  const lengths = (perStep: (submission: number) => number, count: number, remaining = 1e9, most = 1e9) => {
    const budget = new Budget();
    return Array.from({ length: count }, (_, i) => {
      const steps = budget.next(remaining, most);
      budget.record(steps, steps * perStep(i));
      return steps;
    });
  };

  it("starts with one step and ignores the time of the first, in which drivers compile", () => {
    const budget = new Budget();
    expect(budget.next(1000, 1000)).toBe(1);
    budget.record(1, 1e6);
    expect(budget.expected(10)).toBe(0);
    expect(budget.next(1000, 1000)).toBe(1);
    budget.record(1, 0.5);
    expect(budget.expected(10)).toBeCloseTo(5, 12);
    expect(budget.next(1000, 1000)).toBe(4);
  });

  it.each([0.02, 0.1, 1, 7])("settles at 30 ms for %d ms a step, growing at most fourfold", (perStep) => {
    const all = lengths(() => perStep, 12);
    for (let i = 1; i < all.length; i++) expect(all[i]).toBeLessThanOrEqual(4 * all[i - 1]);
    const last = all.at(-1)! * perStep;
    expect(last).toBeGreaterThan(30 - perStep - 1e-9);
    expect(last).toBeLessThanOrEqual(30 + 1e-9);
  });

  it("sends single steps where one takes longer, and a bounded number where the clock shows nothing", () => {
    expect(lengths(() => 400, 5)).toEqual([1, 1, 1, 1, 1]);
    expect(Math.max(...lengths(() => 0, 40))).toBeLessThanOrEqual(4 ** 39);
    expect(lengths(() => 0, 40, 1e9, 1024).at(-1)).toBe(1024);
  });

  it("never exceeds what remains or what fits", () => {
    for (const [remaining, most] of [
      [3, 1000],
      [1000, 3],
      [1, 1],
    ]) {
      const all = lengths(() => 0.02, 10, remaining, most);
      expect(Math.max(...all)).toBe(Math.min(remaining, most));
      expect(Math.min(...all)).toBe(1);
    }
  });

  it("follows a GPU that becomes a hundred times slower within three submissions", () => {
    const all = lengths((i) => (i < 10 ? 0.02 : 2), 16);
    expect(all[9]).toBeGreaterThan(1000);
    expect(all[13] * 2).toBeLessThan(60);
  });
});

describe("a lost device", () => {
  it("is reported once as DeviceLostError; the last checkpoint continues on a new device", async () => {
    const lost = await openDevice();
    const lattice = await ising.create(lost, OPTIONS);
    await lattice.run(20);
    const saved = await lattice.checkpoint();
    let reports = 0;
    void lost.lost.then(() => reports++);
    let stepsAtLoss = 0;
    const onProgress = ({ done }: Progress) => {
      if (done < 8 || stepsAtLoss > 0) return;
      stepsAtLoss = lattice.steps;
      lost.raw.destroy();
    };
    const error = await rejection(lattice.run(ENDLESS, { onProgress }));
    expect(error).toBeInstanceOf(DeviceLostError);
    expect(error?.message).toMatch(/checkpoint/); // the remedy
    expect(await lost.lost).toBe(error);
    expect(lattice.steps).toBe(stepsAtLoss); // no sweep is counted that was not made
    await expectNoNumber(lattice, DeviceLostError);
    expect(await rejection(ising.create(lost, OPTIONS))).toBe(error);
    expect(await rejection(ising.restore(lost, saved))).toBe(error);
    expect(() => lost.check()).toThrow(error);
    await pause(20);
    expect(reports).toBe(1);
    lattice.dispose();
    lost.dispose();

    using continued = await ising.restore(device, saved);
    expect(continued.steps).toBe(20);
    await continued.run(15);
    expect(await continued.digest()).toBe(await digestAfter(35));
  });

  it.each(["run", "measure", "digest", "checkpoint"])("lost during %s", async (name) => {
    const lost = await openDevice();
    const lattice = await ising.create(lost, OPTIONS);
    await lattice.run(2);
    const call = name === "run" ? lattice.run(ENDLESS) : numbersOf(lattice)[name]();
    lost.raw.destroy();
    expect(await rejection(call)).toBeInstanceOf(DeviceLostError);
    lost.dispose();
  });

  it("a dispose is no loss", async () => {
    const own = await openDevice();
    let reports = 0;
    void own.lost.then(() => reports++);
    own.dispose();
    await own.raw.lost;
    await pause(20);
    expect(reports).toBe(0);
  });
});

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

describe("NaN, infinities and nonsense are refused", () => {
  const { NaN: NAN, POSITIVE_INFINITY: INF } = Number;
  const refused: [name: string, value: unknown, shown?: string][] = [
    ["temperature", NAN],
    ["temperature", INF],
    ["temperature", 0],
    ["temperature", -1],
    ["temperature", "2"],
    ["temperature", null],
    ["temperature", [2, NAN], "NaN"],
    ["temperature", [], ""],
    ["field", NAN],
    ["field", -INF],
    ["field", 1e7],
    ["couplings", [INF, 1], "Infinity,1"],
    ["couplings", [1, NAN], "1,NaN"],
    ["couplings", NAN, "NaN,NaN"],
    ["couplings", [1, 1, 1], "1,1,1"],
    ["size", [63, 64], "63,64"],
    ["size", [64, 7], "64,7"],
    ["size", [0, 64], "0,64"],
    ["size", [-2, 64], "-2,64"],
    ["size", [2.5, 64], "2.5,64"],
    ["size", [NAN, 64], "NaN,64"],
    ["size", [2 ** 21, 2], "2097152,2"],
    ["size", [64], "64"],
    ["replicas", 0],
    ["replicas", 1.5],
    ["replicas", NAN],
    ["firstReplica", -1],
    ["algorithm", "wolff"],
    ["start", "sideways"],
    ["generator", "random"],
    ["seed", -1n],
    ["seed", 2n ** 64n],
    ["seed", 5],
    ["seed", NAN],
    ["seed", null],
    ["workgroup", 3],
    ["workgroup", 0],
    ["workgroup", NAN],
    ["workgroup", INF],
    ["workgroup", 2 ** 20],
    ["temprature", 2, ""],
  ];

  it.each(refused)("%s %s", async (name, value, shown = String(value)) => {
    const before = device.memory;
    const error = await rejection(ising.create(device, { [name]: value } as IsingOptions));
    expect(error).toBeInstanceOf(ParameterError);
    expect((error as ParameterError).parameter).toBe(name);
    expect(error?.message).toContain(name);
    expect(error?.message).toContain(shown);
    expect(device.memory).toEqual(before);
  });

  it("an unknown parameter's message lists the known ones", async () => {
    const error = await rejection(ising.create(device, { temprature: 2 } as unknown as IsingOptions));
    expect(error?.message).toMatch(/temprature.*size, temperature, field/);
  });

  it("spins of the wrong number, and a start that lacks them", async () => {
    for (const spins of [new Int8Array(63), new Int8Array(65), []]) {
      const error = await rejection(ising.create(device, { size: [8, 8], spins }));
      expect(error).toBeInstanceOf(ParameterError);
      expect(error?.message).toMatch(new RegExp(`64 spins.*${spins.length} spins were given`));
    }
    const error = await rejection(ising.create(device, { size: [8, 8], start: "given" }));
    expect(error?.message).toMatch(/start given: 64 spins.*no spins/);
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])("run(%d)", async (steps) => {
    for (const on of [device, reference]) {
      using lattice = await ising.create(on, OPTIONS);
      await lattice.run(2);
      const error = await rejection(lattice.run(steps));
      expect(error).toBeInstanceOf(ParameterError);
      expect(error?.message).toContain(`steps ${steps}`);
      expect(lattice.steps).toBe(2);
      await lattice.run(1); // a refusal leaves it usable
      expect(lattice.steps).toBe(3);
    }
  });

  it.each([0, -1, 0.5, Number.NaN])("measuring every %d", async (every) => {
    using lattice = await ising.create(device, OPTIONS);
    const error = await rejection(lattice.run(4, { record: { series: lattice.series(), every } }));
    expect(error).toBeInstanceOf(ParameterError);
    expect(error?.message).toContain(`every ${every}`);
    expect(await rejection(lattice.sample(4, { every }))).toBeInstanceOf(ParameterError);
    expect(lattice.steps).toBe(0);
  });

  it("more sweeps in all than random numbers are counted for", async () => {
    using lattice = await ising.create(device, OPTIONS);
    await lattice.run(1);
    const error = await rejection(lattice.run(2 ** 32 - 1));
    expect(error).toBeInstanceOf(ParameterError);
    expect(error?.message).toContain("4294967295");
    expect(lattice.steps).toBe(1);
  });
});
