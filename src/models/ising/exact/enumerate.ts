// The Ising model on a torus so small that every state can be visited: the only exact values with a field, and of m and
// |m|.
import { ParameterError } from "../../../device/errors.ts";
import { type Couplings, checkTemperature, sortCouplings } from "./lattice.ts";

/** Exact equilibrium values of a small torus; per site where that has a meaning. */
export interface EnumeratedIsing {
  /** ⟨E⟩ / N, in the unit of the couplings. */
  energy: number;
  /** ⟨m⟩, ⟨|m|⟩, ⟨m²⟩ and ⟨m⁴⟩ of the magnetization per site, m = Σ s / N. */
  magnetization: number;
  absMagnetization: number;
  magnetization2: number;
  magnetization4: number;
  /** (⟨E²⟩ - ⟨E⟩²) / (N T²), in k_B. */
  specificHeat: number;
  /** N (⟨m²⟩ - ⟨m⟩²) / T, in inverse units of the couplings. */
  susceptibility: number;
  /** N (⟨m²⟩ - ⟨|m|⟩²) / T: what simulations that do not turn over measure in the ordered phase. */
  absSusceptibility: number;
  /** Binder's cumulant 1 - ⟨m⁴⟩ / (3 ⟨m²⟩²). */
  binder: number;
  /** ln Z / N. */
  lnZ: number;
}

/** Enumerated tori end here: 2^24 states take about a tenth of a second. */
const MAX_SITES = 24;

/**
 * Averages over all 2^(width × height) states of a torus.
 *
 * @param width Sites along x, 2 or more; a torus 2 wide has each of its x bonds twice.
 * @param height Sites along y, 2 or more.
 * @param options.temperature In the unit of the couplings.
 * @param options.field h, by default 0, in the unit of the couplings.
 * @param options.couplings [Jx, Jy], by default [1, 1].
 * @throws ParameterError for more than 24 sites, or a parameter that is out of range.
 */
export function enumerate(
  width: number,
  height: number,
  { temperature, field = 0, couplings = [1, 1] }: { temperature: number; field?: number; couplings?: Couplings },
): EnumeratedIsing {
  checkTemperature(temperature);
  sortCouplings(couplings); // Refuses those that are not finite.
  if (!Number.isFinite(field)) throw new ParameterError("field", `enumerate: the field must be finite, not ${field}.`);
  const N = width * height;
  const states = countStates(width, height);

  const energies = states.map(({ x, y, m }) => -couplings[0] * x - couplings[1] * y - field * m);
  const ground = energies.reduce((a, b) => Math.min(a, b));
  // Weights relative to the ground state: Z itself leaves the range of doubles at low temperature.
  const weights = states.map(({ count }, i) => count * Math.exp((ground - energies[i]!) / temperature));
  const z = weights.reduce((a, b) => a + b);
  const mean = (f: (m: number, energy: number) => number) =>
    states.reduce((sum, { m }, i) => sum + weights[i]! * f(m / N, energies[i]! / N), 0) / z;

  const energy = mean((_, e) => e);
  const magnetization = mean((m) => m);
  const absMagnetization = mean(Math.abs);
  const magnetization2 = mean((m) => m * m);
  const magnetization4 = mean((m) => m ** 4);
  return {
    energy,
    magnetization,
    absMagnetization,
    magnetization2,
    magnetization4,
    specificHeat: (N * mean((_, e) => (e - energy) ** 2)) / temperature / temperature,
    susceptibility: (N * mean((m) => (m - magnetization) ** 2)) / temperature,
    absSusceptibility: (N * mean((m) => (Math.abs(m) - absMagnetization) ** 2)) / temperature,
    binder: 1 - magnetization4 / (3 * magnetization2 ** 2),
    lnZ: (Math.log(z) - ground / temperature) / N,
  };
}

/** How many states have Σ s s' = x over the x bonds, y over the y bonds, and Σ s = m. */
interface StateCount {
  x: number;
  y: number;
  m: number;
  count: number;
}

/**
 * Visits half of the states in Gray-code order, one flip each; the others are their mirror images. All sums are
 * integers.
 */
function countStates(width: number, height: number): StateCount[] {
  if (
    !(Number.isInteger(width) && Number.isInteger(height) && width >= 2 && height >= 2 && width * height <= MAX_SITES)
  )
    throw new ParameterError(
      "size",
      `enumerate: ${width} × ${height} is not a torus of 2 or more sites each way and at most ${MAX_SITES} in all; ` +
        "without a field use kaufman.",
    );
  const N = width * height;
  const counts = new Float64Array((N + 1) ** 3); // x, y and m each take values -N, -N+2, …, N.
  const spins = new Int8Array(N).fill(1);
  let [x, y, m] = [N, N, N];
  for (let step = 1; ; step++) {
    const index = (((N + x) / 2) * (N + 1) + (N + y) / 2) * (N + 1);
    counts[index + (N + m) / 2]!++;
    counts[index + (N - m) / 2]!++;
    const site = 31 - Math.clz32(step & -step); // The bit of the Gray code that changes.
    if (site === N - 1) break;
    const column = site % width;
    const row = site - column;
    const spin = spins[site]!;
    x -= 2 * spin * (spins[row + ((column + 1) % width)]! + spins[row + ((column + width - 1) % width)]!);
    y -= 2 * spin * (spins[(site + width) % N]! + spins[(site + N - width) % N]!);
    m -= 2 * spin;
    spins[site] = -spin;
  }
  const states: StateCount[] = [];
  counts.forEach((count, i) => {
    const [a, b, c] = [Math.floor(i / (N + 1) ** 2), Math.floor(i / (N + 1)) % (N + 1), i % (N + 1)];
    if (count > 0) states.push({ x: 2 * a - N, y: 2 * b - N, m: 2 * c - N, count });
  });
  return states;
}
