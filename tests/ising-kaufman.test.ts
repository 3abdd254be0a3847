// Kaufman's torus at its limits: any couplings, temperatures and sides, and antiperiodic boundaries, against sums over all
// states, dense transfer matrices and closed forms.
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { ParameterError } from "../src/device/errors.ts";
import { type Couplings, criticalTemperature, kaufman, onsager } from "../src/models/ising/exact.ts";

const T_C = 2 / Math.log(1 + Math.SQRT2);
type Both = readonly [boolean, boolean];
const BOUNDARIES: Both[] = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
];

/** How many states of a torus have Σ s s' = x over the bonds along x and y along y. */
function statesOf(width: number, height: number, [ax, ay]: Both): { x: number; y: number; count: number }[] {
  const N = width * height;
  const counts = new Float64Array((2 * N + 1) ** 2);
  for (let state = 0; state < 2 ** N; state++) {
    const spin = (x: number, y: number) => (((state >> (y * width + x)) & 1) === 1 ? 1 : -1);
    let [bx, by] = [0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        bx += spin(x, y) * spin((x + 1) % width, y) * (ax && x === width - 1 ? -1 : 1);
        by += spin(x, y) * spin(x, (y + 1) % height) * (ay && y === height - 1 ? -1 : 1);
      }
    }
    counts[(bx + N) * (2 * N + 1) + by + N]!++;
  }
  const levels = Array.from(counts, (count, at) => {
    return { x: Math.floor(at / (2 * N + 1)) - N, y: (at % (2 * N + 1)) - N, count };
  });
  return levels.filter(({ count }) => count > 0);
}

/** Energy, specific heat and ln Z a site by all states, with weights relative to the ground state. */
function means(states: ReturnType<typeof statesOf>, N: number, temperature: number, [jx, jy]: Couplings) {
  const levels = states.map(({ x, y, count }) => ({ count, energy: -jx * x - jy * y }));
  const ground = Math.min(...levels.map(({ energy }) => energy));
  const weights = levels.map(({ count, energy }) => count * Math.exp((ground - energy) / temperature));
  const z = weights.reduce((a, b) => a + b);
  const energy = levels.reduce((sum, level, i) => sum + weights[i]! * level.energy, 0) / z;
  const spread = levels.reduce((sum, level, i) => sum + weights[i]! * (level.energy - energy) ** 2, 0) / z;
  return {
    energy: energy / N,
    specificHeat: spread / N / temperature / temperature,
    lnZ: (Math.log(z) - ground / temperature) / N,
  };
}

/**
 * Energy and ln Z a site of a strip `rows` long by a symmetric transfer matrix of all states of a row, diagonalised: no
 * fermions. E = -d ln Z / dβ by the slope of each eigenvalue, v·(dT/dβ) v.
 */
function dense(width: number, rows: number, temperature: number, [within, along]: Couplings, turned = false) {
  const states = 2 ** width;
  const spin = (state: number, x: number) => (((state >> x) & 1) === 1 ? 1 : -1);
  const inside = (state: number) =>
    Array.from(
      { length: width },
      (_, x) => spin(state, x) * spin(state, (x + 1) % width) * (turned && x === width - 1 ? -1 : 1),
    );
  const bonds = Array.from({ length: states }, (_, state) => within * inside(state).reduce((a, b) => a + b));
  const exponent = (a: number, b: number) => {
    const between = Array.from({ length: width }, (_, x) => spin(a, x) * spin(b, x)).reduce((x, y) => x + y);
    return (bonds[a]! + bonds[b]!) / 2 + along * between;
  };
  const size = Array.from({ length: states }, (_, i) => i);
  const top = Math.max(...size.flatMap((a) => size.map((b) => exponent(a, b))));
  const T = new Matrix(size.map((a) => size.map((b) => Math.exp((exponent(a, b) - top) / temperature))));
  const slope = new Matrix(size.map((a) => size.map((b) => exponent(a, b) * T.get(a, b))));
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(T, {
    assumeSymmetric: true,
  });
  const largest = Math.max(...values);
  let [z, first] = [0, 0];
  values.forEach((value, i) => {
    const v = vectors.getColumnVector(i);
    const share = (value / largest) ** rows;
    z += share;
    if (share !== 0) first += (share / value) * v.transpose().mmul(slope).mmul(v).get(0, 0);
  });
  const lnZ = (Math.log(largest) + Math.log(z) / rows + top / temperature) / width;
  return { energy: -first / z / width, lnZ };
}

const COUPLINGS: Couplings[] = [
  [1, 1],
  [1, 0.3],
  [0.2, 1.5],
  [-1, -0.7],
  [1, -0.7],
  [0, 1],
  [1, 0],
  [1e-9, 1],
  [3e5, 2e5],
  [1, 1e-20],
];

