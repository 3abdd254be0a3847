// The gamma function and its incomplete companions, in f64: what the p-values of the tests are made of.

/**
 * ln Γ(x) for x > 0, relative error below 1e-14 (absolute near the zeros at 1 and 2).
 * Source: Lanczos, SIAM J. Numer. Anal. B 1 (1964) 86, with Godfrey's coefficients for g = 7 and nine terms.
 */
export function lnGamma(x: number): number {
  // Reflection, DLMF 5.5.3: the sum loses digits below 1/2.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const z = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** The regularised lower incomplete gamma function P(a, x) = γ(a, x) / Γ(a), for a > 0 and x ≥ 0 (DLMF 8.2.4). */
export function gammaP(a: number, x: number): number {
  return x < a + 1 ? series(a, x) : 1 - continuedFraction(a, x);
}

/** The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x); keeps its relative precision in the tail. */
export function gammaQ(a: number, x: number): number {
  return x < a + 1 ? 1 - series(a, x) : continuedFraction(a, x);
}

/** x^a e^(-x) / Γ(a) in log space: each factor alone overflows at a few hundred. */
function front(a: number, x: number): number {
  return Math.exp(a * Math.log(x) - x - lnGamma(a));
}

/** P(a, x) by the power series DLMF 8.11.4, whose terms are all positive: fast for x < a + 1. */
function series(a: number, x: number): number {
  if (x <= 0) return 0;
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum * front(a, x);
}

/** Q(a, x) by the even part of the continued fraction DLMF 8.9.2, evaluated by Lentz's method: fast for x > a + 1. */
function continuedFraction(a: number, x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let k = 1, factor = 0; Math.abs(factor - 1) > 2 * Number.EPSILON; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / (numerator * d + b || tiny);
    c = b + numerator / c || tiny;
    factor = c * d;
    value *= factor;
  }
  return value * front(a, x);
}
