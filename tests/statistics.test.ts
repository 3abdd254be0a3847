// The statistics every model relies on: known answers for the functions, and honest errors on series whose truth is
// known.

import { describe, expect, it } from "vitest";
import { ParameterError } from "../src/device/errors.ts";
import { deviationOf } from "../src/models/deviation.ts";
import { threefry4x32 } from "../src/random/threefry.ts";
import {
  autocorrelationTime,
  autocovariance,
  chiSquareTail,
  chiSquareTest,
  erf,
  erfc,
  estimate,
  estimateReplicas,
  gammaP,
  gammaQ,
  independentMean,
  isAlarming,
  jackknife,
  jackknifeReplicas,
  kolmogorovSmirnovTest,
  kolmogorovTail,
  lnGamma,
  median,
  normalCdf,
  normalQuantile,
  pooledAutocorrelationTime,
  quantile,
  zScore,
  zText,
} from "../src/statistics/index.ts";
import { withError } from "../src/statistics/with-error.ts";

/** The engine's generator, which has known answers of its own. */
function uniforms(seed: number): () => number {
  let counter = 0;
  return () => (threefry4x32([counter++, 0, 0, 0], [seed, 0, 0, 0])[0] + 0.5) / 2 ** 32;
}

function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A stationary AR(1) series of mean 0 and variance 1: ρ(t) = rho^t, tau = (1 + rho) / (2 (1 - rho)). */
function autoregressive(n: number, rho: number, normal: () => number): Float64Array {
  const series = new Float64Array(n);
  let value = normal();
  for (let i = 0; i < n; i++) {
    series[i] = value;
    value = rho * value + Math.sqrt(1 - rho * rho) * normal();
  }
  return series;
}

const tauOf = (rho: number) => (1 + rho) / (2 * (1 - rho));
const rms = (values: number[]) => Math.sqrt(values.reduce((sum, z) => sum + z * z, 0) / values.length);
const mean = (values: number[]) => values.reduce((sum, z) => sum + z, 0) / values.length;
const variance = ([m, m2]: number[]) => m2! - m! * m!;
const off = (value: number, truth: number) => Math.abs(value / truth - 1);

describe("functions (25-digit values from mpmath)", () => {
  it("lnGamma", () => {
    for (const [x, value] of [
      [0.1, 2.252712651734206],
      [0.5, 0.5723649429247001],
      [1.5, -0.12078223763524522],
      [10, 12.801827480081469],
      [1000.5, 5908.674175848678],
    ] as const)
      expect(off(lnGamma(x), value)).toBeLessThan(2e-14);
    expect(lnGamma(1)).toBeCloseTo(0, 14);
    expect(lnGamma(2)).toBeCloseTo(0, 14);
  });

  it("the regularised incomplete gamma functions", () => {
    for (const [a, x, upper] of [
      [0.5, 0.5, 0.3173105078629141],
      [1, 3, 0.049787068367863944],
      [2.5, 1.25, 0.7764950711233227],
      [10, 25, 0.00022147663824878357],
      [100, 90, 0.8417790108135699],
      [5000, 5100, 0.07932888107761897],
      [0.5, 40, 3.744097384202899e-19],
    ] as const) {
      expect(off(gammaQ(a, x), upper), `Q(${a}, ${x})`).toBeLessThan(1e-11);
      expect(gammaP(a, x)).toBeCloseTo(1 - upper, 12);
    }
    expect([gammaP(3, 0), gammaQ(3, 0), gammaQ(3, Number.POSITIVE_INFINITY)]).toEqual([0, 1, 0]);
  });

  it("erf and erfc, the tail to its relative precision", () => {
    for (const [x, value] of [
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [3, 0.9999779095030014],
    ] as const) {
      expect(off(erf(x), value)).toBeLessThan(1e-14);
      expect(erf(-x)).toBe(-erf(x));
    }
    for (const [x, value] of [
      [0.5, 0.4795001221869535],
      [2, 0.004677734981047266],
      [5, 1.537459794428035e-12],
      [10, 2.088487583762545e-45],
      [26, 5.663192408856143e-296],
    ] as const)
      expect(off(erfc(x), value)).toBeLessThan(1e-12);
    expect([erf(0), erfc(0), erfc(-40), erf(Number.POSITIVE_INFINITY)]).toEqual([0, 1, 2, 1]);
  });

  it("the normal distribution and its quantile", () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(off(normalCdf(-8), 6.220960574271784e-16)).toBeLessThan(1e-12);
    expect(off(normalCdf(-1.96), 0.024997895148220435)).toBeLessThan(1e-13);
    expect(normalCdf(3)).toBeCloseTo(0.9986501019683699, 14);
    expect(normalQuantile(0.975)).toBeCloseTo(1.9599639845400543, 13);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.0902323061678136, 13);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404057, 12);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 15);
    for (const p of [1e-300, 1e-20, 0.01, 0.3, 0.7, 0.999])
      expect(off(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-11);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(() => normalQuantile(1.1)).toThrow(ParameterError);
    expect(() => normalQuantile(Number.NaN)).toThrow(ParameterError);
  });
});

