// No number after a GPU error or on a lost device; refused input; and same input, same bits.

import { describe, expect, it, vi } from "vitest";
import { openDevice } from "#open-device";
import {
  DeviceLostError,
  GibbsError,
  GpuError,
  type IsingOptions,
  ising,
  ParameterError,
  type Progress,
} from "../src/index.ts";
import { digestAfter, ENDLESS, expectNoNumber, numbersOf, OPTIONS, pause, rejection } from "./device-lattices.ts";
import { device, reference } from "./devices.ts";

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
