// Complete elliptic integrals by the arithmetic-geometric mean, in f64 (DLMF 19.8.5 and 19.8.6).

/**
 * The first kind, K(k) = ∫₀^(π/2) dθ / √(1 - k² sin²θ), as a function of the MODULUS k in 0..1. Infinity at 1.
 *
 * @param complement √(1 - k²); give it where it is known better than k, as near a critical point.
 */
export function ellipticK(k: number, complement = Math.sqrt((1 - k) * (1 + k))): number {
  return arithmeticGeometric(k, complement).first;
}

/** The second kind, E(k) = ∫₀^(π/2) √(1 - k² sin²θ) dθ, as a function of the modulus k in 0..1. */
export function ellipticE(k: number, complement = Math.sqrt((1 - k) * (1 + k))): number {
  if (complement === 0) return 1;
  const { first, difference } = arithmeticGeometric(k, complement);
  return first - difference;
}

/** K(k) and K(k) - E(k), the latter without cancellation for small k. */
export function arithmeticGeometric(k: number, complement: number): { first: number; difference: number } {
  if (complement === 0) return { first: Number.POSITIVE_INFINITY, difference: Number.POSITIVE_INFINITY };
  let [a, g, c] = [1, complement, k];
  let sum = 0;
  // The differences c square themselves each time: the next after 1e-9 is below rounding.
  for (let power = 0.5; Math.abs(c) > 1e-9 * a; power *= 2) {
    sum += power * c * c;
    [a, g, c] = [(a + g) / 2, Math.sqrt(a * g), (a - g) / 2];
  }
  const first = Math.PI / (2 * a);
  return { first, difference: first * sum };
}
