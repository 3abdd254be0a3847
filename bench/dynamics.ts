// Trajectory-steps a second of maps and flows, with all statistics; on request compared with C and JavaScript. A step is a trajectory.
//
// Counted for Lorenz by the method of Runge and Kutta, per step: four right sides of 9 operations, three states between of 6, the sum of stages 18:
// 72 in f32; what the state keeps of rounding, 13 for each variable; the largest size, 2 for each: 117 in all. The Hénon map in 48 bits: three sums
// of pairs, 20 operations each, and three products, 30 each: 150; a doubled state of two variables. Bytes: a measurement of two is all there is. At
// 67 TFLOP/s an H200 would end at 5e11 steps/s of Lorenz, of which operations that depend on each other take a share.
// By Tsitouras' method, per step that is tried: six right sides of 9; sums of one to six slopes, 2 j - 1 for each variable, and 2 to add it to the
// state: 144; six differences of slopes 18, the error 33, how much is rounded 20, the norm of both 60, what the state keeps 39, the control of the step
// with two logarithms and exponentials some 60: 428. The longest step is that of the other method, and the tolerance so large that it is taken.

import { ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { type DynamicsOptions, dynamics } from "../src/models/dynamics/index.ts";
import { STAGES } from "../src/models/dynamics/reference/tsitouras.ts";
import type { Bench, Case, Counted, Place } from "./harness/case.ts";
import { javaScript, plainC, reference, simulated } from "./harness/contenders.ts";
import source from "./peers/dynamics.c?raw";

/** Steps of a trajectory. */
const STEPS = 1024;
const H = 2 ** -7;

interface Kind {
  kernel: string;
  options: DynamicsOptions;
  /** What the peer in C calls it. */
  peer: string;
  counted: Counted;
  plain(x: Float64Array): void;
}

const KINDS: Kind[] = [
  {
    kernel: "Lorenz, Runge-Kutta",
    options: { example: "lorenz", until: STEPS * H, dt: H, points: 2 },
    peer: "lorenz",
    counted: { float: 117, bytes: 0 },
    plain: plainLorenz,
  },
  {
    kernel: "Lorenz, Tsitouras",
    options: { example: "lorenz", until: STEPS * H, dt: H, points: 2, method: "tsit5", tolerance: 0.1 },
    peer: "tsitouras",
    counted: { float: 428, bytes: 0 },
    plain: plainTsitouras,
  },
  {
    kernel: "Hénon map, 48 bits",
    options: { example: "henon", until: STEPS, points: 2 },
    peer: "henon",
    counted: { float: 150, bytes: 0 },
    plain: plainHenon,
  },
  {
    kernel: "Hénon map, 24 bits",
    options: { example: "henon", until: STEPS, points: 2, precision: "single" },
    peer: "henon",
    counted: { float: 10, bytes: 0 },
    plain: plainHenon,
  },
];
/** Trajectories that are compared with the reference, and in which share of their time. */
const CHECKED = { count: 16, share: 128, error: 2e-5 };

export const bench: Bench = {
  async check({ device }) {
    for (const { kernel, options } of KINDS) {
      const short = { ...options, until: (options.until as number) / CHECKED.share };
      using own = await dynamics.create(device, short);
      using other = await dynamics.create(new ReferenceDevice(device.info.host), short);
      const [found, right] = [await own.samples(0, CHECKED.count), await other.samples(0, CHECKED.count)];
      const off = found.data.some((x, i) => !(Math.abs(x - right.data[i]) <= CHECKED.error * (1 + Math.abs(x))));
      if (off) throw new GpuError(`bench dynamics: ${kernel}: a trajectory is not the reference's; nothing was timed.`);
    }
  },
  cases: (place) => KINDS.flatMap((kind) => ofKind(place, kind)),
};

function ofKind({ device, software, programs }: Place, { kernel, options, peer, counted, plain }: Kind): Case[] {
  const row = {
    ...{ kernel, size: [STEPS], n: STEPS, of: "steps", updates: STEPS, unit: "steps/s", fit: "update" as const },
  };
  const own: Case = {
    ...{ ...row, counted, least: software ? 1 << 14 : 1 << 20 },
    create: () => simulated(dynamics.create(device, options)),
  };
  const slow = reference(row, () => simulated(dynamics.create(new ReferenceDevice(device.info.host), options)));
  if (!programs) return [own, slow];
  const words = (trajectories: number) => [peer, STEPS, trajectories, programs.threads];
  return [
    own,
    slow,
    plainC(programs, { ...row, least: 1 << 14 }, source, words),
    javaScript(row, () => (trajectories) => {
      for (let i = 0; i < trajectories; i++) {
        const x = Float64Array.of(0.1 * Math.random(), 0.1, 25);
        for (let n = 0; n < STEPS; n++) plain(x);
      }
    }),
  ];
}

function plainHenon(x: Float64Array): void {
  const [a, b] = x;
  x[0] = 1 - 1.4 * a * a + b;
  x[1] = 0.3 * a;
}

const k = [0, 1, 2, 3, 4, 5].map(() => new Float64Array(3));
const between = new Float64Array(3);
const slope = (at: Float64Array, to: Float64Array) => {
  to[0] = 10 * (at[1] - at[0]);
  to[1] = at[0] * (28 - at[2]) - at[1];
  to[2] = at[0] * at[1] - (8 / 3) * at[2];
};

function plainTsitouras(x: Float64Array): void {
  slope(x, k[0]);
  for (let stage = 1; stage < 7; stage++) {
    for (let i = 0; i < 3; i++) {
      let sum = 0;
      for (let j = 0; j < stage; j++) sum += STAGES[stage][j] * k[j][i];
      between[i] = x[i] + H * sum;
    }
    if (stage < 6) slope(between, k[stage]);
  }
  x.set(between);
}

function plainLorenz(x: Float64Array): void {
  slope(x, k[0]);
  for (const [stage, h] of [H / 2, H / 2, H].entries()) {
    for (let i = 0; i < 3; i++) between[i] = x[i] + h * k[stage][i];
    slope(between, k[stage + 1]);
  }
  for (let i = 0; i < 3; i++) x[i] += (H / 6) * (k[0][i] + 2 * (k[1][i] + k[2][i]) + k[3][i]);
}
