// How many directions the states of a reservoir really use.

import { allUnits, type Shape, type Sums } from "./network.ts";

/** Singular values below this share of the largest are taken for nothing. */
const SHARE = 1e-6;
/** Beyond this many units the eigenvalues take too long; then the rank is not asked for. */
const MOST = 400;

/**
 * The rank of the matrix of states over time, as far as singular values exceed a millionth of the largest: the kernel quality of
 * Legenstein & Maass 2007 (doi 10.1016/j.neunet.2007.04.017), from the sums of products of states. NaN for more than 400 units.
 */
export async function kernelRank({ matrix, size }: Sums, shape: Shape): Promise<number> {
  const units = allUnits(shape);
  if (units > MOST) return Number.NaN;
  const { EigenvalueDecomposition, Matrix } = await import("ml-matrix");
  const states = Matrix.zeros(units, units);
  for (let i = 0; i < units; i++) for (let j = 0; j < units; j++) states.set(i, j, matrix[i * size + j]);
  const { realEigenvalues } = new EigenvalueDecomposition(states, { assumeSymmetric: true });
  const largest = Math.max(...realEigenvalues);
  return realEigenvalues.filter((value) => value > SHARE ** 2 * largest).length;
}
