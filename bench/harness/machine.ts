// What a device does at most, measured by small kernels of our own (shaders/bench/), whose results are checked first (machine-check.ts):
// copy bandwidth, rates of u32 and f32 arithmetic, reads of workgroup memory, and what a submission and a dispatch cost by themselves.

import { OutOfMemoryError } from "../../src/device/errors.ts";
import type { GpuDevice } from "../../src/device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../src/device/kernel.ts";
import { structOf } from "../../src/device/layout.ts";
import { checkCopy, checkEnds, FACTOR, ROUND, ROUNDS, SEED, TERM, WORKGROUP } from "./machine-check.ts";
import type { Machine } from "./result.ts";
import { stepsFor } from "./time.ts";

const RUN = structOf("bench/arithmetic.wgsl", "run");
/** Dispatches of one submission at most; fewer where they are long. */
const MOST = 256;

interface Timing {
  quick: boolean;
  signal?: AbortSignal;
}

/** @throws GpuError where a kernel's results are wrong */
export async function measureMachine(device: GpuDevice, timing: Timing): Promise<Machine> {
  const copy = await copyBandwidth(device, timing);
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  // Enough for every lane of a large GPU to have company.
  const threads = device.info.software ? 1 << 13 : 1 << 19;
  const ends = device.buffer("bench ends", 16 * threads, STORAGE | COPY_SRC);
  const run = device.buffer("bench run", 16, STORAGE | COPY_DST);
  try {
    const rate = async (entryPoint: keyof typeof ROUND) => {
      const kernel = await arithmetic(device, entryPoint);
      const group = kernel.bind({ ends, run });
      const dispatch = async (rounds: number, count: number, workgroups = threads / WORKGROUP) => {
        device.write(run, RUN.write({ seed: SEED, rounds, factor: FACTOR, term: TERM }));
        await many(device, kernel, group, [workgroups, 1], count);
      };
      await dispatch(ROUNDS, 1);
      checkEnds(entryPoint, new Uint32Array(await device.read(ends, 0, 16 * 2 * WORKGROUP)));
      const rounds = device.info.software ? 256 : 64; // some milliseconds either way
      const seconds = await secondsOf((steps) => dispatch(rounds, steps), timing);
      return (threads * rounds * ROUND[entryPoint]) / seconds;
    };
    const integer = Math.max(await rate("integer"), await rate("integer_pairs"));
    const [float, workgroup] = [await rate("float"), await rate("workgroup_memory")];
    const kernel = await arithmetic(device, "nothing");
    const group = kernel.bind({ ends, run });
    const dispatch = await secondsOf((steps) => many(device, kernel, group, [1, 1], steps), timing);
    const submission = await secondsOf(async (steps) => {
      for (let i = 0; i < steps; i++) await many(device, kernel, group, [1, 1], 1);
    }, timing);
    return { copy, integer, float, workgroup, submission, dispatch };
  } finally {
    for (const buffer of [ends, run]) device.free(buffer);
  }
}

const arithmetic = (device: GpuDevice, entryPoint: string) =>
  device.kernel({
    shader: "bench/arithmetic.wgsl",
    entryPoint,
    constants: entryPoint === "nothing" ? {} : { WORKGROUP },
  });

/** Bytes a second, those read and those written. The buffers are far larger than caches, or as large as the device lets them be. */
async function copyBandwidth(device: GpuDevice, timing: Timing): Promise<number> {
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  for (let size = device.info.software ? 1 << 27 : 1 << 29; ; size /= 2) {
    if (size > most) continue;
    try {
      return await copyOf(device, size, timing);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError) || size <= 1 << 24) throw error;
    }
  }
}

async function copyOf(device: GpuDevice, size: number, timing: Timing): Promise<number> {
  const kernels = await Promise.all(
    ["fill", "copy"].map((entryPoint) =>
      device.kernel({
        shader: "bench/copy.wgsl",
        entryPoint,
        constants: { WORKGROUP },
      }),
    ),
  );
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const buffers = await device.guard("bench copy", () =>
    ["copy", "original"].map((name) => device.buffer(`bench ${name}`, size, usage)),
  );
  try {
    const workgroups = workgroupGrid(size / 16 / WORKGROUP, device.limits);
    const [fill, copy] = kernels.map((kernel) => {
      const group = kernel.bind({ destination: buffers[0], origin: buffers[1] });
      return (count: number) => many(device, kernel, group, workgroups, count);
    });
    await fill(1);
    await copy(1);
    for (const at of [0, size / 2, size - 4096]) {
      checkCopy(at, new Uint32Array(await device.read(buffers[0], at, 4096)));
    }
    return (2 * size) / (await secondsOf(copy, timing));
  } finally {
    for (const buffer of buffers) device.free(buffer);
  }
}

/** Milliseconds of a dispatch, the shortest so far. A mean would let the wait for a busy machine's last dispatch hide how short the next one is. */
const shortest = new WeakMap<Kernel, number>();

/** Equal dispatches, in submissions of some 30 ms. */
async function many(
  device: GpuDevice,
  kernel: Kernel,
  group: GPUBindGroup,
  workgroups: [number, number],
  count: number,
) {
  for (let done = 0; done < count; ) {
    const known = shortest.get(kernel);
    const now = Math.min(count - done, known === undefined ? 1 : Math.max(1, Math.min(MOST, Math.floor(30 / known))));
    const start = performance.now();
    const accepted = device.submit("bench", (encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(kernel.pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < now; i++) pass.dispatchWorkgroups(...workgroups);
      pass.end();
    });
    const overslept = await device.waitForGpu(accepted, (known ?? 0) * now);
    const taken = Math.max(performance.now() - start, 0.01) / now;
    shortest.set(kernel, overslept ? 0.8 * known! : Math.min(taken, known ?? taken));
    done += now;
  }
}

/** Seconds of a step: the shortest of many short repeats, for a limit is what nothing disturbed. */
async function secondsOf(run: (steps: number) => Promise<void>, { quick, signal }: Timing): Promise<number> {
  const steps = await stepsFor({ run, dispose: () => {} }, 1, 0.02, signal);
  let least = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < (quick ? 20 : 40); repeat++) {
    signal?.throwIfAborted();
    const start = performance.now();
    await run(steps);
    least = Math.min(least, (performance.now() - start) / 1000 / steps);
  }
  return least;
}
