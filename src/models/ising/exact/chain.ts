// The Ising chain of any length, with any boundary and a field, by its transfer matrix: energy, magnetization, specific heat
// and susceptibility of the finite chain (Kramers and Wannier, Phys. Rev. 60 (1941) 252, doi 10.1103/PhysRev.60.252).
import { ParameterError } from "../../../device/errors.ts";
import { type Boundaries, fixedSpins, isClosed } from "../boundary.ts";
import { type Couplings, checkTemperature, sortCouplings } from "./lattice.ts";

/** Exact equilibrium values of a chain, per site. */
export interface ChainIsing {
  /** ⟨E⟩ / N, in the unit of the couplings. */
  energy: number;
  /** ⟨m⟩ of m = Σ s / N. */
  magnetization: number;
  /** (⟨E²⟩ - ⟨E⟩²) / (N T²), in k_B. */
  specificHeat: number;
  /** N (⟨m²⟩ - ⟨m⟩²) / T, in inverse units of the couplings. */
  susceptibility: number;
}

/** A number with its first and second derivatives with respect to β and to βh. */
type Jet = readonly [value: number, b1: number, b2: number, h1: number, h2: number];

/**
 * The exact equilibrium averages of an Ising chain, by its transfer matrix (Kramers and Wannier 1941, doi
 * 10.1103/PhysRev.60.252).
 *
 * @param length Sites, 2 or more; a closed chain of 2 sites has its bond twice.
 * @param options Parameters of the model.
 * @param options.couplings [Jx, Jy]: Jy acts only between the chain and fixed spins above and below it.
 * @param options.boundary Along the chain, and across it; an open or closed boundary across it has no bonds.
 * @throws ParameterError for a parameter that is out of range.
 */
export function chain(
  length: number,
  {
    temperature,
    field = 0,
    couplings = [1, 1],
    boundary: [along, across] = ["periodic", "periodic"],
  }: { temperature: number; field?: number; couplings?: Couplings; boundary?: Readonly<Boundaries> },
): ChainIsing {
  checkTemperature(temperature);
  sortCouplings(couplings); // refuses what are not two finite numbers
  const [jx, jy] = couplings;
  if (!Number.isSafeInteger(length) || length < 2)
    throw new ParameterError("size", `chain: the length must be a whole number of 2 or more, not ${length}.`);
  const beta = 1 / temperature;
  const [above, below] = fixedSpins(across) ?? [0, 0];
  // Of pieces with energies E and magnetizations M the weights exp(-β (E - E₀)), where E₀ and M₀ are those of the piece that
  // weighs most: averages of small deviations from it lose no digits.
  let [ground, polarization] = [0, 0];
  const weights = (pieces: readonly (readonly [energy: number, magnetization: number])[], count: number): Jet[] => {
    const [e0, m0] = pieces.reduce((a, b) => (b[0] < a[0] ? b : a));
    ground += count * e0;
    polarization += count * m0;
    return pieces.map(([energy, magnetization]) => {
      const [b, m, value] = [e0 - energy, magnetization - m0, Math.exp(beta * (e0 - energy))];
      return [value, b * value, b * b * value, m * value, m * m * value];
    });
  };
  // Half of a site's own energy goes to each of its two bonds.
  const own = (spin: number) => -(field + jy * (above + below)) * spin;
  const matrix = (coupling: number, count: number): Matrix => {
    const pairs = SPINS.flatMap((a) => SPINS.map((b) => [a, b] as const));
    const entries = weights(
      pairs.map(([a, b]) => [-coupling * a * b + (own(a) + own(b)) / 2, (a + b) / 2]),
      count,
    );
    return [entries.slice(0, 2), entries.slice(2)];
  };
  let z = power(matrix(jx, length - 1), length - 1);
  if (isClosed(along)) {
    z = multiply(z, matrix(along === "periodic" ? jx : -jx, 1));
    z = [[add(z[0]![0]!, z[1]![1]!)]];
  } else {
    const [before, after] = fixedSpins(along) ?? [0, 0];
    const end = (fixed: number) =>
      weights(
        SPINS.map((spin) => [-jx * fixed * spin + own(spin) / 2, spin / 2]),
        1,
      );
    z = multiply(
      multiply([end(before)], z),
      end(after).map((entry) => [entry]),
    );
  }
  const [value, b1, b2, h1, h2] = z[0]![0]!;
  const magnetization = polarization + h1 / value;
  return {
    energy: (ground - b1 / value) / length,
    // What cancels by symmetry leaves a rounding.
    magnetization: Math.abs(magnetization) < 1e-13 * length ? 0 : magnetization / length,
    specificHeat: Math.max(0, (beta * (beta * (b2 / value - (b1 / value) ** 2))) / length),
    susceptibility: Math.max(0, (beta * (h2 / value - (h1 / value) ** 2)) / length),
  };
}

const SPINS = [1, -1];

const add = (a: Jet, b: Jet): Jet => a.map((x, i) => x + b[i]!) as unknown as Jet;

const times = ([a, a1, a2, c1, c2]: Jet, [b, b1, b2, d1, d2]: Jet): Jet => [
  a * b,
  a1 * b + a * b1,
  a2 * b + 2 * a1 * b1 + a * b2,
  c1 * b + a * d1,
  c2 * b + 2 * c1 * d1 + a * d2,
];

type Matrix = Jet[][];

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.map((entry, k) => times(entry, b[k]![j]!)).reduce(add)));

/** A matrix to the n by squaring, up to a factor, which no average depends on. */
function power(matrix: Matrix, n: number): Matrix {
  const one: Jet = [1, 0, 0, 0, 0];
  const zero: Jet = [0, 0, 0, 0, 0];
  let result: Matrix = [
    [one, zero],
    [zero, one],
  ];
  for (
    let square = scaled(matrix), rest = n;
    rest > 0;
    rest = Math.floor(rest / 2), square = scaled(multiply(square, square))
  ) {
    if (rest % 2 === 1) result = scaled(multiply(result, square));
  }
  return result;
}

function scaled(matrix: Matrix): Matrix {
  const largest = Math.max(...matrix.flat().map(([value]) => value));
  return matrix.map((row) => row.map((jet) => jet.map((x) => x / largest) as unknown as Jet));
}
