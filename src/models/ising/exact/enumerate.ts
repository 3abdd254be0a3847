// The Ising model on a lattice so small that every state can be visited: exact values with a field, with any boundary, and of
// m and |m|.
import { ParameterError } from "../../../device/errors.ts";
import { type Geometry, neighboursOf, parityOf, siteCount } from "../../lattice/geometry.ts";
import { type Boundaries, bondCounts, effectiveBoundaries, fixedSpins } from "../boundary.ts";
import { type Couplings, checkTemperature, sortCouplings } from "./lattice.ts";

/** Exact equilibrium values of a small lattice; per site where that has a meaning. */
export interface EnumeratedIsing {
  /** ⟨E⟩ / N, in the unit of the couplings. */
  energy: number;
  /** ⟨m⟩, ⟨|m|⟩, ⟨m²⟩ and ⟨m⁴⟩ of the magnetization per site, m = Σ s / N. */
  magnetization: number;
  /** ⟨|m|⟩. */
  absMagnetization: number;
  /** ⟨m²⟩. */
  magnetization2: number;
  /** ⟨m⁴⟩. */
  magnetization4: number;
  /** (⟨E²⟩ - ⟨E⟩²) / (N T²), in k_B. */
  specificHeat: number;
  /** N (⟨m²⟩ - ⟨m⟩²) / T, in inverse units of the couplings. */
  susceptibility: number;
  /** N (⟨m²⟩ - ⟨|m|⟩²) / T: what simulations that do not turn over measure in the ordered phase. */
  absSusceptibility: number;
  /** Binder's cumulant 1 - ⟨m⁴⟩ / (3 ⟨m²⟩²). */
  binder: number;
  /** ⟨m_s⟩ and ⟨|m_s|⟩ of the staggered magnetization per site, m_s = Σ (-1)^(x+y) s / N. */
  staggered: number;
  /** ⟨|m_s|⟩. */
  absStaggered: number;
  /** ln Z / N. */
  lnZ: number;
}

/** Enumerated lattices end here: 2^24 states take about half a second. */
const MAX_SITES = 24;

/**
 * Averages over all 2^(width × height) states of a lattice.
 *
 * @param width Sites along x, 1 or more; a closed axis of 2 sites has each of its bonds twice, one of 1 site has none.
 * @param height Sites along y, 1 or more.
 * @param options Parameters of the model.
 * @param options.temperature In the unit of the couplings.
 * @param options.field h, by default 0, in the unit of the couplings.
 * @param options.couplings [Jx, Jy], by default [1, 1].
 * @param options.boundary What lies beyond the edges along x and y, by default periodic.
 * @throws ParameterError for more than 24 sites, or a parameter that is out of range.
 */
export function enumerate(
  width: number,
  height: number,
  {
    temperature,
    field = 0,
    couplings = [1, 1],
    boundary = ["periodic", "periodic"],
  }: { temperature: number; field?: number; couplings?: Couplings; boundary?: Readonly<Boundaries> },
): EnumeratedIsing {
  checkTemperature(temperature);
  sortCouplings(couplings); // Refuses those that are not finite.
  if (!Number.isFinite(field)) throw new ParameterError("field", `enumerate: the field must be finite, not ${field}.`);
  if (
    !(
      Number.isInteger(width) &&
      Number.isInteger(height) &&
      Math.min(width, height) >= 1 &&
      width * height <= MAX_SITES
    )
  )
    throw new ParameterError(
      "size",
      `enumerate: ${width} × ${height} is not a lattice of at most ${MAX_SITES} sites; without a field use kaufman.`,
    );
  const states = countStates(width, height, boundary).map(({ x, y, ...state }) => ({
    ...state,
    energy: -couplings[0] * x - couplings[1] * y - field * state.m,
  }));
  return averages(states, width * height, temperature);
}

