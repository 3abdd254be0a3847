// What the kernels of shaders/bench/ must leave, made again on the CPU: a device that computes wrongly has no limits to measure.

import { GpuError } from "../../src/device/errors.ts";

export const WORKGROUP = 128;
export const SEED = 0x2545f491;
/** Chains end near 1 however long they are: 1 = 1 · factor + term. */
export const [FACTOR, TERM] = [0.75, 0.25];
/** Rounds that are checked. */
export const ROUNDS = 5;
/** Work of one round of a thread, as the shader counts it. */
export const ROUND = { integer: 96, integer_pairs: 48, float: 128, workgroup_memory: 64 } as const;

/** What so many rounds leave, thread by thread. @throws GpuError */
export function checkEnds(entryPoint: keyof typeof ROUND, found: Uint32Array): void {
  const floats = new Float32Array(found.buffer);
  const right = found.every((word, i) => {
    const [thread, lane] = [i >> 2, i & 3];
    if (entryPoint === "integer_pairs" && lane > 1) return word === 0;
    if (entryPoint.startsWith("integer")) return word === integerEnd(thread, lane);
    if (entryPoint === "float") return Math.abs(floats[i] - floatEnd(thread, lane)) < 1e-5;
    return word === memoryEnd(thread % WORKGROUP, lane);
  });
  if (!right) throw wrong(entryPoint);
}

/** Words of the copy from this byte on. @throws GpuError */
export function checkCopy(at: number, found: Uint32Array): void {
  if (found.some((word, i) => word !== Math.imul(at / 4 + i, 0x9e3779b1) >>> 0)) throw wrong("copy");
}

const wrong = (kernel: string) =>
  new GpuError(
    `bench: the kernel that measures ${kernel.replace("_", " ")} gave a wrong result; nothing was timed. Update the GPU's driver.`,
  );

const rotated = (x: number, by: number) => (x << by) | (x >>> (32 - by));

function integerEnd(thread: number, lane: number): number {
  let x = (SEED + 8 * thread + lane) | 0;
  let y = (x + 4) | 0;
  for (let mix = 0; mix < 4 * ROUNDS; mix++) {
    x = (x + y) | 0;
    y = rotated(y, 13) ^ x;
    y = (y + x) | 0;
    x = rotated(x, 17) ^ y;
  }
  return (x ^ y) >>> 0;
}

function floatEnd(thread: number, lane: number): number {
  const starts = [0, 0.4, 0.8, 1.2].map((more) => (thread % 256) / 256 + lane / 10 + more);
  return starts.reduce((sum, start) => sum + 1 + (start - 1) * FACTOR ** (4 * ROUNDS), 0);
}

function memoryEnd(lane: number, part: number): number {
  const word = (at: number) => (SEED + 4 * (at % 512) + part) | 0;
  let sum = 0;
  for (let at = lane; at < lane + ROUNDS; at++) {
    sum ^= (word(at) + word(at + WORKGROUP)) | 0;
    sum = (sum + (word(at + 2 * WORKGROUP) ^ word(at + 3 * WORKGROUP))) | 0;
  }
  return sum >>> 0;
}
