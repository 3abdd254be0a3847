// The mixture of Gaussians as a table for the GPU, in f64: shaders/diffusion/mixture.wgsl has its meaning.

import type { Level } from "../../../network/level.ts";
import type { Mixture } from "../data/data-set.ts";

export function isIsotropic({ dimension, components }: Mixture): boolean {
  return components.every(({ covariance }) =>
    covariance.every((value, at) => value === (at % (dimension + 1) === 0 ? covariance[0] : 0)),
  );
}

/** [level][component][row] */
export async function mixtureTable(mixture: Mixture, levels: readonly Level[]): Promise<Float32Array> {
  const { EigenvalueDecomposition, Matrix } = await import("ml-matrix");
  const { dimension: d, components } = mixture;
  const isotropic = isIsotropic(mixture);
  const size = isotropic ? 1 : d * d;
  const row = 1 + d + 2 * size;
  const table = new Float32Array(levels.length * components.length * row);
  components.forEach(({ weight, mean, covariance }, k) => {
    const spread = new EigenvalueDecomposition(new Matrix(chunk(covariance, d)), { assumeSymmetric: true });
    const axes = spread.eigenvectorMatrix;
    levels.forEach(({ signal, noise }, l) => {
      const at = (l * components.length + k) * row;
      const variances = spread.realEigenvalues.map((value) => signal ** 2 * value + noise ** 2);
      const logs = variances.reduce((sum, value) => sum + Math.log(value), 0);
      table[at] = Math.log(weight) - 0.5 * logs;
      table.set(mean, at + 1);
      const of = (value: (i: number) => number) => {
        const diagonal = Matrix.diag(variances.map((_, i) => value(i)));
        return isotropic ? [value(0)] : axes.mmul(diagonal).mmul(axes.transpose()).to1DArray();
      };
      table.set(
        of((i) => 1 / variances[i]),
        at + 1 + d,
      );
      table.set(
        of((i) => (signal * spread.realEigenvalues[i]) / variances[i]),
        at + 1 + d + size,
      );
    });
  });
  return table;
}

const chunk = (values: readonly number[], d: number) =>
  Array.from({ length: d }, (_, i) => values.slice(i * d, (i + 1) * d));