describe("chi-square test", () => {
  it("has the tabled tail: 5 % at 3.841, 11.070, 18.307 and 124.342", () => {
    for (const [statistic, dof] of [
      [3.841458820694124, 1],
      [11.070497693516351, 5],
      [18.307038053275146, 10],
      [124.34211340400407, 100],
    ] as const)
      expect(chiSquareTail(statistic, dof)).toBeCloseTo(0.05, 13);
    expect(off(chiSquareTail(30, 10), 0.0008566412107753004)).toBeLessThan(1e-13);
  });

  it("gives the textbook result (scipy.stats.chisquare's example)", () => {
    const { statistic, dof, p } = chiSquareTest([16, 18, 16, 14, 12, 12], new Array(6).fill(88 / 6));
    expect([statistic, dof]).toEqual([expect.closeTo(2, 12), 5]);
    expect(p).toBeCloseTo(0.8491450360846096, 12);
    expect(chiSquareTest([16, 18, 16, 14, 12, 12], new Array(6).fill(88 / 6), 2).dof).toBe(3);
  });

  it("accepts a fair die as often as it should, and rejects a biased one (control)", () => {
    const uniform = uniforms(1);
    const throws = (bias: number) => {
      const counts = [0, 0, 0, 0, 0, 0];
      for (let i = 0; i < 6000; i++) counts[Math.min(5, Math.floor(6 * uniform() ** (1 + bias)))]!++;
      return chiSquareTest(counts, new Array(6).fill(1000)).p;
    };
    const fair = Array.from({ length: 300 }, () => throws(0));
    expect(kolmogorovSmirnovTest(fair, (p) => p).p).toBeGreaterThan(1e-3);
    expect(throws(0.1)).toBeLessThan(1e-6);
  });

  it("refuses cells that do not match", () => {
    expect(() => chiSquareTest([1, 2], [3])).toThrow(ParameterError);
    expect(() => chiSquareTest([3], [3])).toThrow(ParameterError);
    expect(() => chiSquareTest([1, 2], [3, 0])).toThrow(/cell 1/);
    expect(() => chiSquareTest([1, 2], [3, 4])).toThrow(/total/);
    expect(() => chiSquareTest([1, Number.NaN], [1, 2])).toThrow(/total/);
  });
});

describe("Kolmogorov-Smirnov test", () => {
  it("has Kolmogorov's law (scipy.special.kolmogorov), on both of its series", () => {
    for (const [x, tail] of [
      [0.3, 0.9999906941986655],
      [0.5, 0.9639452436648751],
      [0.8, 0.5441424115741981],
      [1, 0.26999967167735456],
      [1.2238478702170825, 0.1],
      [1.3580986393225505, 0.05],
      [1.6276236115189504, 0.01],
      [2.5, 7.453306344157342e-6],
    ] as const)
      expect(Math.abs(kolmogorovTail(x) - tail)).toBeLessThan(1e-12);
    expect(kolmogorovTail(1 - 1e-9)).toBeCloseTo(kolmogorovTail(1 + 1e-9), 8);
    expect(kolmogorovTail(0.19)).toBe(1);
  });

  it("finds the exact distance and nearly the exact p-value for 10 samples (scipy.stats.kstest)", () => {
    const samples = [0.77, 0.05, 0.15, 0.21, 0.33, 0.48, 0.52, 0.61, 0.62, 0.95];
    const uniform = kolmogorovSmirnovTest(samples, (x) => x);
    expect(uniform.statistic).toBeCloseTo(0.18, 14);
    expect(Math.abs(uniform.p - 0.847280627321946)).toBeLessThan(0.003);
    const squared = kolmogorovSmirnovTest(samples, (x) => x * x);
    expect(squared.statistic).toBeCloseTo(0.4156, 14);
    expect(Math.abs(squared.p - 0.044514895902338)).toBeLessThan(0.003);
    expect(samples[0]).toBe(0.77); // It sorts a copy.
  });

  it("accepts normal samples as often as it should, and rejects shifted ones (control)", () => {
    const normal = normals(2);
    const p = (shift: number) =>
      kolmogorovSmirnovTest(
        Array.from({ length: 400 }, () => normal() + shift),
        normalCdf,
      ).p;
    const values = Array.from({ length: 300 }, () => p(0));
    expect(kolmogorovSmirnovTest(values, (x) => x).p).toBeGreaterThan(1e-3);
    expect(p(0.3)).toBeLessThan(1e-4);
    expect(() => kolmogorovSmirnovTest([], normalCdf)).toThrow(ParameterError);
    expect(() => kolmogorovSmirnovTest([Number.NaN], normalCdf)).toThrow(ParameterError);
  });
});

