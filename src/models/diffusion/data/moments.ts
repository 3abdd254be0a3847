// Mean and covariance of points, in f64.

/** The mean of points [point][d]: [d]. */
export function meanOf(points: ArrayLike<number>, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let at = 0; at < points.length; at += d) {
    for (let i = 0; i < d; i++) mean[i] += points[at + i];
  }
  return mean.map((sum) => sum / (points.length / d));
}

/** The covariance of points [point][d], as of a whole population: each point's share is 1 / points; [d][d]. */
export function covarianceOf(points: ArrayLike<number>, d: number): Float64Array {
  const count = points.length / d;
  const mean = meanOf(points, d);
  const covariance = new Float64Array(d * d);
  const apart = new Float64Array(d);
  for (let at = 0; at < points.length; at += d) {
    for (let i = 0; i < d; i++) apart[i] = points[at + i] - mean[i];
    for (let i = 0; i < d; i++) {
      const a = apart[i];
      for (let j = 0; j <= i; j++) covariance[i * d + j] += a * apart[j];
    }
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      covariance[i * d + j] /= count;
      covariance[j * d + i] = covariance[i * d + j];
    }
  }
  return covariance;
}

/** Λ, the largest eigenvalue of a covariance [d][d]. */
export async function largestEigenvalue(covariance: ArrayLike<number>, d: number): Promise<number> {
  const { EigenvalueDecomposition, Matrix } = await import("ml-matrix");
  const matrix = Matrix.from1DArray(d, d, Array.from(covariance));
  return Math.max(...new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues);
}
