// The generator is Random123's Threefry4x32, in TypeScript and in WGSL, and its streams are independent.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "#open-device";
import type { GpuDevice } from "../src/index.ts";
import { threefryOnGpu } from "../src/random/gpu.ts";
import { STREAMS } from "../src/random/streams.ts";
import { streamKey, streamPurpose, threefry4x32, type Words4 } from "../src/random/threefry.ts";
import vectors from "./data/random123_kat.txt?raw";

interface KnownAnswer {
  rounds: number;
  counter: Words4;
  key: Words4;
  block: Words4;
}

const answers: KnownAnswer[] = vectors
  .split("\n")
  .filter((line) => line.startsWith("threefry4x32"))
  .map((line) => {
    const [, rounds, ...hex] = line.trim().split(/\s+/);
    const words = hex.map((word) => Number.parseInt(word, 16));
    const [counter, key, block] = [0, 4, 8].map((at) => words.slice(at, at + 4) as unknown as Words4);
    return { rounds: Number(rounds), counter, key, block };
  });

describe("known answers of Random123", () => {
  it("has vectors for 12, 13 and 20 rounds", () => {
    expect(answers.map(({ rounds }) => rounds).sort()).toEqual([12, 12, 12, 13, 13, 13, 20, 20, 20]);
  });

  it.each(answers)("TypeScript, $rounds rounds of $counter", ({ rounds, counter, key, block }) => {
    expect(threefry4x32(counter, key, rounds)).toEqual(block);
  });

  describe("WGSL", () => {
    let device: GpuDevice;
    beforeAll(async () => {
      device = await openDevice();
    });
    afterAll(() => device.dispose());

    it.each([12, 20] as const)("%i rounds: the known answers, and 1,000 blocks as in TypeScript", async (rounds) => {
      const known = answers.filter((answer) => answer.rounds === rounds);
      expect(await threefryOnGpu(device, known, rounds)).toEqual(known.map(({ block }) => block));
      const inputs = Array.from({ length: 1000 }, (_, i) => ({
        counter: threefry4x32([i, 1, 2, 3], [0, 0, 0, 0]),
        key: threefry4x32([i, 4, 5, 6], [0, 0, 0, 0]),
      }));
      expect(await threefryOnGpu(device, inputs, rounds)).toEqual(
        inputs.map(({ counter, key }) => threefry4x32(counter, key, rounds)),
      );
    });
  });
});

/** Every bit of a block against every bit of its neighbour's: the largest |z| of the 128 × 128 correlations. */
function worstCorrelation(rounds: number, neighbour: (i: number) => [Words4, Words4], samples = 1 << 15): number {
  // One row of the sample's bits each, so that a correlation is a popcount of 32 samples at once.
  const rows = Array.from({ length: 2 }, () => Array.from({ length: 128 }, () => new Int32Array(samples / 32)));
  for (let i = 0; i < samples; i++) {
    const inputs = [neighbour(i), neighbour(i + 1)];
    for (let side = 0; side < 2; side++) {
      const [counter, key] = inputs[side];
      const block = threefry4x32(counter, key, rounds);
      for (let bit = 0; bit < 128; bit++) rows[side][bit][i >> 5] |= ((block[bit >> 5] >>> (bit & 31)) & 1) << (i & 31);
    }
  }
  let worst = 0;
  for (const left of rows[0]) {
    for (const right of rows[1]) {
      let unequal = 0;
      for (let i = 0; i < left.length; i++) unequal += popcount(left[i] ^ right[i]);
      worst = Math.max(worst, Math.abs(2 * unequal - samples) / Math.sqrt(samples));
    }
  }
  return worst;
}

function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

describe("neighbouring seeds, replicas, sites, steps and draws are independent", () => {
  const key = streamKey(42n, streamPurpose(1, 1), 0);
  const neighbours: Record<string, (i: number) => [Words4, Words4]> = {
    seeds: (i) => [[7, 0, 0, 0], streamKey(BigInt(i), streamPurpose(1, 1), 0)],
    replicas: (i) => [[7, 0, 0, 0], streamKey(42n, streamPurpose(1, 1), i)],
    purposes: (i) => [[7, 0, 0, 0], streamKey(42n, streamPurpose(0, i), 0)],
    sites: (i) => [[i, 9, 0, 0], key],
    steps: (i) => [[9, i, 0, 0], key],
    draws: (i) => [[9, 9, i, 0], key],
  };
  // Of 16,384 correlations the largest is about 4.1 by chance, and above 5.5 once in 1,600 times.
  it.each(Object.keys(neighbours))("%s", (what) => {
    expect(worstCorrelation(20, neighbours[what])).toBeLessThan(5.5);
  });
});

/** The largest |z| by which flipping one bit of counter or key flips a bit of the block more or less often than half the time. */
function worstAvalanche(rounds: number, samples = 1 << 12): number {
  let worst = 0;
  for (let input = 0; input < 256; input++) {
    const flips = new Int32Array(128);
    const mask = Array.from({ length: 8 }, (_, word) => (word === input >> 5 ? 1 << (input & 31) : 0));
    for (let i = 0; i < samples; i++) {
      const words = [i, 77, 0, 1, ...streamKey(42n, streamPurpose(1, 1), 0)];
      const other = words.map((word, w) => word ^ mask[w]);
      const [a, b] = [words, other].map((w) =>
        threefry4x32(w.slice(0, 4) as unknown as Words4, w.slice(4) as unknown as Words4, rounds),
      );
      for (let bit = 0; bit < 128; bit++) flips[bit] += ((a[bit >> 5] ^ b[bit >> 5]) >>> (bit & 31)) & 1;
    }
    for (const count of flips) worst = Math.max(worst, Math.abs(2 * count - samples) / Math.sqrt(samples));
  }
  return worst;
}

describe("seeds, replicas, sites, steps and draws that differ in one bit give independent blocks", () => {
  // Of 32,768 figures the largest is about 4.2 by chance, and above 5.8 once in 4,600 times.
  it.each([20, 12])("%i rounds", (rounds) => expect(worstAvalanche(rounds)).toBeLessThan(5.8));

  it("negative control: Threefry4x32-8 fails", () => expect(worstAvalanche(8)).toBeGreaterThan(5.8));
});

describe("purposes of random numbers", () => {
  const all = Object.values(STREAMS).flatMap((uses) => Object.values(uses));

  it("are each a number of its own, and none is a seed's or a replica's", () => {
    expect(new Set(all).size).toBe(all.length);
    for (const purpose of all) expect(purpose).toBe(purpose >>> 0);
  });

  it("are registered: no source makes one for itself", () => {
    const files = import.meta.glob("../{src,host-web,host-node}/**/*.ts", {
      query: "?raw",
      import: "default",
      eager: true,
    });
    const makers = Object.entries(files).filter(([, text]) => /\bstreamPurpose\(/.test(text as string));
    expect(makers.map(([path]) => path).sort()).toEqual(["../src/random/streams.ts", "../src/random/threefry.ts"]);
  });
});
