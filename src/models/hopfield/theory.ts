// What is known of retrieval for N → ∞ at a load α = P/N: the replica-symmetric theory of Amit, Gutfreund and Sompolinsky (1985, doi
// 10.1103/PhysRevLett.55.1530; 1987, doi 10.1016/0003-4916(87)90092-3), for random patterns without bias and without a field.

import { erf } from "../../statistics/index.ts";

/** Where the load is largest that still has a solution at temperature 0: by thirds, for there is one maximum. */
const turning = (() => {
  let [low, high] = [0.5, 4];
  while (high - low > 1e-9) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (loadAt(a) < loadAt(b)) low = a;
    else high = b;
  }
  return low;
})();

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

/**
 * The overlap with the cue's pattern in the retrieval state; undefined where there is none.
 *
 * @param load α = P/N, above 0
 * @param temperature in units of the couplings' scale, 0 or more
 */
export function retrievalOverlap(load: number, temperature: number): number | undefined {
  return temperature === 0 ? coldOverlap(load) : warmOverlap(load, temperature);
}

/**
 * The temperature up to which there is a retrieval state at a load, 0 beyond the critical one: the edge of the phase diagram.
 *
 * @param load α = P/N, above 0
 */
export function retrievalTemperature(load: number): number {
  if (load >= criticalLoad) return 0;
  let [low, high] = [0, 1];
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (retrievalOverlap(load, middle) === undefined) high = middle;
    else low = middle;
  }
  return low;
}

/** T = 0: m = erf(y), on the branch of larger y, where α falls with y. */
function coldOverlap(load: number): number | undefined {
  if (load > criticalLoad) return undefined;
  let [low, high] = [turning, 40];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (loadAt(middle) > load) low = middle;
    else high = middle;
  }
  return erf(low);
}

/**
 * T > 0: m = ∫Dz tanh β(√(αr) z + m), q = ∫Dz tanh² β(√(αr) z + m), r = q / (1 - β(1 - q))², followed from m = 1 until nothing
 * changes.
 */
function warmOverlap(load: number, temperature: number): number | undefined {
  const beta = 1 / temperature;
  let [m, q] = [1, 1];
  for (let round = 0; round < 20_000; round++) {
    const spread = 1 - beta * (1 - q);
    if (spread <= 0) return undefined;
    const noise = Math.sqrt(load * q) / spread;
    let [sum, squares] = [0, 0];
    for (const [z, weight] of GAUSSIAN) {
      const value = Math.tanh(beta * (noise * z + m));
      sum += weight * value;
      squares += weight * value * value;
    }
    const change = Math.abs(sum - m) + Math.abs(squares - q);
    [m, q] = [sum, squares];
    if (m < 0.05) return undefined;
    if (change < 1e-13) return m;
  }
  return m;
}

/** Points and weights of ∫Dz: the trapezoid rule, which is exact to rounding for smooth functions of a Gaussian. */
const GAUSSIAN = (() => {
  const step = 0.02;
  const points: [number, number][] = [];
  for (let z = -9; z <= 9 + step / 2; z += step)
    points.push([z, (step / Math.sqrt(2 * Math.PI)) * Math.exp((-z * z) / 2)]);
  return points;
})();

/** Shares of spins that one step from a pattern leaves wrong, at these loads: Hertz, Krogh and Palmer 1991, table 2.1. */
export const WRONG_BITS = [
  { load: 0.138, wrong: 0.0036 },
  { load: 0.185, wrong: 0.01 },
  { load: 0.37, wrong: 0.05 },
  { load: 0.61, wrong: 0.1 },
];
