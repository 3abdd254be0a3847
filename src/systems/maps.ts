// Maps: the next sample is a formula of this one.

import { type Flow, flow, type Motion } from "./flow.ts";

/** A motion that replaces the whole state at once. */
function iterate(start: readonly number[], next: (state: Float64Array) => number[]): Motion {
  const state = Float64Array.from(start);
  return { state, advance: () => state.set(next(state)) };
}

/** Starts lie strictly within 0 … 1, beyond which the logistic map leaves for infinity. */
const INSIDE = { spread: 0.3, transient: 100 };

/** The logistic map x → r x (1 - x) on 0 … 1 (May 1976, doi 10.1038/261459a0). */
export function logistic({ r }: { r: number }): Flow<"logistic"> {
  return flow({
    ...{ name: "logistic", dimension: 1, dt: 1, centre: [0.5], ...INSIDE },
    lyapunov: r === 4 ? { value: Math.LN2, source: "ln 2, exact" } : undefined,
    unbounded: { parameter: "r", remedy: "starts lie between 0 and 1" },
    begin: (start) => iterate(start, ([x]) => [r * x * (1 - x)]),
  });
}

/** Hénon's map x → 1 - a x² + y, y → b x (Hénon 1976, doi 10.1007/BF01608556). */
export function henon({ a, b }: { a: number; b: number }): Flow<"henon"> {
  return flow({
    ...{ name: "henon", dimension: 2, dt: 1, centre: [0, 0], spread: 0.1, transient: 100 },
    lyapunov:
      a === 1.4 && b === 0.3
        ? { value: 0.41922, source: "Sprott 2003, Chaos and Time-Series Analysis, appendix A" }
        : undefined,
    unbounded: { parameter: "a", remedy: "a = 1.4 and b = 0.3 have an attractor" },
    begin: (start) => iterate(start, ([x, y]) => [1 - a * x * x + y, b * x]),
  });
}

/**
 * Two logistic maps that mix: x → (1 - ε) f(x) + ε f(y), y → (1 - ε) f(y) + ε f(x), with f(x) = r x (1 - x) (Kaneko 1984, doi
 * 10.1143/PTP.72.480). The difference grows by λ⊥ = λ + ln |1 - 2ε|, so at r = 4 they synchronise between ε = 1/4 and 3/4 (Fujisaka and
 * Yamada 1983, doi 10.1143/PTP.69.32). Starts x and 1 - x coincide after one step, whatever ε.
 */
export function coupledLogistic({ r, coupling }: { r: number; coupling: number }): Flow<"coupled-logistic"> {
  const f = (x: number) => r * x * (1 - x);
  const alone = r === 4 && (coupling === 0 || (coupling > 1 / 4 && coupling < 3 / 4));
  return flow({
    ...{ name: "coupled-logistic", dimension: 2, dt: 1, centre: [0.4, 0.6], ...INSIDE },
    lyapunov: alone ? { value: Math.LN2, source: "ln 2, exact" } : undefined,
    criticalCoupling: r === 4 ? { value: 1 / 4, source: "ln 2 + ln |1 - 2ε| = 0, exact" } : undefined,
    unbounded: { parameter: "r", remedy: "starts lie between 0 and 1" },
    begin: (start) =>
      iterate(start, ([x, y]) => [(1 - coupling) * f(x) + coupling * f(y), (1 - coupling) * f(y) + coupling * f(x)]),
  });
}
