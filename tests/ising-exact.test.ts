// The exact results of the Ising lattice, against each other and against published or high-precision numbers. Runs in
// both hosts.
import { describe, expect, it } from "vitest";
import { ParameterError } from "../src/device/errors.ts";
import {
  type Couplings,
  criticalTemperature,
  ellipticE,
  ellipticK,
  enumerate,
  kaufman,
  onsager,
} from "../src/models/ising/exact.ts";
import table from "./data/ising_exact.csv?raw";

const T_C = 2 / Math.log(1 + Math.SQRT2);

/** Relative deviation. */
function off(value: number, truth: number): number {
  return Math.abs(value / truth - 1);
}

describe("Kaufman's torus", () => {
  const rows = table
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .slice(1)
    .map((line) => line.split(",").map(Number) as [number, number, number, number, number]);

  it("gives the 80-digit table for L = 4 to 256, the critical temperature included", () => {
    expect(rows.length).toBe(49);
    expect(rows.filter(([, T]) => Math.abs(T - T_C) < 1e-14).length).toBe(7);
    for (const [L, temperature, energy, specificHeat, lnZ] of rows) {
      const exact = kaufman(L, L, { temperature });
      expect(off(exact.energy, energy), `energy, L = ${L}, T = ${temperature}`).toBeLessThan(1e-12);
      expect(off(exact.specificHeat, specificHeat), `specific heat, L = ${L}, T = ${temperature}`).toBeLessThan(1e-12);
      expect(off(exact.lnZ, lnZ), `ln Z, L = ${L}, T = ${temperature}`).toBeLessThan(1e-12);
    }
  });

  it("misses the table at a temperature 0.001 % off (control)", () => {
    for (const [L, temperature, energy] of rows)
      expect(off(kaufman(L, L, { temperature: temperature * 1.00001 }).energy, energy)).toBeGreaterThan(1e-7);
  });

  const sizes = [
    [2, 2],
    [2, 4],
    [2, 5],
    [5, 2],
    [3, 5],
    [4, 4],
    [4, 6],
  ] as const;
  const allCouplings: Couplings[] = [
    [1, 1],
    [1, 0.3],
    [0.2, 1.5],
    [-1, -0.7],
    [1, -0.7],
    [0, 1],
    [1, 0],
  ];
  it.each(sizes)("agrees with all states of %i × %i, for any couplings", (width, height) => {
    const temperatures = width * height > 16 ? [T_C] : [0.5, 1.7, T_C, 4, 20];
    for (const couplings of width * height > 16 ? allCouplings.slice(0, 3) : allCouplings) {
      if ((couplings[0] < 0 && width % 2 === 1) || (couplings[1] < 0 && height % 2 === 1)) continue;
      for (const temperature of temperatures) {
        const exact = kaufman(width, height, { temperature, couplings });
        const all = enumerate(width, height, { temperature, couplings });
        for (const name of ["energy", "specificHeat", "lnZ"] as const)
          expect(exact[name], `${name}, J = ${couplings}, T = ${temperature}`).toBeCloseTo(all[name], 12);
      }
    }
  });

  it("does not care which way the torus lies", () => {
    const flat = kaufman(256, 1000, { temperature: 2.1, couplings: [1, 0.9] });
    const tall = kaufman(1000, 256, { temperature: 2.1, couplings: [0.9, 1] });
    const square = [kaufman(24, 60, { temperature: T_C }), kaufman(60, 24, { temperature: T_C })] as const;
    for (const name of ["energy", "specificHeat", "lnZ"] as const) {
      expect(off(flat[name], tall[name])).toBeLessThan(1e-13);
      expect(off(square[0][name], square[1][name])).toBeLessThan(1e-12);
    }
  });

  it("equals the infinite lattice at 4096 × 4096 away from T_c", () => {
    for (const temperature of [2, 2.6]) {
      const [finite, infinite] = [kaufman(4096, 4096, { temperature }), onsager({ temperature })];
      expect(off(finite.energy, infinite.energy)).toBeLessThan(1e-13);
      expect(off(finite.specificHeat, infinite.specificHeat)).toBeLessThan(1e-12);
    }
  });

  it("approaches T_c's infinite lattice as Ferdinand & Fisher say", () => {
    // Their amplitudes for a square: (e + √2) L tends to -2 θ₂θ₃θ₄ / (θ₂ + θ₃ + θ₄) at the nome exp(-π), and c grows by
    // (8/π) K_c² per ln L.
    const nome = Math.exp(-Math.PI);
    const theta2 = 2 * nome ** 0.25 * (1 + nome ** 2 + nome ** 6 + nome ** 12);
    const theta3 = 1 + 2 * (nome + nome ** 4 + nome ** 9);
    const theta4 = 1 - 2 * (nome - nome ** 4 + nome ** 9);
    const amplitude = (-2 * theta2 * theta3 * theta4) / (theta2 + theta3 + theta4);
    const [half, full] = [kaufman(2048, 2048, { temperature: T_C }), kaufman(4096, 4096, { temperature: T_C })];
    expect((full.energy + Math.SQRT2) * 4096).toBeCloseTo(amplitude, 6);
    expect(full.specificHeat - half.specificHeat).toBeCloseTo((8 / Math.PI / T_C ** 2) * Math.LN2, 4);
  });

  it("neither overflows nor returns NaN from the coldest to the hottest", () => {
    for (const temperature of [1e-300, 1e-5, 0.003, 0.05, 1e3, 1e20, 1e200]) {
      const { energy, specificHeat, lnZ } = kaufman(64, 4096, { temperature, couplings: [1, 0.5] });
      // The ground state, or the leading order in 1/T, -(Jx² + Jy²) / T.
      const truth = temperature < 0.1 ? -1.5 : -1.25 / temperature;
      expect(Math.abs(energy - truth), `energy, T = ${temperature}`).toBeLessThan(1e-7);
      expect(specificHeat).toBeGreaterThanOrEqual(0);
      expect(specificHeat).toBeLessThan(1e-5);
      expect(lnZ).toBeGreaterThan(0.69);
      const infinite = onsager({ temperature, couplings: [1, 0.5] });
      expect(Math.abs(infinite.energy - truth)).toBeLessThan(1e-7);
      expect(onsager({ temperature }).specificHeat).toBeLessThan(1e-5);
      expect(enumerate(2, 2, { temperature }).specificHeat).toBeLessThan(1e-4);
    }
    expect(kaufman(8, 8, { temperature: 0.001 })).toEqual({ energy: -2, specificHeat: 0, lnZ: 2000 + Math.LN2 / 64 });
  });

  it("refuses what it cannot solve, by name", () => {
    expect(() => kaufman(1, 8, { temperature: 2 })).toThrow(ParameterError);
    expect(() => kaufman(8, 8.5, { temperature: 2 })).toThrow(/height/);
    expect(() => kaufman(8, 8, { temperature: 0 })).toThrow(/temperature/);
    expect(() => kaufman(8, 8, { temperature: Number.NaN })).toThrow(/temperature/);
    expect(() => kaufman(8, 8, { temperature: 2, couplings: [Number.NaN, 1] })).toThrow(/coupling/);
    const cold = { temperature: 0.1, antiperiodic: [true, true] } as const;
    expect(() => kaufman(64, 64, cold)).toThrow(/both boundaries antiperiodic .* higher temperature/);
    expect(kaufman(8, 7, { temperature: 2, couplings: [-1, 1] })).toEqual(kaufman(8, 7, { temperature: 2 }));
  });
});

