// Linear equations with a symmetric, positive definite matrix, in f64; only + - × / and square roots, so the same bits everywhere.

/** Replaces the lower triangle of a matrix by L with L Lᵀ the matrix; the row whose pivot is not positive, or -1. */
export function cholesky(matrix: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      if (j < i) matrix[i * n + j] = sum / matrix[j * n + j];
      else if (sum > 0) matrix[i * n + i] = Math.sqrt(sum);
      else return i;
    }
  }
  return -1;
}

/** Replaces `values` by the solution of L Lᵀ x = values. */
export function solve(factor: Float64Array, n: number, values: Float64Array): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) values[i] -= factor[i * n + k] * values[k];
    values[i] /= factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) values[i] -= factor[k * n + i] * values[k];
    values[i] /= factor[i * n + i];
  }
}
