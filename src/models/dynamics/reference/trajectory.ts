// One trajectory in f64, to be read: the map, or the method of Runge and Kutta, and Lyapunov exponents by tangent vectors (Benettin et al. 1980,
// doi 10.1007/BF02128236).

import { compile } from "../../../expression/compile.ts";
import { derivative } from "../../../expression/derivative.ts";
import { compiled, type Phase, type Plan } from "../plan.ts";
import { quantitiesOf } from "../system.ts";
import { Memory } from "./memory.ts";
import { startOf } from "./start.ts";

export interface Trajectory {
  /** [time][quantity] */
  samples: Float64Array;
  exponents: number[];
  /** How far from converged the worst step of a flow was; see Pilot. */
  apart: number;
}

type Vector = readonly number[];

const dot = (a: Vector, b: Vector) => a.reduce((total, x, i) => total + x * b[i], 0);
/** a + h b */
const plus = (a: Vector, h: number, b: Vector) => a.map((x, i) => x + h * b[i]);

/** What moves a point and its tangents. */
interface Motion {
  /** It depends on what was before. */
  hasPast: boolean;
  /** @param ends it is the end of a step, or within one */
  at(x: Vector, t: number, ends: boolean): number[];
  /** The Jacobian there, row by row. */
  jacobian(x: Vector, t: number): Vector[];
}

export function trajectoryOf(plan: Plan, point: number, trajectory: number, start?: Vector): Trajectory {
  const { system, transient, measured, perRow, times, exponents, every, pilot } = plan;
  const { kind, variables } = system;
  const quantities = quantitiesOf(system).length;
  const { motion, outputs, memory } = motionOf(plan, point);
  const samples = new Float64Array(times.length * quantities);
  let x = [...(start ?? startOf(plan, point, trajectory))];
  let frame = orthonormal(
    Array.from({ length: exponents }, (_, j) => variables.map((_, i) => (i === j ? 1 : 0.1 * Math.cos(1 + i + 3 * j)))),
  ).vectors;
  const grown = frame.map(() => 0);
  let apart = 0;
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
      const made = step(motion, x, frame, t, h);
      [x, frame] = made.state;
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
  return { samples, apart, exponents: grown.map((sum) => sum / (measured.steps * measured.h)) };
}

function motionOf({ system, points, exponents }: Plan, point: number) {
  const { values, placeOf, rates, outputs } = compiled(system, points[point]);
  const names = system.variables.map(({ name }) => name);
  const memory = new Memory(system, points[point]);
  const set = (x: Vector, t: number, ends: boolean) => {
    values.set(x);
    for (const [j, value] of memory.at(t, ends).entries()) values[placeOf(system.delays[j].name)] = value;
    values[values.length - 1] = t;
  };
  const slopes =
    exponents > 0
      ? system.variables.map(({ rate }) => names.map((name) => compile(derivative(rate, name), placeOf)))
      : [];
  const motion: Motion = {
    hasPast: system.delays.length > 0,
    at(x, t, ends) {
      set(x, t, ends);
      return rates.map((rate) => rate(values));
    },
    jacobian(x, t) {
      set(x, t, false);
      return slopes.map((row) => row.map((slope) => slope(values)));
    },
  };
  return {
    motion,
    memory,
    outputs(x: Vector, t: number) {
      set(x, t, false);
      return outputs.map((output) => output(values));
    },
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

/** By Gram and Schmidt; the lengths are the diagonal of R in QR. */
function orthonormal(vectors: readonly Vector[]): { vectors: Vector[]; lengths: number[] } {
  const done: Vector[] = [];
  const lengths: number[] = [];
  for (const vector of vectors) {
    let rest = vector;
    for (const other of done) rest = plus(rest, -dot(other, rest), other);
    const length = Math.sqrt(dot(rest, rest));
    lengths.push(length);
    done.push(rest.map((x) => x / length));
  }
  return { vectors: done, lengths };
}