/** Averages with the weights count · exp(-energy / T). */
function averages(
  states: readonly (Omit<StateCount, "x" | "y"> & { energy: number })[],
  N: number,
  temperature: number,
): EnumeratedIsing {
  const ground = states.reduce((least, state) => Math.min(least, state.energy), Number.POSITIVE_INFINITY);
  // Weights relative to the ground state: Z itself leaves the range of doubles at low temperature.
  const weights = states.map(({ count, energy }) => count * Math.exp((ground - energy) / temperature));
  const z = weights.reduce((a, b) => a + b);
  const mean = (f: (state: (typeof states)[number], energy: number) => number) =>
    states.reduce((sum, state, i) => sum + weights[i]! * f(state, state.energy / N), 0) / z;

  const energy = mean((_, e) => e);
  const magnetization = mean(({ m }) => m / N);
  const absMagnetization = mean(({ m }) => Math.abs(m / N));
  const magnetization2 = mean(({ m }) => (m / N) ** 2);
  const magnetization4 = mean(({ m }) => (m / N) ** 4);
  return {
    energy,
    magnetization,
    absMagnetization,
    magnetization2,
    magnetization4,
    specificHeat: (N * mean((_, e) => (e - energy) ** 2)) / temperature / temperature,
    susceptibility: (N * mean(({ m }) => (m / N - magnetization) ** 2)) / temperature,
    absSusceptibility: (N * mean(({ m }) => (Math.abs(m / N) - absMagnetization) ** 2)) / temperature,
    binder: 1 - magnetization4 / (3 * magnetization2 ** 2),
    staggered: mean(({ staggered, count }) => staggered / count / N),
    absStaggered: mean(({ absStaggered, count }) => absStaggered / count / N),
    lnZ: (Math.log(z) - ground / temperature) / N,
  };
}

/**
 * Averages over all states of a lattice of any number of sides, with periodic or free edges.
 *
 * @param geometry bonds along axes only
 * @param options Parameters of the model.
 * @param options.temperature In the unit of the couplings.
 * @param options.couplings One for each side.
 * @throws ParameterError for more than 20 sites, or a temperature that is out of range.
 */
export function enumerateGeometry(
  geometry: Geometry,
  { temperature, field, couplings }: { temperature: number; field: number; couplings: readonly number[] },
): EnumeratedIsing {
  checkTemperature(temperature);
  const N = siteCount(geometry);
  if (N > MOST_WALKED)
    throw new ParameterError("size", `enumerate: ${geometry.size.join(" × ")} has more than ${MOST_WALKED} sites.`);
  const axes = geometry.directions.map((direction) => direction.indexOf(1));
  /** Each bond once: the site, its neighbour at plus one, and the axis. */
  const bonds = Array.from({ length: N }, (_, site) =>
    neighboursOf(geometry, site)
      .filter((_, i) => i % 2 === 1)
      .map((other, i) => ({ site, other, axis: axes[i]! }))
      .filter(({ other }) => other >= 0),
  ).flat();
  const parity = Array.from({ length: N }, (_, site) => 1 - 2 * parityOf(geometry, site));
  const states = Array.from({ length: 2 ** N }, (_, bits) => {
    const spin = (site: number) => ((bits >> site) & 1) * 2 - 1;
    let [energy, m, staggered] = [0, 0, 0];
    for (const { site, other, axis } of bonds) energy -= couplings[axis]! * spin(site) * spin(other);
    for (let site = 0; site < N; site++) {
      m += spin(site);
      staggered += parity[site]! * spin(site);
    }
    return { energy: energy - field * m, m, count: 1, staggered, absStaggered: Math.abs(staggered) };
  });
  const all = averages(states, N, temperature);
  // What cancels by symmetry leaves a rounding.
  const exact = (value: number) => (Math.abs(value) < 1e-13 ? 0 : value);
  return { ...all, magnetization: exact(all.magnetization), staggered: exact(all.staggered) };
}

/** States are walked one by one here: 2^20 take a second. */
const MOST_WALKED = 20;

/** How many states have Σ s s' = x over the x bonds, y over the y bonds, and Σ s = m. */
interface StateCount {
  x: number;
  y: number;
  m: number;
  count: number;
  /** Σ (-1)^(x+y) s and its absolute value, summed over those states. */
  staggered: number;
  absStaggered: number;
}

/** The neighbours of every site along one axis: two a site, of which some may be none. */
interface Neighbours {
  /** Sites; 0 where the neighbour is a fixed spin or none. */
  sites: Int32Array;
  /** The bond's sign, 0 where there is no site. */
  signs: Int8Array;
  /** The sum of a site's fixed neighbours. */
  fixed: Int8Array;
}