describe("autocorrelation time", () => {
  it("sums over the same pairs as the definition", () => {
    const series = autoregressive(100, 0.7, normals(3));
    const other = autoregressive(100, 0.7, normals(4));
    const gamma = autocovariance([series, other], 0.1);
    expect(gamma.length).toBe(51);
    for (const lag of [0, 1, 17, 50]) {
      let sum = 0;
      for (const row of [series, other])
        for (let i = 0; i + lag < 100; i++) sum += (row[i]! - 0.1) * (row[i + lag]! - 0.1);
      expect(gamma[lag]).toBeCloseTo(sum / (2 * (100 - lag)), 13);
    }
  });

  it.each([0, 0.5, 0.9, 0.98])("of AR(1) with rho = %d is right, within an error that is right", (rho) => {
    const normal = normals(5);
    const found = Array.from({ length: rho > 0.9 ? 40 : 100 }, () =>
      autocorrelationTime(autoregressive(400 * tauOf(rho), rho, normal)),
    );
    expect(off(mean(found.map(({ tau }) => tau)), tauOf(rho))).toBeLessThan(0.12);
    const spread = rms(found.map(({ tau, error }) => (tau - tauOf(rho)) / error));
    expect(spread).toBeGreaterThan(0.7);
    expect(spread).toBeLessThan(1.4);
  });

  it("is not too short for being measured from the sample's own mean", () => {
    const normal = normals(12);
    const found = Array.from(
      { length: 400 },
      () => autocorrelationTime(autoregressive(100 * tauOf(0.9), 0.9, normal)).tau,
    );
    expect(off(mean(found), tauOf(0.9))).toBeLessThan(0.05); // Without Wolff's correction it is 10 % short.
  });

  it("gets as much from many short replicas as from one series", () => {
    const normal = normals(6);
    const replicas = Array.from({ length: 200 }, () => autoregressive(100, 0.9, normal));
    const { tau, error } = pooledAutocorrelationTime(replicas);
    expect(Math.abs(tau - tauOf(0.9))).toBeLessThan(4 * error);
    expect(error).toBeLessThan(1);
    const alone = mean(replicas.map((row) => autocorrelationTime(row).tau));
    expect(alone).toBeLessThan(0.85 * tauOf(0.9)); // Control: 10 tau are too short for one series.
  });

  it("says what it does with degenerate series", () => {
    expect(autocorrelationTime(new Array(50).fill(0.1))).toEqual({ tau: 0.5, error: 0, window: 0 });
    expect(autocorrelationTime([1, 2, 3])).toEqual({ tau: 0.5, error: Number.POSITIVE_INFINITY, window: 0 });
    expect(autocorrelationTime(Array.from({ length: 100 }, (_, i) => i % 2)).tau).toBeLessThan(0.5);
    expect(() => autocorrelationTime([])).toThrow(ParameterError);
    expect(() => autocorrelationTime([1, Number.NaN, 2])).toThrow(/NaN at 1/);
    expect(() => pooledAutocorrelationTime([[1, 2], [1]])).toThrow(ParameterError);
  });
});

