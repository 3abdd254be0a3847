// The transfer matrix of the Ising lattice, solved: Onsager's modes with their derivatives by the inverse temperature.

import { add, type Jet, NONE, scale } from "./jets.ts";
import { logSinh } from "./lattice.ts";

/** βJ of a bond, and its derivative by the parameter that all jets here are differentiated by, such as β or its logarithm. */
export type Bond = readonly [K: number, slope: number];

/** The transfer matrix that adds a row of sites. */
export interface TransferMatrix {
  /** What each site adds to ln Z apart from the modes. */
  prefactor: Jet;
  /** γ of a mode less this is what `mode` returns; 0 unless the lattice is hot. */
  base: Jet;
  /** Onsager's γ(0) with its sign: negative above the critical temperature. */
  zero: Jet;
  /** Onsager's γ at wave number ω, 0 or more, less `base`, as a function of s = sin²(ω/2). */
  mode: (s: number) => Jet;
}

/**
 * Below this βJ of both bonds terms of order T are taken out of the modes by hand: they cancel, and would leave an
 * error of 1e-16 T. No lattice as hot is critical, where sinh(2K) sinh(2K') = 1.
 */
export const HOT = 0.3;
/** Beyond this βJ a broken bond weighs less than 1e-217, and nothing that is measured changes further. */
export const FROZEN = 250;
/** Below this βJ a bond changes nothing that is measured by more than its own square. */
export const FREE = 1e-60;

/**
 * With K = βJ of the bonds to the next row and K' = βJ' of the bonds within a row, let a = -ln tanh K and b = 2K'. Then
 * cosh γ = cosh a cosh b - sinh a sinh b cos ω (Onsager 1944, equation 89), and |γ(0)| = |a - b|.
 */
export function transferMatrix(along: Bond, within: Bond): TransferMatrix {
  const [[K, J], [Kw, Jw]] = [bounded(along), bounded(within)];
  const sinh2K = Math.sinh(2 * K);
  const coth2K = 1 / Math.tanh(2 * K);
  // tanh K is 1 in doubles beyond K = 19, where a is still needed.
  const a: Jet = [Math.log1p(2 / Math.expm1(2 * K)), (-2 * J) / sinh2K, (4 * J * J * coth2K) / sinh2K];
  const b: Jet = [2 * Kw, 2 * Jw, 0];
  const zero = add(b, a, -1);
  if (Math.max(K, Kw) < HOT) {
    const cosh = Math.cosh(K);
    const prefactor: Jet = [Math.LN2 + Math.log1p(2 * Math.sinh(K / 2) ** 2), J * Math.tanh(K), (J / cosh) ** 2];
    return { prefactor, base: a, zero, mode: (s) => (s === 0 ? scale(b, -1) : hotMode(K, J, b, s)) };
  }
  const prefactor: Jet = [(Math.LN2 + logSinh(2 * K)) / 2, J * coth2K, (-2 * J * J) / sinh2K / sinh2K];
  return { prefactor, base: NONE, zero, mode: coldMode(a, b, zero) };
}

const bounded = ([K, slope]: Bond): Bond => [Math.min(FROZEN, Math.max(FREE, K)), slope];

/** sinh²(γ/2) = sinh²((a - b)/2) + sinh a sinh b s: no digit is lost where γ is small, nor where it is as small as e^(-600). */
function coldMode(a: Jet, b: Jet, zero: Jet): (s: number) => Jet {
  const [sinhA, coshA, sinhB, coshB] = [Math.sinh(a[0]), Math.cosh(a[0]), Math.sinh(b[0]), Math.cosh(b[0])];
  const [sinhZero, coshZero] = [Math.sinh(zero[0]), Math.cosh(zero[0])];
  const [least, spread] = [Math.sinh(zero[0] / 2), Math.sqrt(sinhA) * Math.sqrt(sinhB)];
  return (s) => {
    if (s === 0) return scale(zero, zero[0] < 0 ? -1 : 1);
    const value = 2 * Math.asinh(Math.hypot(least, spread * Math.sqrt(s)));
    const sinh = Math.sinh(value);
    // sinh a and sinh b by sinh γ first: their products may be below the smallest double.
    const [A, B] = [sinhA / sinh, sinhB / sinh];
    const first = (sinhZero / sinh) * zero[1] + 2 * s * (coshA * a[1] * B + coshB * b[1] * A);
    const second =
      coshZero * (zero[1] / sinh) * zero[1] +
      (sinhZero / sinh) * zero[2] +
      2 * s * (sinhA * B * (a[1] ** 2 + b[1] ** 2) + coshA * B * a[2] + 2 * coshA * a[1] * (coshB / sinh) * b[1]);
    return [value, first, second - first * (first / Math.tanh(value))];
  };
}

/**
 * δ = γ - a where a is large: with w = e^δ and t = tanh K, w + t²/w = A = (1 + t²) cosh b - (1 - t²) sinh b cos ω. Both
 * A and w are near 1, and are calculated less 1.
 */
function hotMode(K: number, J: number, [b, b1]: Jet, s: number): Jet {
  const t = Math.tanh(K);
  const t1 = J * (1 - t * t);
  const [U, U1, U2] = [t * t, 2 * t * t1, 2 * t1 * t1 - 4 * t * t * t1 * J];
  const [fall, sinh, cosh] = [Math.exp(-b), Math.sinh(b), Math.cosh(b)];
  const [Q, Q1] = [fall + 2 * (1 - s) * sinh, b1 * (2 * (1 - s) * cosh - fall)];
  const less = Math.expm1(-b) + 2 * s * sinh + U * Q;
  const A = 1 + less;
  const A1 = b1 * (2 * s * cosh - fall) + U1 * Q + U * Q1;
  const A2 = b1 * b1 * (fall + 2 * s * sinh) + U2 * Q + 2 * U1 * Q1 + U * b1 * b1 * Q;
  const D = Math.sqrt((A - 2 * t) * (A + 2 * t));
  const root = (less * (less + 2) - 4 * U) / (D + 1); // D - 1
  const w = (A + D) / 2;
  const first = (A1 - U1 / w) / D;
  const D1 = (A * A1 - 2 * U1) / D;
  return [Math.log1p((less + root) / 2), first, (A2 - U2 / w + (U1 * first) / w - D1 * first) / D];
}