describe("all states of small tori", () => {
  it.each([
    [4, 4],
    [2, 8],
    [6, 2],
    [3, 5],
    [5, 2],
    [2, 2],
  ])("%i × %i at any temperature, of any couplings, with any boundary", (width, height) => {
    let refused = 0;
    for (const antiperiodic of BOUNDARIES) {
      const states = statesOf(width, height, antiperiodic);
      for (const couplings of COUPLINGS) {
        const frustrated = (axis: 0 | 1) =>
          antiperiodic[axis] !== (couplings[axis] < 0 && [width, height][axis]! % 2 === 1);
        // With both boundaries frustrated the terms of Z cancel, and digits with them.
        const loss = frustrated(0) && frustrated(1) ? 1e4 : 1;
        const strong = Math.max(...couplings.map(Math.abs));
        for (const ratio of [0.05, 0.4, 1.7, T_C, 4, 20, 1e3, 1e6]) {
          const temperature = ratio * strong;
          const where = `J = ${couplings}, T = ${temperature}, antiperiodic ${antiperiodic}`;
          const exact = () => kaufman(width, height, { temperature, couplings, antiperiodic });
          if (loss > 1 && ratio < 1) {
            try {
              exact();
            } catch (error) {
              expect(error, where).toBeInstanceOf(ParameterError);
              refused++;
              continue;
            }
          }
          const [found, truth] = [exact(), means(states, width * height, temperature, couplings)];
          expect(Math.abs(found.energy - truth.energy) / strong, `energy, ${where}`).toBeLessThan(1e-13 * loss);
          expect(Math.abs(found.specificHeat - truth.specificHeat), `c, ${where}`).toBeLessThan(1e-11 * loss);
          expect(Math.abs(found.lnZ - truth.lnZ), `ln Z, ${where}`).toBeLessThan(1e-12 * Math.max(1, truth.lnZ) * loss);
        }
      }
    }
    expect(refused).toBeLessThan(17); // of 20 that are colder than their couplings
  });

  it("tell one boundary from another (control)", () => {
    const states = statesOf(4, 4, [true, false]);
    const truth = means(states, 16, 2, [1, 0.7]).energy;
    for (const antiperiodic of BOUNDARIES) {
      const { energy } = kaufman(4, 4, { temperature: 2, couplings: [1, 0.7], antiperiodic });
      if (antiperiodic[0] && !antiperiodic[1]) expect(Math.abs(energy - truth)).toBeLessThan(1e-13);
      else expect(Math.abs(energy - truth)).toBeGreaterThan(0.01);
    }
  });

  it("a negative coupling along an odd side is a boundary of the other sign", () => {
    const odd = means(statesOf(3, 4, [false, false]), 12, 1.5, [-1, 0.5]);
    const { energy, specificHeat } = kaufman(3, 4, { temperature: 1.5, couplings: [-1, 0.5] });
    expect(energy).toBeCloseTo(odd.energy, 13);
    expect(specificHeat).toBeCloseTo(odd.specificHeat, 12);
  });
});

describe("strips and chains", () => {
  it("8192 × 4 is a strip at every temperature, not the plane", () => {
    expect(kaufman(8192, 4, { temperature: 2.3 }).energy).toBeCloseTo(-1.3875433, 7);
    expect(onsager({ temperature: 2.3 }).energy).toBeCloseTo(-1.3428664, 7);
    for (const couplings of [
      [1, 1],
      [0.1, 1],
      [1, 0.1],
    ] as const) {
      for (const temperature of [0.3, 0.8, 1.5, T_C, 2.3, 5, 100]) {
        for (const turned of [false, true]) {
          const truth = dense(4, 8192, temperature, [couplings[1], couplings[0]], turned);
          const found = kaufman(8192, 4, { temperature, couplings, antiperiodic: [false, turned] });
          expect(Math.abs(found.energy - truth.energy), `${couplings}, ${temperature}, ${turned}`).toBeLessThan(1e-11);
          expect(Math.abs(found.lnZ - truth.lnZ)).toBeLessThan(1e-12 * truth.lnZ);
          // The specific heat is the energy's slope.
          const step = 1e-4 * temperature;
          const at = (t: number) => dense(4, 8192, t, [couplings[1], couplings[0]], turned).energy;
          const slope =
            (8 * (at(temperature + step) - at(temperature - step)) -
              at(temperature + 2 * step) +
              at(temperature - 2 * step)) /
            (12 * step);
          expect(Math.abs(found.specificHeat - slope)).toBeLessThan(1e-7);
        }
      }
    }
  });

  it("chains side by side are the closed form of a ring, however cold and long", () => {
    for (const length of [4, 100, 8192]) {
      for (const K of [0.01, 0.3, 1, 3, 20, 100, 1e4, 1e6]) {
        // Z = (2 cosh K)^L ± (2 sinh K)^L, with tanh^L K = e^-gap, for tanh K itself is 1 in doubles beyond K = 19.
        const gap = length * Math.log1p(2 / Math.expm1(2 * K));
        const rest = (2 / (Math.exp(2 * K) - Math.exp(-2 * K))) * Math.exp(-gap); // tanh^L K / sinh 2K
        const periodic = -Math.tanh(K) - (2 * rest) / (1 + Math.exp(-gap));
        // One bond is broken; where no other is, to the last digit.
        const frustrated = gap < 1e-20 ? -(1 - 2 / length) : -Math.tanh(K) + (2 * rest) / -Math.expm1(-gap);
        for (const [turned, ring] of [
          [false, periodic],
          [true, frustrated],
        ] as const) {
          for (const [width, height, couplings, antiperiodic] of [
            [length, 4, [1, 0], [turned, false]],
            [4, length, [0, 1], [false, turned]],
          ] as const) {
            const { energy, specificHeat, lnZ } = kaufman(width, height, {
              temperature: 1 / K,
              couplings,
              antiperiodic,
            });
            expect(Math.abs(energy - ring), `L = ${length}, K = ${K}, ${turned}`).toBeLessThan(1e-13);
            expect(specificHeat).toBeGreaterThanOrEqual(0);
            if (K > 100) expect(lnZ / K).toBeCloseTo(-ring, 3);
          }
        }
      }
    }
    expect(kaufman(64, 64, { temperature: 0.05, couplings: [1, 0] }).energy).toBe(-1);
  });
});

