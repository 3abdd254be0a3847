// Ordinary differential equations, by the classical Runge–Kutta method of order 4 with steps of dt / substeps.

import { type Definition, type Flow, flow, type Motion } from "./flow.ts";

/** Writes the derivative of `x` to `out`. */
type Derivative = (x: Float64Array, out: Float64Array) => void;

export interface Sampling {
  /** Time between samples. */
  dt: number;
  /** Runge–Kutta steps between samples. */
  substeps: number;
}

/** x + h (k1 + 2 k2 + 2 k3 + k4) / 6. */
function rungeKutta(start: readonly number[], derivative: Derivative, { dt, substeps }: Sampling): Motion {
  const state = Float64Array.from(start);
  const n = state.length;
  const [k1, k2, k3, k4, x] = Array.from({ length: 5 }, () => new Float64Array(n));
  const h = dt / substeps;
  const moved = (k: Float64Array, by: number) => {
    for (let i = 0; i < n; i++) x[i] = state[i] + by * k[i];
    return x;
  };
  return {
    state,
    advance() {
      for (let step = 0; step < substeps; step++) {
        derivative(state, k1);
        derivative(moved(k1, h / 2), k2);
        derivative(moved(k2, h / 2), k3);
        derivative(moved(k3, h), k4);
        for (let i = 0; i < n; i++) state[i] += (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
      }
    },
  };
}

function ordinary<Name extends string>(
  sampling: Sampling,
  {
    derivative,
    time,
    ...own
  }: Omit<Definition<Name>, "dt" | "begin" | "unbounded" | "transient"> & {
    derivative: Derivative;
    /** After which a drawn start has come to the attractor. */
    time: number;
  },
): Flow<Name> {
  const definition: Definition<Name> = {
    ...(own as Omit<Definition<Name>, "dt" | "begin" | "unbounded" | "transient">),
    dt: sampling.dt,
    transient: Math.ceil(time / sampling.dt),
    unbounded: { parameter: "dt", remedy: "lower dt, or raise substeps" },
    begin: (start) => rungeKutta(start, derivative, sampling),
  };
  return flow(definition);
}

interface LorenzConstants {
  sigma: number;
  rho: number;
  beta: number;
}

/** Writes Lorenz's derivative of three numbers from `at`. */
function lorenzAt({ sigma, rho, beta }: LorenzConstants, s: Float64Array, out: Float64Array, at: number): void {
  const [x, y, z] = [s[at], s[at + 1], s[at + 2]];
  out[at] = sigma * (y - x);
  out[at + 1] = x * (rho - z) - y;
  out[at + 2] = x * y - beta * z;
}

const isClassic = ({ sigma, rho, beta }: LorenzConstants) => sigma === 10 && rho === 28 && beta === 8 / 3;
const LORENZ_EXPONENT = { value: 0.9056, source: "Sprott 2003, Chaos and Time-Series Analysis, appendix A" };

/** x' = σ(y - x), y' = x(ρ - z) - y, z' = xy - βz (Lorenz 1963, doi 10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2). */
export function lorenz({ dt, substeps, ...constants }: Sampling & LorenzConstants): Flow<"lorenz"> {
  return ordinary(
    { dt, substeps },
    {
      ...{ name: "lorenz", dimension: 3, centre: [0, 1, 20], spread: 5, time: 40 },
      lyapunov: isClassic(constants) ? LORENZ_EXPONENT : undefined,
      derivative: (s, out) => lorenzAt(constants, s, out, 0),
    },
  );
}

/**
 * Two Lorenz systems that pull at each other, s₁' = F(s₁) + ε(s₂ - s₁) and s₂' = F(s₂) + ε(s₁ - s₂), in all three components. The
 * difference follows the linearised flow with -2ε more, so it dies out where λ₁ < 2ε (Fujisaka and Yamada 1983, doi 10.1143/PTP.69.32).
 */
export function coupledLorenz({
  dt,
  substeps,
  coupling,
  ...constants
}: Sampling & LorenzConstants & { coupling: number }): Flow<"coupled-lorenz"> {
  const { value } = LORENZ_EXPONENT;
  const classic = isClassic(constants);
  return ordinary(
    { dt, substeps },
    {
      ...{ name: "coupled-lorenz", dimension: 6, centre: [0, 1, 20, 4, -3, 25], spread: 5, time: 100 },
      lyapunov: classic && (coupling === 0 || coupling > value / 2) ? LORENZ_EXPONENT : undefined,
      criticalCoupling: classic ? { value: value / 2, source: "λ₁ / 2, exact" } : undefined,
      derivative(s, out) {
        lorenzAt(constants, s, out, 0);
        lorenzAt(constants, s, out, 3);
        for (let i = 0; i < 3; i++) {
          const pull = coupling * (s[i + 3] - s[i]);
          out[i] += pull;
          out[i + 3] -= pull;
        }
      },
    },
  );
}

/** x' = -y - z, y' = x + ay, z' = b + z(x - c) (Rössler 1976, doi 10.1016/0375-9601(76)90101-8). */
export function roessler({ dt, substeps, a, b, c }: Sampling & { a: number; b: number; c: number }): Flow<"roessler"> {
  return ordinary(
    { dt, substeps },
    {
      ...{ name: "roessler", dimension: 3, centre: [2, -4, 0.5], spread: 0.5, time: 200 },
      lyapunov:
        a === 0.2 && b === 0.2 && c === 5.7
          ? { value: 0.0714, source: "Sprott 2003, Chaos and Time-Series Analysis, appendix A" }
          : undefined,
      derivative(s, out) {
        const [x, y, z] = s;
        out[0] = -y - z;
        out[1] = x + a * y;
        out[2] = b + z * (x - c);
      },
    },
  );
}

/**
 * x_i' = (x_{i+1} - x_{i-2}) x_{i-1} - x_i + F on a ring of sites (Lorenz 1996, "Predictability: a problem partly solved", ECMWF seminar;
 * Lorenz and Emanuel 1998, doi 10.1175/1520-0469(1998)055<0399:OSFSWO>2.0.CO;2).
 */
export function lorenz96({
  dt,
  substeps,
  sites,
  forcing,
}: Sampling & { sites: number; forcing: number }): Flow<"lorenz96"> {
  return ordinary(
    { dt, substeps },
    {
      ...{ name: "lorenz96", dimension: sites, centre: Array(sites).fill(forcing), spread: 1, time: 50 },
      lyapunov:
        sites === 40 && forcing === 8
          ? { value: 1.684, source: "gibbs, two trajectories over 12,000 units of time: 1.684 ± 0.008" }
          : undefined,
      derivative(x, out) {
        const n = sites;
        for (let i = 0; i < n; i++)
          out[i] = (x[(i + 1) % n] - x[(i + n - 2) % n]) * x[(i + n - 1) % n] - x[i] + forcing;
      },
    },
  );
}