/** `place` gives the site at position i of line j. */
function neighboursAlong(
  boundary: Boundaries[number],
  [length, lines]: [number, number],
  place: (i: number, j: number) => number,
): Neighbours {
  const count = length * lines;
  const sites = new Int32Array(2 * count);
  const signs = new Int8Array(2 * count);
  const fixed = new Int8Array(count);
  const join = (before: number, after: number, sign: number) => {
    [sites[2 * before + 1], signs[2 * before + 1]] = [after, sign];
    [sites[2 * after], signs[2 * after]] = [before, sign];
  };
  const ends = fixedSpins(boundary);
  for (let j = 0; j < lines; j++) {
    const [first, last] = [place(0, j), place(length - 1, j)];
    for (let i = 0; i + 1 < length; i++) join(place(i, j), place(i + 1, j), 1);
    if (ends) {
      fixed[first]! += ends[0];
      fixed[last]! += ends[1];
    } else if (boundary !== "free") join(last, first, boundary === "periodic" ? 1 : -1);
  }
  return { sites, signs, fixed };
}

/** Visits all states in Gray-code order, one flip each, or half of them where mirror images are alike. All sums are integers. */
function countStates(width: number, height: number, boundaries: Readonly<Boundaries>): StateCount[] {
  const N = width * height;
  const [alongX, alongY] = effectiveBoundaries(boundaries, [width, height]);
  const [bondsX, bondsY] = bondCounts(boundaries, [width, height]);
  const neighboursX = neighboursAlong(alongX, [width, height], (i, j) => j * width + i);
  const neighboursY = neighboursAlong(alongY, [height, width], (i, j) => i * width + j);
  const mirrored = !fixedSpins(alongX) && !fixedSpins(alongY);
  const parity = Int8Array.from({ length: N }, (_, site) =>
    ((site % width) + Math.floor(site / width)) % 2 === 0 ? 1 : -1,
  );
  const spins = new Int8Array(N).fill(1);
  const fieldOf = ({ sites, signs, fixed }: Neighbours, site: number) =>
    fixed[site]! + signs[2 * site]! * spins[sites[2 * site]!]! + signs[2 * site + 1]! * spins[sites[2 * site + 1]!]!;
  // All spins are up: each bond between two sites stands with both of them, each bond with a fixed spin with one.
  const allUp = ({ signs, fixed }: Neighbours) =>
    signs.reduce((sum, sign) => sum + sign, 0) / 2 + fixed.reduce((sum, spin) => sum + spin, 0);

  // x takes the values -bondsX, -bondsX + 2, …, and so do y and m.
  const cells = (bondsX + 1) * (bondsY + 1) * (N + 1);
  const counts = new Float64Array(cells);
  const staggered = new Float64Array(cells);
  const absStaggered = new Float64Array(cells);
  let [x, y, m] = [allUp(neighboursX), allUp(neighboursY), N];
  let s = parity.reduce((a, b) => a + b, 0);
  const end = mirrored ? 2 ** (N - 1) : 2 ** N;
  for (let step = 1; ; step++) {
    const row = (((bondsX + x) / 2) * (bondsY + 1) + (bondsY + y) / 2) * (N + 1);
    const cell = row + (N + m) / 2;
    counts[cell]!++;
    staggered[cell]! += s;
    absStaggered[cell]! += Math.abs(s);
    if (mirrored) {
      const mirror = row + (N - m) / 2;
      counts[mirror]!++;
      staggered[mirror]! -= s;
      absStaggered[mirror]! += Math.abs(s);
    }
    if (step === end) break;
    const site = 31 - Math.clz32(step & -step); // The bit of the Gray code that changes.
    const spin = spins[site]!;
    x -= 2 * spin * fieldOf(neighboursX, site);
    y -= 2 * spin * fieldOf(neighboursY, site);
    m -= 2 * spin;
    s -= 2 * spin * parity[site]!;
    spins[site] = -spin;
  }
  const states: StateCount[] = [];
  counts.forEach((count, i) => {
    const [a, b, c] = [Math.floor(i / (N + 1) / (bondsY + 1)), Math.floor(i / (N + 1)) % (bondsY + 1), i % (N + 1)];
    const sums = { staggered: staggered[i]!, absStaggered: absStaggered[i]! };
    if (count > 0) states.push({ x: 2 * a - bondsX, y: 2 * b - bondsY, m: 2 * c - N, count, ...sums });
  });
  return states;
}
