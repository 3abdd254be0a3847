// A mixture of Gaussians as a text: "1 [1, 2] 0.25; 3 [-1, 0] [[1, 0.5], [0.5, 2]]", that is weight, mean and covariance of each
// component. A covariance of one number is that variance in every direction. Weights are shares of their sum.

import { ParameterError } from "../../../device/errors.ts";
import { cholesky } from "../../cholesky.ts";
import { readNumber } from "../../text.ts";
import type { Mixture } from "./data-set.ts";

/** As many as labels can tell apart. */
const MOST_COMPONENTS = 256;

/** @throws ParameterError naming the component and what is wrong with it */
export function parseMixture(text: string): Mixture {
  const parts = text.split(/[;\n]/).map((part) => part.trim());
  const given = parts.filter((part) => part !== "");
  if (given.length === 0 || given.length > MOST_COMPONENTS) {
    throw new ParameterError(
      "data",
      `data: a mixture of ${given.length} components: give from 1 to ${MOST_COMPONENTS} of them.`,
    );
  }
  const components = given.map((part, i) => componentOf(part, i + 1));
  const dimension = components[0].mean.length;
  const other = components.findIndex(({ mean }) => mean.length !== dimension);
  if (other > 0) {
    const found = components[other].mean.length;
    throw wrong(other + 1, given[other], `its mean has ${found} numbers and that of component 1 ${dimension}`);
  }
  const total = components.reduce((sum, { weight }) => sum + weight, 0);
  return { dimension, components: components.map((each) => ({ ...each, weight: each.weight / total })) };
}

const wrong = (number: number, part: string, what: string) =>
  new ParameterError(
    "data",
    `data: component ${number} of the mixture, "${part}": ${what}; write WEIGHT [MEAN, …] VARIANCE or WEIGHT [MEAN, …] [[…], …], as in "0.5 [1, 0] 0.25".`,
  );

function componentOf(part: string, number: number): Mixture["components"][number] {
  const fail = (what: string) => wrong(number, part, what);
  const [, weightText, meanText, covarianceText] = /^([^\s[\]]+)\s*\[([^[\]]*)\]\s*(\S.*)$/.exec(part) ?? [];
  if (weightText === undefined) throw fail("this is no weight, mean and covariance");
  const numbers = (list: string) =>
    list.split(",").map((each) => {
      const value = readNumber(each.trim());
      // Points are 32-bit floats.
      if (value === undefined || !Number.isFinite(Math.fround(value))) throw fail(`"${each.trim()}" is no number`);
      return value;
    });
  const [weight] = numbers(weightText);
  if (!(weight > 0)) throw fail(`the weight is ${weight} and must be above 0`);
  const mean = numbers(meanText);
  const covariance = covarianceText.startsWith("[")
    ? matrixOf(covarianceText, mean.length, numbers, fail)
    : scalarMatrix(numbers(covarianceText)[0], mean.length);
  const factor = Float64Array.from(covariance);
  if (cholesky(factor, mean.length) >= 0) throw fail("the covariance is not positive definite");
  return { weight, mean, covariance };
}

const scalarMatrix = (variance: number, d: number) =>
  Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? variance : 0));

/** [d][d] of "[[1, 0.5], [0.5, 2]]". */
function matrixOf(text: string, d: number, numbers: (list: string) => number[], fail: (what: string) => Error) {
  if (!/^\[\s*\[[^[\]]*\](\s*,\s*\[[^[\]]*\])*\s*\]$/.test(text)) throw fail(`"${text}" is no matrix`);
  const rows = [...text.slice(1, -1).matchAll(/\[([^[\]]*)\]/g)].map(([, row]) => numbers(row));
  if (rows.length !== d || rows.some((row) => row.length !== d)) {
    throw fail(`the covariance must have ${d} rows of ${d} numbers`);
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      if (rows[i][j] !== rows[j][i]) throw fail("the covariance is not symmetric");
    }
  }
  return rows.flat();
}
