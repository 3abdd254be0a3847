// Next-generation reservoirs: forecast samples a second, all starts with weights of their own, the reference beside them. Trajectories and
// training, which the CPU makes, are not timed.
//
// Counted per sample with F monomials of d components: F (order products of a table's numbers, 8 operations for four components, 16 bytes
// of weights). Lorenz, k = 2: 28 monomials, so 28 · 10 = 280 operations in f32, 56 words of the table that all lanes share, and 448 bytes of
// weights from the cache. At 67 TFLOP/s an H200 would end at 2e11 samples/s; the weights, at some 5 TB/s from its L2, at 1e10. Lorenz 96 with 8
// sites, k = 2: 153 monomials and two rounds of four components, 3060 operations.

import { ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import type { GpuDevice } from "../src/device/gpu.ts";
import { planOf } from "../src/models/ngrc/data.ts";
import { type Forecaster, ReferenceForecaster } from "../src/models/ngrc/forecaster.ts";
import { GpuForecaster } from "../src/models/ngrc/gpu.ts";
import { type NgrcOptions, ngrc } from "../src/models/ngrc/index.ts";
import { roundingErrors } from "../src/models/ngrc/rounding.ts";
import { historyOf, learn } from "../src/models/ngrc/segment.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";

const CASES: { name: string; options: NgrcOptions }[] = [
  { name: "Lorenz, k = 2, quadratic", options: {} },
  {
    name: "Lorenz 96, 8 sites, k = 2, quadratic",
    options: { system: "lorenz96", set: "sites = 8", lyapunov: 1.6, training: 2000, ridge: 1 },
  },
];
/** Training segments, each with weights of its own; starts share them in turn. */
const SEGMENTS = 64;

export const ngrcBench: Bench = {
  model: "ngrc",
  async run(device, options) {
    gpuOnly(device);
    const rows: BenchRow[] = [];
    for (const each of options.quick ? CASES.slice(0, 1) : CASES) rows.push(...(await ofCase(device, each, options)));
    return rows;
  },
};

/** @throws GpuError where a step is further from the reference's than f32 explains */
async function ofCase(
  device: GpuDevice,
  { name, options }: (typeof CASES)[number],
  { onRow, quick, signal, log }: BenchOptions,
): Promise<BenchRow[]> {
  log(`checking: ${name}, each step of 2 forecasts against the reference`);
  if ((await roundingErrors(device, { ...options, starts: 2 })) > 1) {
    throw new GpuError(`bench ngrc: ${name}: a step is not the reference's to rounding; nothing was timed.`);
  }
  using host = await ngrc.create(new ReferenceDevice(device.info.host), options);
  const { parameters } = host.points;
  const plan = planOf(parameters, 1n);
  const segments = Array.from({ length: SEGMENTS }, (_, i) => learn(plan, parameters, i));
  const rate = async (forecaster: Forecaster, count: number) => {
    const starts = Array.from({ length: count }, (_, i) => {
      const segment = i % SEGMENTS;
      return { history: historyOf(plan, segments[segment], 0), segment };
    });
    const began = performance.now();
    await forecaster.run(segments, starts, async () => signal?.throwIfAborted());
    return (count * plan.horizon) / ((performance.now() - began) / 1000);
  };
  const gpu = await GpuForecaster.create(device, plan);
  const count = Math.min(gpu.most, device.info.software ? 2048 : 1 << 18);
  await rate(gpu, count);
  const rates: number[] = [];
  for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) rates.push(await rate(gpu, count));
  const reference = await rate(new ReferenceForecaster(plan), 16);
  const row = (kernel: string, all: readonly number[]): BenchRow => ({
    model: "ngrc",
    kernel: `${name}${kernel}`,
    size: [plan.features.dimension],
    ...summary(all),
    unit: "samples/s",
  });
  const rows = [row("", rates), row(", reference", [reference])];
  for (const each of rows) onRow(each);
  return rows;
}