describe("errors of correlated series", () => {
  // All series have 200 tau values. The spread of z over S of them is itself uncertain by 1/√(2S), 0.016 for 2000;
  // where only few can be afforded, four such deviations are added to the bounds.
  it.each([
    [0, 2000, 0],
    [0.9, 1500, 0],
    [0.98, 150, 4 / Math.sqrt(300)],
  ])("z of the mean and of a jackknifed variance has unit spread for AR(1) with rho = %d", (rho, count, slack) => {
    const normal = normals(7);
    const [means, variances, naive]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < count; i++) {
      const series = autoregressive(200 * tauOf(rho), rho, normal);
      const squares = series.map((x) => x * x);
      const plain = estimate(series);
      means.push(plain.value / plain.error);
      const fluctuation = jackknife([series, squares], variance, plain.tau);
      variances.push((fluctuation.value - 1) / fluctuation.error);
      naive.push(plain.value * Math.sqrt(series.length));
    }
    for (const z of [means, variances]) {
      expect(rms(z)).toBeGreaterThan(0.9 - slack);
      expect(rms(z)).toBeLessThan(1.15 + slack);
    }
    expect(Math.abs(mean(means)) * Math.sqrt(count)).toBeLessThan(4);
    // Control: σ/√n alone is wrong by √(2 tau).
    if (rho > 0) expect(rms(naive)).toBeGreaterThan(3);
  });

  it("z of replicas has unit spread, whether each is many tau long or less than one", () => {
    const normal = normals(8);
    for (const [replicas, length, rho] of [
      [16, 200, 0.9],
      [64, 20, 0.98],
    ] as const) {
      const [z, jack]: [number[], number[]] = [[], []];
      for (let i = 0; i < 200; i++) {
        const rows = Array.from({ length: replicas }, () => autoregressive(length, rho, normal));
        const { value, error } = estimateReplicas(rows);
        z.push(value / error);
        const both = rows.map((row) => [row, row.map((x) => x * x)]);
        const fluctuation = jackknifeReplicas(both, variance);
        jack.push((fluctuation.value - 1) / fluctuation.error);
      }
      for (const spread of [rms(z), rms(jack)]) {
        expect(spread).toBeGreaterThan(0.85);
        expect(spread).toBeLessThan(1.2);
      }
    }
  });

  it("sees a slow mode that hides below the noise", () => {
    // 4 % of the variance has tau 200: ρ(1) = 0.04 looks like nothing, yet the error is √17 times that of independent
    // samples.
    const normal = normals(9);
    const [z, naive]: [number[], number[]] = [[], []];
    for (let i = 0; i < 50; i++) {
      const series = autoregressive(20000, 0.995, normal).map((slow) => 0.2 * slow + Math.sqrt(0.96) * normal());
      const { value, error } = estimate(series);
      z.push(value / error);
      naive.push(value * Math.sqrt(series.length));
    }
    expect(rms(z)).toBeGreaterThan(0.7);
    expect(rms(z)).toBeLessThan(1.3);
    expect(rms(naive)).toBeGreaterThan(3);
  });

  it("returns value, error, tau and n that belong together", () => {
    const series = autoregressive(5000, 0.9, normals(10));
    const { value, error, tau, n } = estimate(series);
    expect(value).toBeCloseTo(mean([...series]), 13);
    expect(n).toBe(5000);
    expect(off(tau, tauOf(0.9))).toBeLessThan(0.4);
    const spread = mean([...series].map((x) => (x - value) ** 2));
    // The error is a little wider, as it stems from 166 blocks only.
    expect(off(error, Math.sqrt((2 * tau * spread) / n))).toBeLessThan(0.03);
    const line = jackknife([series], ([m]) => 3 * m! + 1);
    expect(line.value).toBeCloseTo(3 * value + 1, 12);
    expect(off(line.error, 3 * error)).toBeLessThan(0.25);
    expect(line.n).toBe(5000);
  });

  it("takes the bias off: the variance of few independent values is the unbiased one", () => {
    const x = [3, 1, 4, 1, 5, 9, 2, 6];
    const { value } = jackknife([x, x.map((v) => v * v)], variance, 0.1);
    const m = mean(x);
    expect(value).toBeCloseTo(x.reduce((sum, v) => sum + (v - m) ** 2, 0) / 7, 12);
  });

  it("counts replicas that are stuck apart as few samples, not as precise ones", () => {
    const normal = normals(11);
    const stuck = [1, -1, 1, 1].map((side) => Float64Array.from({ length: 1000 }, () => side + 0.01 * normal()));
    const { value, error } = estimateReplicas(stuck);
    expect(value).toBeCloseTo(0.5, 2);
    expect(error).toBeGreaterThan(0.3);
  });

  it("says what it does with degenerate series", () => {
    expect(estimate(new Array(10).fill(0.1))).toEqual({ value: 0.1, error: 0, tau: 0.5, n: 10 });
    expect(estimate([7])).toEqual({ value: 7, error: Number.POSITIVE_INFINITY, tau: 0.5, n: 1 });
    expect(estimateReplicas([[1], [1]]).error).toBe(0);
    for (let n = 2; n < 40; n++) {
      const { error, tau } = estimate(Array.from({ length: n }, (_, i) => (i * i) % 7));
      expect(Number.isFinite(error) && error > 0 && Number.isFinite(tau), `n = ${n}`).toBe(true);
    }
    expect(jackknife([[2, 2, 2]], ([m]) => m! ** 2)).toEqual({
      value: 4,
      error: Number.POSITIVE_INFINITY,
      tau: 0.5,
      n: 3,
    });
    expect(jackknife([[2]], ([m]) => m!).error).toBe(Number.POSITIVE_INFINITY);
    expect(() => estimate([])).toThrow(ParameterError);
    expect(() => estimate([1, Number.POSITIVE_INFINITY])).toThrow(ParameterError);
    expect(() => jackknife([], () => 0)).toThrow(ParameterError);
    expect(() => jackknife([[1, 2], [1]], () => 0)).toThrow(ParameterError);
    expect(() => jackknife([[1, 2, 3]], () => Number.NaN)).toThrow(/NaN/);
  });
});

