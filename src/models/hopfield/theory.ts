// What is known of retrieval for N → ∞ at a load α = P/N: the replica-symmetric theory of Amit, Gutfreund and Sompolinsky (1985, doi
// 10.1103/PhysRevLett.55.1530; 1987, doi 10.1016/0003-4916(87)90092-3), for random patterns without bias and without a field.

import { ParameterError } from "../../device/errors.ts";
import { erf } from "../../statistics/index.ts";

/** The y at which the load is largest that still has a solution at temperature 0. */
const turning = largest(loadAt, 1e-9);

/** The load beyond which nothing is retrieved at temperature 0: 0.137906 (replica symmetric). */
export const criticalLoad = loadAt(turning);

/** α where erf(y) = y (√(2α) + (2/√π) e^(-y²)). */
function loadAt(y: number): number {
  const root = erf(y) / y - (2 / Math.sqrt(Math.PI)) * Math.exp(-y * y);
  return root <= 0 ? 0 : root ** 2 / 2;
}

/**
 * The overlap after one synchronous step at temperature 0 from a state of overlap m, for N → ∞: the pull of the pattern against the noise
 * of the others. Hebb's couplings, of which a spin has kept C = cN: erf(m √(C/2P)) (Derrida, Gardner and Zippelius 1987, doi
 * 10.1209/0295-5075/4/2/007); their signs only: erf(m √(C/πP)) for odd P, since a sign agrees with the pattern by √(2/πP) on average (Sompolinsky 1986,
 * doi 10.1103/PhysRevA.34.2571). With C ≪ N it holds for every step, for the states then have no memory of the couplings.
 */
export function nextOverlap(overlap: number, load: number, { clipped = false, kept = 1 } = {}): number {
  return erf(overlap * Math.sqrt(kept / ((clipped ? Math.PI : 2) * load)));
}

/** Overlaps with a pattern in the two states that the theory knows of it. */
export interface Retrieval {
  /** The retrieval state's. */
  stable: number;
  /** That of the saddle below which the theory has the pattern lost. */
  unstable: number;
}

/**
 * Both states at a load and temperature; undefined where nothing is retrieved.
 *
 * @param load α = P/N, above 0
 * @param temperature in units of the couplings' scale, 0 or more
 * @throws ParameterError for what is no such number
 */
export function retrieval(load: number, temperature: number): Retrieval | undefined {
  checkLoad(load);
  if (!(temperature >= 0)) {
    throw new ParameterError("temperature", `temperature ${temperature}: it must be a number, 0 or more.`);
  }
  if (temperature >= 1) return undefined;
  const cold = temperature < 1e-100; // below this ε would lose digits, and no overlap differs
  const top = cold ? turning : peak(temperature);
  const loadOf = (y: number) => (cold ? loadAt(y) : stateAt(y, temperature).load);
  const overlapOf = (y: number) => (cold ? erf(y) : stateAt(y, temperature).overlap);
  if (load > loadOf(top)) return undefined;
  // α < 1/(2y²) on both sides of the maximum, for m² ≤ q.
  const stable = crossing((y) => load - loadOf(y), top, Math.max(2 * top, 1 / Math.sqrt(load)));
  const unstable = crossing((y) => loadOf(y) - load, 0, top);
  return { stable: overlapOf(stable), unstable: overlapOf(unstable) };
}

/** The overlap with the cue's pattern in the retrieval state; undefined where there is none. Of load and temperature as `retrieval`. */
export function retrievalOverlap(load: number, temperature: number): number | undefined {
  return retrieval(load, temperature)?.stable;
}

/**
 * The temperature up to which there is a retrieval state at a load, 0 beyond the critical one: the edge of the phase diagram.
 *
 * @param load α = P/N, above 0
 * @throws ParameterError for what is no such number
 */
export function retrievalTemperature(load: number): number {
  checkLoad(load);
  if (load >= criticalLoad) return 0;
  return crossing((temperature) => load - stateAt(peak(temperature), temperature).load, 0, 1, 1e-4);
}

function checkLoad(load: number): void {
  if (!(load > 0)) throw new ParameterError("load", `load ${load}: it must be a number above 0.`);
}

/** Where an increasing function is 0, by halving. */
function crossing(f: (x: number) => number, low: number, high: number, within = 0): number {
  while (true) {
    const middle = (low + high) / 2;
    if (!(middle > low && middle < high && high - low >= within)) return middle;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
}

/** Where f is largest in 0.1 … 4, by thirds, for there is one maximum. */
function largest(f: (y: number) => number, within: number): number {
  let [low, high] = [0.1, 4];
  while (high - low > within) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (f(a) < f(b)) low = a;
    else high = b;
  }
  return (low + high) / 2;
}

/** The y at which the load is largest at a temperature between 0 and 1. */
const peak = (temperature: number) => largest((y) => stateAt(y, temperature).load, 1e-6);

/**
 * T > 0: m = ∫Dz tanh β(σz + m), q = ∫Dz tanh² β(σz + m), σ = √(αq) / (1 - C) with C = β(1 - q). At given y = m / (σ√2)
 * both integrals depend on ε = T/σ alone; so does T = ε m / (y√2), which grows with ε; then α follows. At T = 0 this is the
 * curve of `loadAt`.
 */
function stateAt(y: number, temperature: number): { overlap: number; load: number } {
  const z = y * Math.SQRT2;
  // Newton's method from the left: ε m(ε) is concave, so that no step goes too far.
  let epsilon = temperature * z;
  let [m, rest] = [1, 0];
  for (let round = 0; round < 100; round++) {
    const found = averages(z, epsilon);
    [m, rest] = [found.overlap, found.rest];
    const step = (temperature * z - epsilon * m) / (m - found.bend);
    epsilon += step;
    if (Math.abs(step) < 1e-15 * epsilon) break;
  }
  const susceptibility = rest / temperature;
  return { overlap: m, load: susceptibility < 1 ? ((m / z) * (1 - susceptibility)) ** 2 / (1 - rest) : 0 };
}

/**
 * With u = (x + z)/ε, means over a Gaussian x: of tanh u, of sech² u and of u sech² u. By the trapezoid rule, which is exact
 * to rounding here: over x, or where tanh is steep over u, after an integration by parts.
 */
function averages(z: number, epsilon: number): { overlap: number; rest: number; bend: number } {
  let [overlap, rest, bend] = [0, 0, 0];
  if (epsilon < 0.5) {
    const step = 0.25;
    for (let u = -20; u <= 20; u += step) {
      const weight = step / Math.cosh(u) ** 2;
      const x = epsilon * u - z;
      const density = (epsilon * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
      overlap -= (weight * erf(x / Math.SQRT2)) / 2;
      rest += weight * density;
      bend += weight * density * u;
    }
    return { overlap: Math.min(1, overlap), rest, bend };
  }
  const step = Math.min(0.4, epsilon / 4);
  for (let k = -Math.ceil(9 / step); k * step <= 9; k++) {
    const x = k * step;
    const weight = (step * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
    const u = (x + z) / epsilon;
    const [tanh, bell] = [Math.tanh(u), 1 / Math.cosh(u) ** 2];
    overlap += weight * tanh;
    rest += weight * bell;
    bend += weight * bell * u;
  }
  return { overlap, rest, bend };
}

/** Shares of spins that one step from a pattern leaves wrong, at these loads: Hertz, Krogh and Palmer 1991, table 2.1. */
export const WRONG_BITS = [
  { load: 0.138, wrong: 0.0036 },
  { load: 0.185, wrong: 0.01 },
  { load: 0.37, wrong: 0.05 },
  { load: 0.61, wrong: 0.1 },
];
