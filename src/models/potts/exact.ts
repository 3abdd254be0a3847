// What is known exactly of the Potts model: small tori by the transfer matrix, and the square lattice of two states by Kaufman's solution.

import { kaufman } from "../ising/exact.ts";
import { torusExactly } from "../lattice/transfer-matrix.ts";

/**
 * Energy and specific heat per site of a torus in equilibrium, by its transfer matrix. Sides of two have two bonds, sides of one none.
 *
 * @param size q to the sites of a layer across the longest side is at most `MOST_LAYERS`
 */
export const pottsTorus = (
  states: number,
  size: readonly number[],
  { temperature, coupling = 1 }: { temperature: number; coupling?: number },
): { energy: number; specificHeat: number } =>
  torusExactly({ states, size, bond: (_, a, b) => (a === b ? coupling : 0) }, temperature);

/** The same of two states on a periodic square lattice of any size: the Ising model at twice the temperature, H = -J/2 Σ (1 + s s'). */
export function pottsOfTwo(
  [width, height]: readonly [number, number],
  { temperature, coupling }: { temperature: number; coupling: number },
): { energy: number; specificHeat: number } {
  const { energy, specificHeat } = kaufman(width, height, { temperature: (2 * temperature) / coupling });
  return { energy: (coupling * (energy - 2)) / 2, specificHeat };
}