describe("the infinite lattice", () => {
  it("has Onsager's critical temperatures", () => {
    expect(criticalTemperature()).toBe(2.269185314213022);
    // Roots of sinh(2Jx/T) sinh(2Jy/T) = 1 from 25-digit arithmetic.
    expect(criticalTemperature([1, 0.5])).toBeCloseTo(1.6410179299284882, 14);
    expect(criticalTemperature([0.1, -1])).toBeCloseTo(0.9058830619385363, 14);
    expect(criticalTemperature([2, 1])).toBeCloseTo(3.2820358598569763, 14);
    expect(criticalTemperature([1, 0.01])).toBeCloseTo(0.508925814361713, 14);
    expect(criticalTemperature([0, 1])).toBe(0);
  });

  it("has the energy and specific heat of 40-digit elliptic integrals", () => {
    for (const [temperature, energy, specificHeat] of [
      [1, -1.997160204112251, 0.023379564686542134],
      [2, -1.745564575312554, 0.7248714486015739],
      [2.269, -1.4151110871267878, 4.348725776571576],
      [2.6, -1.0282936380090193, 0.7048576926395321],
      [100, -0.02000333376013496, 0.00020010002134278142],
    ] as const) {
      const exact = onsager({ temperature });
      expect(Math.abs(exact.energy - energy)).toBeLessThan(1e-14);
      expect(off(exact.specificHeat, specificHeat)).toBeLessThan(1e-12);
    }
    expect(onsager({ temperature: T_C }).energy).toBeCloseTo(-Math.SQRT2, 13);
    expect(onsager({ temperature: T_C }).specificHeat).toBeGreaterThan(15);
  });

  it("has those of 40-digit quadrature for unequal couplings of any sign", () => {
    for (const [couplings, temperature, energy, specificHeat] of [
      [[1, 0.5], 1.5, -1.2837842978207, 0.8664887754359138],
      [[-0.5, 1], 1.9, -0.8027487940828386, 0.6748137916507266],
      [[0.1, -1], 1, -0.8434461152987781, 0.7729652993292376],
      [[-2, -1], 3.5, -1.854602278620564, 1.045582690534697],
    ] as const) {
      const exact = onsager({ temperature, couplings });
      expect(off(exact.energy, energy)).toBeLessThan(1e-13);
      expect(off(exact.specificHeat, specificHeat)).toBeLessThan(1e-12);
    }
  });

  it("gets the same from the quadrature as from the elliptic integrals", () => {
    for (const temperature of [0.5, 1, 2, 2.26, 2.269, 2.27, 2.4, 3, 10]) {
      const [closed, integral] = [onsager({ temperature }), onsager({ temperature, couplings: [1, 1 - 2 ** -53] })];
      expect(Math.abs(closed.energy - integral.energy)).toBeLessThan(1e-14);
      expect(Math.abs(closed.specificHeat - integral.specificHeat)).toBeLessThan(2e-12);
    }
  });

  it("is a set of chains where one coupling is 0, continuously", () => {
    const chain = onsager({ temperature: 0.7, couplings: [0, -1] });
    expect(chain.energy).toBeCloseTo(-Math.tanh(1 / 0.7), 14);
    expect(chain.specificHeat).toBeCloseTo((1 / 0.7 / Math.cosh(1 / 0.7)) ** 2, 14);
    const nearly = onsager({ temperature: 0.7, couplings: [1e-9, 1] });
    expect(nearly.energy).toBeCloseTo(chain.energy, 8);
    expect(nearly.specificHeat).toBeCloseTo(chain.specificHeat, 7);
    expect(onsager({ temperature: 1, couplings: [0, 0] })).toEqual({ energy: 0, specificHeat: 0, magnetization: 0 });
  });

  it("has Yang's magnetization below T_c, and none above or with staggered order", () => {
    expect(onsager({ temperature: 2 }).magnetization).toBeCloseTo(0.911319377877496, 14);
    expect(onsager({ temperature: 1e-4 }).magnetization).toBe(1);
    for (const temperature of [T_C, 2.3, 100]) expect(onsager({ temperature }).magnetization).toBe(0);
    const chang = (1 - 1 / (Math.sinh(2 / 1.5) * Math.sinh(1 / 1.5)) ** 2) ** (1 / 8);
    expect(onsager({ temperature: 1.5, couplings: [0.5, 1] }).magnetization).toBeCloseTo(chang, 13);
    expect(onsager({ temperature: 1.5, couplings: [-0.5, 1] }).magnetization).toBe(0);
    expect(onsager({ temperature: 1.5, couplings: [0, 1] }).magnetization).toBe(0);
  });

  it("integrates elliptic functions to the last digits", () => {
    // K(k) and E(k) from 25-digit arithmetic; the argument is the modulus.
    const nearOne = Math.sqrt(1.999999e-6); // √(1 - k²), where 1 - k has lost its digits.
    for (const [k, first, second, complement] of [
      [0, Math.PI / 2, Math.PI / 2],
      [0.5, 1.685750354812596, 1.4674622093394272],
      [0.8, 1.9953027776647294, 1.2763499431699064],
      [0.99, 3.3566005233611924, 1.028475809028804],
      [0.999999, 7.947479773562345, 1.0000074474777243, nearOne],
    ] as const) {
      expect(off(ellipticK(k, complement), first)).toBeLessThan(1e-14);
      expect(off(ellipticE(k, complement), second)).toBeLessThan(1e-14);
    }
    expect(ellipticK(1)).toBe(Number.POSITIVE_INFINITY);
    expect(ellipticE(1)).toBe(1);
  });
});