describe("extremes", () => {
  it("are finite, and the same whichever way the torus lies", () => {
    const sizes = [2, 4, 64, 1000, 2 ** 14];
    for (const width of sizes) {
      for (const height of sizes) {
        for (const weak of [0, 1e-300, 1e-18, 1e-9, 1e-3, 0.5, 1]) {
          for (const strong of [1e-300, 1e-6, 1, 1e6]) {
            for (const T of [1e-300, 1e-6, 0.003, 0.05, 0.3, 1, 2.3, 7, 1e3, 1e6, 1e200]) {
              const temperature = T * strong;
              if (temperature === 0 || (width > 64 && height > 64 && strong !== 1)) continue;
              const a = kaufman(width, height, { temperature, couplings: [strong, weak * strong] });
              const b = kaufman(height, width, { temperature, couplings: [weak * strong, strong] });
              const where = `${width} × ${height}, J = ${strong} × 1,${weak}, T = ${temperature}`;
              expect(Object.values(a).every(Number.isFinite), where).toBe(true);
              expect(Math.abs(a.energy - b.energy) / strong, where).toBeLessThan(1e-12);
              expect(a.energy / strong, where).toBeLessThanOrEqual(0);
              expect(a.energy / strong, where).toBeGreaterThanOrEqual(-(1 + weak) - 1e-12);
              expect(a.specificHeat, where).toBeGreaterThanOrEqual(0);
              // The ground state, where the weaker bonds are cold too.
              if (T <= 1e-6 && weak >= 1e-3) expect(a.energy / strong, where).toBeCloseTo(-1 - weak, 12);
              if (T <= 0.003 && weak === 0) expect(a.energy / strong, where).toBeCloseTo(-1, 12);
              if (T >= 1e3 && T < 1e50) {
                const double = (length: number) => (length === 2 ? 2 : 1); // 2 sites are joined twice
                const leading = (double(width) + double(height) * weak ** 2) / T;
                expect(Math.abs(-a.energy / strong / leading - 1), where).toBeLessThan(T > 1e4 ? 1e-9 : 1e-5);
              }
            }
          }
        }
      }
    }
  });

  it("the longest sides: the plane's values where it is many correlation lengths wide", () => {
    for (const temperature of [2, 2.6]) {
      const infinite = onsager({ temperature });
      const finite = kaufman(2 ** 20, 4096, { temperature });
      expect(Math.abs(finite.energy - infinite.energy)).toBeLessThan(1e-12);
      expect(Math.abs(finite.specificHeat - infinite.specificHeat)).toBeLessThan(1e-11);
    }
    // At T_c the energy's distance falls like 1/L: Ferdinand & Fisher's amplitude of the square.
    const [half, full] = [2 ** 15, 2 ** 16].map((L) => (kaufman(L, L, { temperature: T_C }).energy + Math.SQRT2) * L);
    expect(half! / full!).toBeCloseTo(1, 6);
    // A strip of rows much longer than wide has, at T_c, the energy of a cylinder, whatever its length.
    const [a, b] = [2 ** 18, 2 ** 20].map((L) => kaufman(L, 64, { temperature: T_C }).energy);
    expect(Math.abs(a! - b!)).toBeLessThan(1e-13);
    expect(criticalTemperature()).toBeCloseTo(T_C, 14);
  });
});
