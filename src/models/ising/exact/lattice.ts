// What the exact results of the Ising lattice share: the couplings, the critical temperature, the modes of the transfer
// matrix.
import { ParameterError } from "../../../device/errors.ts";

/** [Jx, Jy]: along the width and along the height. Positive is ferromagnetic. */
export type Couplings = readonly [number, number];

/**
 * The temperature at which the infinite lattice orders, in the unit of the couplings: sinh(2|Jx|/T) sinh(2|Jy|/T) = 1
 * (Onsager, Phys. Rev. 65 (1944) 117, doi 10.1103/PhysRev.65.117). 0 if a coupling is 0: chains do not order.
 * @throws ParameterError for a coupling that is not a finite number.
 */
export function criticalTemperature(couplings: Couplings = [1, 1]): number {
  const { strong, weak } = sortCouplings(couplings);
  if (weak === 0) return 0;
  // Bisection in T: with both couplings strong the product would be too large, with both weak too small.
  let cold = (2 * weak) / Math.asinh(1);
  let hot = (2 * strong) / Math.asinh(1);
  while (true) {
    const middle = cold + (hot - cold) / 2;
    if (middle <= cold || middle >= hot) return middle;
    if (logSinh((2 * strong) / middle) + logSinh((2 * weak) / middle) > 0) cold = middle;
    else hot = middle;
  }
}

/** ln sinh x for x > 0, without overflow. */
export function logSinh(x: number): number {
  return x < 1 ? Math.log(Math.sinh(x)) : x + Math.log1p(-Math.exp(-2 * x)) - Math.LN2;
}

/**
 * |J| by size. Without a field, turning every other row (column) over changes the sign of a coupling and no thermal
 * average.
 */
export function sortCouplings(couplings: Couplings): { strong: number; weak: number } {
  const [x, y] = [Math.abs(couplings[0]), Math.abs(couplings[1])];
  if (!(Number.isFinite(x) && Number.isFinite(y)))
    throw new ParameterError("couplings", `Ising: the couplings must be finite numbers, not ${couplings.join(", ")}.`);
  return { strong: Math.max(x, y), weak: Math.min(x, y) };
}

/**
 * Spins count as free where the strongest βJ is below this: it costs 1e-7 in the energy, and the formulas, small
 * differences of terms of order T, would cost more.
 */
export const FREE = 1e-8;

/** Refuses a temperature that no equilibrium has. */
export function checkTemperature(temperature: number): void {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new ParameterError(
      "temperature",
      `Ising: the temperature must be a finite number above 0, not ${temperature}.`,
    );
}

/** A quantity with its first and second derivative with respect to the inverse temperature β. */
export type Jet = readonly [value: number, first: number, second: number];

/**
 * The transfer matrix of a row of weak bonds, joined to the next row by strong bonds: `mode(s)` is Onsager's γ at wave
 * number ω, s = sin²(ω/2).
 */
export interface TransferMatrix {
  /**
   * What each site adds to ln Z beside the modes: ln(2 sinh 2K) / 2 with K = βJ of the strong bonds, and bonds that
   * never break.
   */
  prefactor: Jet;
  /** γ(0) with its sign: negative above the critical temperature. */
  zero: Jet;
  mode: (s: number) => Jet;
}

/**
 * With K and K' = β J' for the strong and weak bonds, cosh γ = cosh 2K' coth 2K - (sinh 2K' / sinh 2K) cos ω (Onsager
 * 1944, equation 89). Here it is in the form cosh γ = cosh γ₀ + 2 b s with γ₀ = 2K' + ln tanh K, b = sinh 2K' / sinh
 * 2K, which loses no digits where γ is small.
 */
export function transferMatrix(couplings: Couplings, temperature: number): TransferMatrix {
  const { strong, weak } = sortCouplings(couplings);
  // Beyond βJ = 300 a broken bond has weight below 1e-260: freezing βJ there changes nothing and keeps sinh within
  // range.
  const [K, J, ...frozen] = cap(strong, temperature);
  const [Kw, Jw, ...frozenWeak] = cap(weak, temperature);
  const [sh, ch, shw, chw] = [Math.sinh(2 * K), Math.cosh(2 * K), Math.sinh(2 * Kw), Math.cosh(2 * Kw)];

  const zero: Jet = [2 * Kw + Math.log(Math.tanh(K)), 2 * Jw + (2 * J) / sh, (-4 * J * J * (ch / sh)) / sh];
  const coth = ch / sh;
  const b = shw / sh;
  const b1 = (2 * Jw * chw) / sh - 2 * J * b * coth;
  const b2 = 4 * Jw * Jw * b - (8 * J * Jw * coth * chw) / sh + 4 * J * J * b * (coth * coth + 1 / sh / sh);
  const half = Math.sinh(zero[0] / 2) ** 2;
  const [sinhZero, coshZero] = [Math.sinh(zero[0]), Math.cosh(zero[0])];

  const mode = (s: number): Jet => {
    const value = 2 * Math.asinh(Math.sqrt(half + b * s));
    const sinh = Math.sinh(value);
    const first = (sinhZero * zero[1] + 2 * b1 * s) / sinh;
    const second = coshZero * zero[1] ** 2 + sinhZero * zero[2] + 2 * b2 * s;
    return [value, first, second / sinh - first * first * (Math.cosh(value) / sinh)];
  };
  const prefactor: Jet = [
    (Math.LN2 + logSinh(2 * K)) / 2 + frozen[0] + frozenWeak[0],
    J * coth + frozen[1] + frozenWeak[1],
    (-2 * J * J) / sh / sh,
  ];
  return { prefactor, zero, mode };
}

/** βJ and J to calculate with, then what a bond that never breaks adds to ln Z and its derivative. */
function cap(J: number, temperature: number): [number, number, number, number] {
  const K = J / temperature;
  return K > 300 ? [300, 0, K - 300, J] : [K, J, 0, 0];
}
