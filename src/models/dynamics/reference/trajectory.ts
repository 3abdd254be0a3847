// One trajectory in f64, to be read: the map, or the method of Runge and Kutta, and Lyapunov exponents by tangent vectors (Benettin et al. 1980,
// doi 10.1007/BF02128236).

import type { Phase, Plan } from "../plan.ts";
import { quantitiesOf } from "../system.ts";
import { adaptiveTrajectory, type Tries } from "./adaptive.ts";
import { Crossings } from "./crossings.ts";
import { dot, firstFrame, type Motion, motionOf, orthonormal, plus, type Vector } from "./motion.ts";
import { startOf } from "./start.ts";
import { hasUnits, unitsTrajectory } from "./units.ts";

export interface Trajectory {
  /** [time][quantity] */
  samples: Float64Array;
  exponents: number[];
  /** Of a section; see Crossings. */
  crossings: number[];
  /** How far from converged the worst step of a flow was; see Pilot. */
  apart: number;
  /** Of a method that chooses its steps. */
  tries?: Tries;
}

export function trajectoryOf(plan: Plan, point: number, trajectory: number, start?: Vector): Trajectory {
  if (hasUnits(plan)) return unitsTrajectory(plan, point, trajectory);
  if (plan.adaptive) return adaptiveTrajectory(plan, plan.adaptive, point, start ?? startOf(plan, point, trajectory));
  const { system, transient, measured, perRow, times, exponents, every, pilot } = plan;
  const { kind } = system;
  const quantities = quantitiesOf(system).length;
  const { motion, outputs, memory } = motionOf(plan, point);
  const samples = new Float64Array(times.length * quantities);
  let x = [...(start ?? startOf(plan, point, trajectory))];
  let frame = firstFrame(plan);
  const grown = frame.map(() => 0);
  let apart = 0;
  const crossings = new Crossings(plan, point);
  const measure = (row: number, t: number) => samples.set([...x, ...outputs(x, t)], row * quantities);

  memory.begin(x);
  const walk = ({ origin, h, steps }: Phase, measures: boolean) => {
    const keep = (n: number) => {
      const t = origin + n * h;
      memory.keep(t, x, { before: motion.at(x, t, true), after: motion.at(x, t, false) });
    };
    if (system.delays.length > 0) keep(0);
    if (measures) measure(0, origin);
    for (let n = 0; n < steps; n++) {
      const t = origin + n * h;
      const step = kind === "map" ? mapStep : rungeKutta;
      const from = x;
      const made = step(motion, x, frame, t, h);
      [x, frame] = made.state;
      if (measures) crossings.step(from, x, t, h, (part) => step(motion, from, [], t, part * h).state[0]);
      if (pilot)
        for (const [i, value] of made.apart.entries()) apart = Math.max(apart, Math.abs(value) / pilot.sizes[i] || 0);
      if (exponents > 0 && ((n + 1) % every === 0 || n + 1 === steps)) {
        const { vectors, lengths } = orthonormal(frame);
        frame = vectors;
        if (measures) {
          for (const [j, length] of lengths.entries()) grown[j] += Math.log(length);
        }
      }
      if (system.delays.length > 0) keep(n + 1);
      if (measures && (n + 1) % perRow === 0) measure((n + 1) / perRow, origin + (n + 1) * h);
    }
  };
  walk(transient, false);
  walk(measured, true);
  return {
    samples,
    apart,
    crossings: crossings.numbers,
    exponents: grown.map((sum) => sum / (measured.steps * measured.h)),
  };
}

type Step = (
  motion: Motion,
  x: Vector,
  frame: Vector[],
  t: number,
  h: number,
) => { state: [number[], Vector[]]; apart: Vector };

const mapStep: Step = ({ at, jacobian }, x, frame, t) => {
  const slopes = frame.length > 0 ? jacobian(x, t) : [];
  return { state: [at(x, t, false), frame.map((v) => slopes.map((row) => dot(row, v)))], apart: [] };
};

/** The state and the tangents as one system: v' = J(x) v. */
const rungeKutta: Step = ({ at, jacobian, hasPast }, x, frame, t, h) => {
  const slopeOf = (point: Vector, vectors: readonly Vector[], time: number) => {
    const slopes = vectors.length > 0 ? jacobian(point, time) : [];
    return { point: at(point, time, time > t), vectors: vectors.map((v) => slopes.map((row) => dot(row, v))) };
  };
  const along = (factor: number, k: { point: Vector; vectors: readonly Vector[] }) =>
    [plus(x, factor, k.point), frame.map((v, j) => plus(v, factor, k.vectors[j]))] as const;
  const k1 = slopeOf(x, frame, t);
  const k2 = slopeOf(...along(h / 2, k1), t + h / 2);
  const k3 = slopeOf(...along(h / 2, k2), t + h / 2);
  const k4 = slopeOf(...along(h, k3), t + h);
  const mean = (of: (k: typeof k1) => Vector) =>
    of(k1).map((_, i) => (of(k1)[i] + 2 * of(k2)[i] + 2 * of(k3)[i] + of(k4)[i]) / 6);
  const next = frame.map((_, j) => mean((k) => k.vectors[j]));
  return {
    state: [
      plus(
        x,
        h,
        mean((k) => k.point),
      ),
      frame.map((v, j) => plus(v, h, next[j])),
    ],
    apart: k2.point.map((_, i) => {
      const [a, b, c, d] = [k1, k2, k3, k4].map(({ point }) => point[i]);
      return h * Math.max(Math.abs(b - c), hasPast ? Math.abs(a - b - c + d) : 0);
    }),
  };
};
