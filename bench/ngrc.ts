// Next-generation reservoirs: forecast samples a second, all starts with weights of their own. Trajectories and training, which the CPU makes,
// are not timed. A step is a forecast of every start. On request compared with the Lorenz equations themselves in PyTorch, all systems a tensor: what
// a forecast stands in for.
//
// Counted per sample with F monomials of d components: F (order products of a table's numbers, 8 operations for four components, 16 bytes
// of weights). Lorenz, k = 2: 28 monomials, so 28 · 10 = 280 operations in f32, 56 words of the table that all lanes share, and 448 bytes of
// weights from the cache. At 67 TFLOP/s an H200 would end at 2e11 samples/s; the weights, at some 5 TB/s from its L2, at 1e10. Lorenz 96 with 8
// sites, k = 2: 153 monomials and two rounds of four components, 3060 operations. From memory come 4 d bytes of the past, and 4 d go there.

import { ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { planOf } from "../src/models/ngrc/data.ts";
import type { Forecaster } from "../src/models/ngrc/forecaster.ts";
import { ReferenceForecaster } from "../src/models/ngrc/forecaster.ts";
import { GpuForecaster } from "../src/models/ngrc/gpu.ts";
import { type NgrcOptions, ngrc } from "../src/models/ngrc/index.ts";
import { roundingErrors } from "../src/models/ngrc/rounding.ts";
import { historyOf, learn } from "../src/models/ngrc/segment.ts";
import type { Bench, Case, Place } from "./harness/case.ts";
import { python, reference } from "./harness/contenders.ts";
import lorenz from "./peers/lorenz.py?raw";

interface Kind {
  kernel: string;
  options: NgrcOptions;
  counted: { float: number; bytes: number };
  /** The equations in PyTorch. */
  equations?: string;
}

const KINDS: Kind[] = [
  { kernel: "Lorenz, k = 2, quadratic", options: {}, counted: { float: 280, bytes: 24 }, equations: lorenz },
  {
    kernel: "Lorenz 96, 8 sites, k = 2, quadratic",
    options: { system: "lorenz96", set: "sites = 8", lyapunov: 1.6, training: 2000, ridge: 1 },
    counted: { float: 3060, bytes: 64 },
  },
];
/** Training segments, each with weights of its own; starts share them in turn. */
const SEGMENTS = 64;

export const bench: Bench = {
  async check({ device }) {
    for (const { kernel, options } of KINDS) {
      if ((await roundingErrors(device, { ...options, starts: 2 })) > 1) {
        throw new GpuError(`bench ngrc: ${kernel}: a step is not the reference's to rounding; nothing was timed.`);
      }
    }
  },
  async cases(place) {
    const cases: Case[] = [];
    for (const kind of KINDS) cases.push(...(await ofKind(place, kind)));
    return cases;
  },
};

async function ofKind({ device, software, programs }: Place, kind: Kind): Promise<Case[]> {
  const { kernel, options, counted, equations } = kind;
  using host = await ngrc.create(new ReferenceDevice(device.info.host), options);
  const { parameters } = host.points;
  const plan = planOf(parameters, 1n);
  let learned: ReturnType<typeof learn>[] | undefined;
  const contender = async (forecaster: Forecaster, count: number) => {
    learned ??= Array.from({ length: SEGMENTS }, (_, i) => learn(plan, parameters, i));
    const segments = learned;
    const starts = Array.from({ length: count }, (_, i) => {
      const segment = i % SEGMENTS;
      return { history: historyOf(plan, segments[segment], 0), segment };
    });
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) await forecaster.run(segments, starts, async () => {});
    };
    return { run, dispose: () => forecaster.dispose() };
  };
  const rowOf = (count: number) => ({
    ...{ kernel, size: [plan.features.dimension, count], n: count, of: "starts" },
    ...{ updates: count * plan.horizon, unit: "samples/s" },
  });
  const { most } = await GpuForecaster.create(device, plan);
  const top = Math.min(most, software ? 2048 : 1 << 18);
  const counts = [Math.floor(top / 16), Math.floor(top / 4), top];
  return [
    ...counts.map((count) => ({
      ...{ ...rowOf(count), counted },
      create: async () => contender(await GpuForecaster.create(device, plan), count),
    })),
    ...(programs && equations
      ? counts.map((count) => {
          const row = { ...rowOf(count), kernel: "Lorenz equations, Runge-Kutta" };
          return python(programs, row, equations, [count, plan.horizon, plan.dt]);
        })
      : []),
    reference(rowOf(16), () => contender(new ReferenceForecaster(plan), 16)),
  ];
}