describe("enumeration", () => {
  it("is the sum over all states, written out for 2 × 2 with a field", () => {
    const [temperature, field, couplings] = [1.3, 0.4, [1, 0.5]] as const;
    let [z, e, e2, m, a, m2, m4] = [0, 0, 0, 0, 0, 0, 0];
    for (let state = 0; state < 16; state++) {
      const s = [0, 1, 2, 3].map((i) => ((state >> i) & 1) * 2 - 1) as [number, number, number, number];
      const M = (s[0] + s[1] + s[2] + s[3]) / 4;
      // Sites 0 1 over 2 3: each bond of this torus is there twice.
      const E =
        -2 * couplings[0] * (s[0] * s[1] + s[2] * s[3]) -
        2 * couplings[1] * (s[0] * s[2] + s[1] * s[3]) -
        4 * field * M;
      const weight = Math.exp(-E / temperature);
      z += weight;
      e += weight * E;
      e2 += weight * E * E;
      m += weight * M;
      a += weight * Math.abs(M);
      m2 += weight * M ** 2;
      m4 += weight * M ** 4;
    }
    const exact = enumerate(2, 2, { temperature, field, couplings });
    expect(exact.energy).toBeCloseTo(e / z / 4, 13);
    expect(exact.specificHeat).toBeCloseTo((e2 / z - (e / z) ** 2) / 4 / temperature ** 2, 13);
    expect(exact.magnetization).toBeCloseTo(m / z, 13);
    expect(exact.absMagnetization).toBeCloseTo(a / z, 13);
    expect(exact.magnetization2).toBeCloseTo(m2 / z, 13);
    expect(exact.magnetization4).toBeCloseTo(m4 / z, 13);
    expect(exact.susceptibility).toBeCloseTo((4 / temperature) * (m2 / z - (m / z) ** 2), 13);
    expect(exact.absSusceptibility).toBeCloseTo((4 / temperature) * (m2 / z - (a / z) ** 2), 13);
    expect(exact.binder).toBeCloseTo(1 - m4 / z / (3 * (m2 / z) ** 2), 13);
    expect(exact.lnZ).toBeCloseTo(Math.log(z) / 4, 13);
  });

  it("has free spins in a field where the couplings are 0, and Binder's limits", () => {
    const free = enumerate(4, 3, { temperature: 2, field: 0.6, couplings: [0, 0] });
    expect(free.magnetization).toBeCloseTo(Math.tanh(0.3), 14);
    expect(free.energy).toBeCloseTo(-0.6 * Math.tanh(0.3), 14);
    expect(free.susceptibility).toBeCloseTo(1 / Math.cosh(0.3) ** 2 / 2, 14);
    expect(free.lnZ).toBeCloseTo(Math.log(2 * Math.cosh(0.3)), 14);
    expect(enumerate(4, 4, { temperature: 0.01 }).binder).toBeCloseTo(2 / 3, 14);
    expect(enumerate(4, 4, { temperature: 1e9 }).binder).toBeCloseTo(2 / 3 / 16, 8); // N spins: 1 - (3N² - 2N) / (3N²).
  });

  it("responds to a field as its susceptibility says", () => {
    const [temperature, step] = [2.5, 1e-4];
    const m = (field: number) => enumerate(4, 3, { temperature, field }).magnetization;
    const { susceptibility } = enumerate(4, 3, { temperature, field: 0.2 });
    expect((m(0.2 + step) - m(0.2 - step)) / (2 * step)).toBeCloseTo(susceptibility, 6);
  });

  it("refuses a lattice that is too large, and parameters that are not numbers", () => {
    expect(() => enumerate(5, 5, { temperature: 2 })).toThrow(ParameterError);
    expect(() => enumerate(5, 5, { temperature: 2 })).toThrow(/24/);
    expect(() => enumerate(0, 4, { temperature: 2 })).toThrow(ParameterError);
    expect(() => enumerate(4, 4, { temperature: -1 })).toThrow(ParameterError);
    expect(() => enumerate(4, 4, { temperature: 2, field: Number.NaN })).toThrow(/field/);
  });
});