describe("medians", () => {
  it("a median's error is that of its share of values", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i * 0.618034) % 1);
    const found = median(values);
    expect(found.value).toBeCloseTo(0.5, 2);
    expect(found.error).toBeCloseTo(0.5 / Math.sqrt(400), 3); // the density is 1
    expect(median(values, 100).error).toBeCloseTo(0.25, 2);
    expect(median([3])).toEqual({ value: 3, error: Number.POSITIVE_INFINITY, tau: 0.5, n: 1 });
  });

  it("quantiles lie between the values in order", () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([3, 1, 2, 5], share))).toEqual([1, 1.75, 2.5, 5]);
  });
});

describe("the mean of independent values", () => {
  it("has the error of its spread: of 1, 2, 3, 4 that is √(5/12)", () => {
    expect(independentMean([1, 2, 3, 4])).toEqual({
      value: 2.5,
      error: expect.closeTo(Math.sqrt(5 / 12), 14),
      tau: 0.5,
      n: 4,
    });
    const equal = independentMean(Array.from({ length: 8 }, () => 0.6709183673469389));
    expect(equal).toMatchObject({ value: 0.6709183673469389, error: 0 });
    expect(independentMean([7])).toEqual({ value: 7, error: Number.POSITIVE_INFINITY, tau: 0.5, n: 1 });
  });
});

