// A differential equation with a delay.

import { ParameterError } from "../device/errors.ts";
import { type Flow, flow, type Motion } from "./flow.ts";
import type { Sampling } from "./ordinary.ts";

/** Steps whose values are kept at most. */
const MOST_STEPS = 2 ** 24;

interface Constants {
  beta: number;
  gamma: number;
  power: number;
  delay: number;
}

/**
 * x' = β x_τ / (1 + x_τⁿ) - γ x with x_τ = x(t - τ) (Mackey and Glass 1977, doi 10.1126/science.267326).
 *
 * A start is a constant history x(t ≤ 0). The method is the classical Runge–Kutta method of order 4 with h = dt / substeps, of which τ
 * must be a multiple: then x_τ at both ends of a step are values that were computed, and in its middle it is that of the cubic through
 * the ends of that earlier step with their slopes, (x₀ + x₁)/2 + h (x'₀ - x'₁)/8, whose error is of order h⁴ too.
 */
export function mackeyGlass({ dt, substeps, ...constants }: Sampling & Constants): Flow<"mackey-glass"> {
  const { beta, gamma, power: n, delay } = constants;
  const h = dt / substeps;
  const steps = Math.round(delay / h);
  if (steps > MOST_STEPS) {
    throw new ParameterError(
      "delay",
      `mackeyGlass: delay ${delay}: it has ${steps} steps of dt / substeps; at most ${MOST_STEPS}, so choose a larger dt.`,
    );
  }
  if (steps < 1 || Math.abs(steps * h - delay) > 1e-9 * delay) {
    throw new ParameterError(
      "delay",
      `mackeyGlass: delay ${delay}: it must be a whole multiple of dt / substeps = ${h}; choose another delay, dt or substeps.`,
    );
  }
  return flow({
    ...{ name: "mackey-glass", dimension: 1, dt, centre: [1], spread: 0.5, transient: Math.ceil((30 * delay) / dt) },
    lyapunov:
      beta === 0.2 && gamma === 0.1 && n === 10 && delay === 17
        ? { value: 0.0051, source: "gibbs, 300 pairs of trajectories over 2,000 units of time: 0.0051 ± 0.0001" }
        : undefined,
    unbounded: { parameter: "dt", remedy: "lower dt, or raise substeps" },
    begin: ([start]) => delayed(start, h, substeps, steps, constants),
  });
}

function delayed(start: number, h: number, substeps: number, steps: number, constants: Constants): Motion {
  const { beta, gamma, power: n } = constants;
  const state = Float64Array.of(start);
  // Rings: x at the ends and in the middle of the last `steps` steps, the oldest at `at`.
  const ends = new Float64Array(steps).fill(start);
  const middles = new Float64Array(steps).fill(start);
  let at = 0;
  const derivative = (x: number, late: number) => (beta * late) / (1 + power(late, n)) - gamma * x;
  const step = () => {
    const x = state[0];
    const [begin, middle] = [ends[at], middles[at]];
    const end = steps === 1 ? x : ends[(at + 1) % steps];
    const k1 = derivative(x, begin);
    const k2 = derivative(x + (h / 2) * k1, middle);
    const k3 = derivative(x + (h / 2) * k2, middle);
    const k4 = derivative(x + h * k3, end);
    const next = x + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    ends[at] = x;
    middles[at] = (x + next) / 2 + (h / 8) * (k1 - derivative(next, end));
    at = (at + 1) % steps;
    state[0] = next;
  };
  return {
    state,
    advance() {
      for (let i = 0; i < substeps; i++) step();
    },
  };
}

/** xⁿ for a whole n by squaring: engines differ in the last digits of Math.pow. */
export function power(x: number, n: number): number {
  let result = 1;
  for (let square = x, rest = n; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}
