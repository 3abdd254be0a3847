// Statistics of measured series, for every model: errors of means and of functions of means, correlation times, tests
// of fit.
export {
  type AutocorrelationTime,
  autocorrelationTime,
  autocovariance,
  pooledAutocorrelationTime,
} from "./autocorrelation.ts";
export { type Estimate, estimate, estimateReplicas } from "./blocking.ts";
export { ALARM, isAlarming, zScore, zText } from "./deviation.ts";
export { transformOf } from "./fourier.ts";
export { gammaP, gammaQ, lnGamma } from "./gamma.ts";
export { independentMean } from "./independent.ts";
export { jackknife, jackknifeReplicas } from "./jackknife.ts";
export { median, quantile } from "./median.ts";
export { erf, erfc, normalCdf, normalQuantile } from "./normal.ts";
export {
  chiSquareTail,
  chiSquareTest,
  kolmogorovSmirnovTest,
  kolmogorovTail,
  mergeCells,
  type TestResult,
} from "./tests.ts";