describe("deviations from exact values", () => {
  it("are counted in standard errors", () => {
    expect(zScore({ value: 1.3, error: 0.1 }, 1)).toBeCloseTo(3, 12);
    expect(zScore({ value: 1, error: 0 }, 1)).toBe(0);
    expect(zScore({ value: 1, error: Number.POSITIVE_INFINITY }, 2)).toBeUndefined();
    expect(zScore({ value: Number.NaN, error: 1 }, 2)).toBeUndefined();
  });

  it("an error of 0 with a value that differs is infinite, unless rare events can hide the difference", () => {
    expect(zScore({ value: 0, error: 0, n: 1000 }, -1.95)).toBe(Number.POSITIVE_INFINITY);
    expect(zScore({ value: -2, error: 0, n: 1000 }, -1.5)).toBe(Number.NEGATIVE_INFINITY);
    expect(zScore({ value: -2, error: 0, n: 1000 }, -1.999)).toBe(0);
    expect(zScore({ value: -2, error: 0, n: 1e6 }, -1.999)).toBe(Number.NEGATIVE_INFINITY);
    // |m_s| = 0 until one spin flips: measurements can be as large as 1.
    expect(zScore({ value: 0, error: 0, n: 1000, range: 1 }, 1e-4)).toBe(0);
    expect(zScore({ value: 0, error: 0, n: 1000, range: 1 }, 0.1)).toBe(Number.NEGATIVE_INFINITY);
    expect([zText(Number.POSITIVE_INFINITY), zText(Number.NEGATIVE_INFINITY), zText(-1.234)]).toEqual([
      "+∞",
      "-∞",
      "-1.23",
    ]);
  });

  it("are alarms beyond five errors, but not where a rare event more explains them", () => {
    const normal = { value: 1, error: 0.01, n: 1000, tau: 0.5, largest: 1 };
    expect(isAlarming(normal, 1.04)).toBe(false);
    expect(isAlarming(normal, 1.06)).toBe(true);
    // One spin of 16 has flipped once in a thousand measurements, where six flips were due.
    const rare = estimate(Float64Array.from({ length: 1000 }, (_, i) => (i === 500 ? -1.5 : -2)));
    expect(rare).toMatchObject({ largest: expect.closeTo(0.5, 2), error: expect.closeTo(5e-4, 4) });
    expect(isAlarming(rare, -2 + 6 * 5e-4)).toBe(false);
    expect(isAlarming(rare, -1.9)).toBe(true);
    // Of 4,000 counts that are all 0 a mean of 3.5e-6 is no contradiction; one of 1e-2 is.
    const none = { value: 0, error: 0, n: 4000, tau: 0.5, unseen: 1 };
    expect(isAlarming(none, 3.5e-6)).toBe(false);
    expect(isAlarming(none, 1e-2)).toBe(true);
    // Nor is one event where six are expected.
    const one = { value: 1 / 4000, error: 1 / 4000, n: 4000, tau: 0.5, unseen: 1 };
    expect(isAlarming(one, 7 / 4000)).toBe(false);
    expect(isAlarming({ ...one, unseen: 0 }, 7 / 4000)).toBe(true);
    expect(isAlarming({ value: 0, error: 0, n: 100, tau: 0.5 }, -1.95)).toBe(true);
    expect(isAlarming({ value: 0, error: Infinity, n: 1, tau: 0.5 }, -1.95)).toBe(false);
  });

  it("τ_int is never below its minimum, and what never fluctuates has no error of its fluctuations", () => {
    const alternating = Float64Array.from({ length: 100 }, (_, i) => i % 2);
    expect(autocorrelationTime(alternating).tau).toBeLessThan(0.5);
    expect(estimate(alternating).tau).toBe(0.5);
    const variance = ([a, a2]: number[]) => a2 - a * a;
    expect(jackknife([alternating, alternating], variance).tau).toBe(0.5);
    const constant = new Float64Array(100).fill(3);
    expect(jackknife([constant, constant.map((x) => x * x)], variance)).toMatchObject({ value: 0, error: Infinity });
    expect(estimate(constant)).toMatchObject({ value: 3, error: 0 });
  });
});

describe("a value with its error", () => {
  it.each<[number, number, string]>([
    [-1.74561, 0.00123, "-1.7456 ± 0.0012"],
    [123456, 789, "123456 ± 789"],
    [1.234567e-43, 2.5e-45, "(1.235 ± 0.025)e-43"],
    [0, 2.5e-45, "(0.0 ± 2.5)e-45"],
    [-6.02214e23, 1.5e20, "(-6.0221 ± 0.0015)e23"],
    [0.0000051, 0.0000014, "0.0000051 ± 0.0000014"],
    [2.5, 0, "2.5 ± 0"],
    [2.5, Number.POSITIVE_INFINITY, "2.50000 ± ?"],
  ])("%d ± %d is %s", (value, error, text) => {
    expect(withError(value, error)).toBe(text);
  });
});

describe("a mean against what is known", () => {
  const mean = { value: 1, error: 0.01, n: 1000, tau: 0.5 };
  const known = { value: 1.1, source: "by hand" };
  it("is an alarm beyond chance", () => {
    expect(deviationOf(mean, known)).toEqual({ z: expect.closeTo(-10), alarm: true });
    expect(deviationOf(mean, { ...known, value: 1.03 }).alarm).toBe(false);
    expect(deviationOf({ ...mean, error: 0, value: 2 }, known)).toEqual({ z: Number.POSITIVE_INFINITY, alarm: true });
  });
  it("is none for fluctuations, within an approximation, and where rare events are large", () => {
    expect(deviationOf({ ...mean, fluctuation: true }, known).alarm).toBe(false);
    expect(deviationOf(mean, { ...known, approximate: true }).alarm).toBe(false);
    expect(deviationOf(mean, { ...known, approximate: 0.1 }).alarm).toBe(false);
    expect(deviationOf(mean, { ...known, approximate: 0.05 }).alarm).toBe(true);
    expect(deviationOf({ ...mean, largest: 30 }, known).alarm).toBe(false);
  });
});
