// What moves a trajectory and its tangents in f64: right sides, their derivatives, and what is measured.

import { compile } from "../../../expression/compile.ts";
import { derivative } from "../../../expression/derivative.ts";
import { compiled, type Plan } from "../plan.ts";
import { TIME } from "../system.ts";
import { Memory } from "./memory.ts";

export type Vector = readonly number[];

export const dot = (a: Vector, b: Vector) => a.reduce((total, x, i) => total + x * b[i], 0);
/** a + h b */
export const plus = (a: Vector, h: number, b: Vector) => a.map((x, i) => x + h * b[i]);

/** What moves a point and its tangents. */
export interface Motion {
  /** It depends on what was before. */
  hasPast: boolean;
  /** @param ends it is the end of a step, or within one */
  at(x: Vector, t: number, ends: boolean): number[];
  /** The Jacobian there, row by row. */
  jacobian(x: Vector, t: number): Vector[];
  /** How right sides change with the time alone. */
  inTime(x: Vector, t: number): Vector;
}

export function motionOf({ system, points, exponents, adaptive }: Plan, point: number) {
  const { values, placeOf, rates, outputs } = compiled(system, points[point]);
  const names = system.variables.map(({ name }) => name);
  const memory = new Memory(system, points[point]);
  const set = (x: Vector, t: number, ends: boolean) => {
    values.set(x);
    for (const [j, value] of memory.at(t, ends).entries()) values[placeOf(system.delays[j].name)] = value;
    values[values.length - 1] = t;
  };
  const isStiff = adaptive?.method === "rosenbrock23";
  const slopes =
    exponents > 0 || isStiff
      ? system.variables.map(({ rate }) => names.map((name) => compile(derivative(rate, name), placeOf)))
      : [];
  const driven = isStiff ? system.variables.map(({ rate }) => compile(derivative(rate, TIME), placeOf)) : [];
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
    inTime(x, t) {
      set(x, t, false);
      return driven.map((slope) => slope(values));
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

/** By Gram and Schmidt; the lengths are the diagonal of R in QR. */
export function orthonormal(vectors: readonly Vector[]): { vectors: Vector[]; lengths: number[] } {
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

/** The first tangents of a trajectory. */
export const firstFrame = ({ exponents, system }: Plan): Vector[] =>
  orthonormal(
    Array.from({ length: exponents }, (_, j) =>
      system.variables.map((_, i) => (i === j ? 1 : 0.1 * Math.cos(1 + i + 3 * j))),
    ),
  ).vectors;
