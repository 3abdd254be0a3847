// What the exact results of the Ising lattice share: the couplings, the critical temperature.
import { ParameterError } from "../../../device/errors.ts";

/** Jx along the width and Jy along the height. Positive is ferromagnetic. */
export type Couplings = readonly [number, number];

/**
 * The temperature at which the infinite lattice orders, in the unit of the couplings: sinh(2|Jx|/T) sinh(2|Jy|/T) = 1
 * (Onsager, Phys. Rev. 65 (1944) 117, doi 10.1103/PhysRev.65.117). 0 if a coupling is 0: chains do not order.
 * @throws ParameterError for couplings that are not two finite numbers.
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
  const given: readonly unknown[] = [couplings].flat();
  if (!(Array.isArray(couplings) && given.length === 2 && given.every(Number.isFinite)))
    throw new ParameterError(
      "couplings",
      `Ising: the couplings must be finite numbers, two as in [1, 0.5], not ${given.map(String).join(", ")}.`,
    );
  const [x, y] = [Math.abs(couplings[0]), Math.abs(couplings[1])];
  return { strong: Math.max(x, y), weak: Math.min(x, y) };
}

/** Refuses a temperature that no equilibrium has. */
export function checkTemperature(temperature: number): void {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new ParameterError(
      "temperature",
      `Ising: the temperature must be a finite number above 0, not ${temperature}.`,
    );
}
