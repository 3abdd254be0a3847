// Recall at N = 10,000 without temperature against the theory of large networks, with errors over patterns, below and beyond the
// critical load; and at temperatures above 0.

import { describe, expect, it } from "vitest";
import { type HopfieldOptions, hopfield, retrievalOverlap } from "../../src/index.ts";
import { device } from "../devices.ts";

/** Mean overlap with the cue's pattern over the replicas, each with patterns of its own, and its error. */
function overReplicas(overlaps: readonly number[]) {
  const n = overlaps.length;
  const mean = overlaps.reduce((a, b) => a + b, 0) / n;
  return { mean, error: Math.sqrt(overlaps.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n * (n - 1))) };
}

const settled = async (options: HopfieldOptions, sweeps: number) => {
  using network = await hopfield.create(device, options);
  await network.run(sweeps);
  return (await network.measure()).map(({ overlap }) => overlap);
};

describe("without temperature, N = 10,000", () => {
  it.each([
    [0.05, 10, 8],
    [0.1, 20, 8],
    [0.13, 60, 6],
  ])("load %d: the overlap of Amit, Gutfreund and Sompolinsky", async (load, sweeps, replicas) => {
    const overlaps = await settled({ neurons: 10_000, patterns: load * 10_000, replicas, seed: 3n }, sweeps);
    const { mean, error } = overReplicas(overlaps);
    const theory = retrievalOverlap(load, 0)!;
    // Where hardly a spin is wrong the spread is that of counting them.
    const least = Math.sqrt((2 * (1 - theory)) / (10_000 * replicas));
    expect(Math.abs(mean - theory)).toBeLessThan(4 * Math.max(error, least));
    if (load > 0.05) expect(Math.abs(mean - retrievalOverlap(load - 0.02, 0)!)).toBeGreaterThan(3 * error); // negative control
  });

  it("beyond the critical load recall collapses", async () => {
    const overlaps = await settled({ neurons: 4000, patterns: 0.17 * 4000, replicas: 6, seed: 3n }, 80);
    for (const overlap of overlaps) expect(overlap).toBeLessThan(0.7);
    expect(overReplicas(overlaps).mean).toBeGreaterThan(0.15); // a remnant, as everybody finds
  });
});

it.each([
  [0.02, 0.2],
  [0.05, 0.4],
  [0.1, 0.2],
])("load %d at temperature %d", async (load, temperature) => {
  const options = { neurons: 4000, patterns: load * 4000, temperature, replicas: 8, seed: 4n };
  using network = await hopfield.create(device, options);
  await network.run(20);
  const series = await network.collect(10, { every: 2 });
  const { value, error } = network.estimate(series).overlap;
  const theory = retrievalOverlap(load, temperature)!;
  expect(Math.abs(value - theory)).toBeLessThan(4 * error + 2 / 4000); // the theory is for N → ∞
  expect(Math.abs(value - retrievalOverlap(load, temperature + 0.1)!)).toBeGreaterThan(4 * error + 2 / 4000);
});
