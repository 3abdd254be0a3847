// Averages over states: the correlation function against the chain's exact one and against products of spins, the structure
// factor against the definition, and the Fourier transforms of any length behind it.

import { describe, expect, it } from "vitest";
import { type IsingOptions, type IsingSimulation, ising } from "../src/index.ts";
import { BOUNDARIES, type Boundaries } from "../src/models/ising/boundary.ts";
import { correlation } from "../src/models/ising/correlation.ts";
import { transformOf } from "../src/statistics/index.ts";
import { device, reference } from "./devices.ts";

type Table = { head: string[]; rows: (string | number)[][] };
const tableOf = (simulation: IsingSimulation, ending: string) => {
  const analysis = ising.analyse(simulation, ending);
  return { add: () => analysis.add(), table: () => analysis.content() as Table };
};

describe("the Fourier transform", () => {
  it.each([1, 2, 3, 4, 6, 7, 12, 16, 30, 64, 97])("of %d numbers is the sum that defines it", (n) => {
    const re = Float64Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1));
    const im = Float64Array.from({ length: n }, (_, i) => Math.cos(5 * i));
    const [a, b] = [re.slice(), im.slice()];
    transformOf(n)(re, im);
    for (let k = 0; k < n; k++) {
      let [x, y] = [0, 0];
      for (let j = 0; j < n; j++) {
        const phase = (-2 * Math.PI * ((j * k) % n)) / n;
        x += a[j] * Math.cos(phase) - b[j] * Math.sin(phase);
        y += a[j] * Math.sin(phase) + b[j] * Math.cos(phase);
      }
      expect(Math.hypot(re[k] - x, im[k] - y)).toBeLessThan(1e-12 * n);
    }
  });
});

describe("the correlation function", () => {
  it.each(BOUNDARIES)("with %s edges is the mean product of spins", async (edge) => {
    const boundary: Boundaries = [edge, "periodic"];
    using lattice = await ising.create(reference, { size: [10, 6], temperature: 2, boundary, start: "random" });
    const spins = await lattice.spins();
    const { along, across } = correlation(await lattice.state(), { width: 10, height: 6, boundary });
    const closed = edge === "periodic" || edge === "antiperiodic";
    expect([along.length, across.length]).toEqual([closed ? 6 : 10, 4]);
    along.forEach((value, r) => {
      let [sum, pairs] = [0, 0];
      for (let y = 0; y < 6; y++) {
        for (let x = 0; x < 10; x++) {
          if (x + r >= 10 && !closed) continue;
          const sign = x + r >= 10 && edge === "antiperiodic" ? -1 : 1;
          sum += sign * spins[10 * y + x] * spins[10 * y + ((x + r) % 10)];
          pairs++;
        }
      }
      expect(value).toBeCloseTo(sum / pairs, 12);
    });
  });

  it("of a ring of 64 spins is the exact one, and another temperature's is not", async () => {
    const options: IsingOptions = { size: [64, 1], temperature: 1.2, replicas: 128, seed: 3n };
    using lattice = await ising.create(device, options);
    const { add, table } = tableOf(lattice, ".correlation.csv");
    await lattice.run(200);
    for (let i = 0; i < 40; i++) {
      await lattice.run(10);
      await add();
    }
    const exactly = (temperature: number, r: number) => {
      const t = Math.tanh(1 / temperature);
      return (t ** r + t ** (64 - r)) / (1 + t ** 64);
    };
    const { head, rows } = table();
    expect(head.slice(0, 3)).toEqual(["r", "C(r,0)", "C(r,0)_error"]);
    expect(rows).toHaveLength(33);
    expect(rows[0].slice(0, 3)).toEqual([0, 1, 0]);
    const z = rows.slice(1, 9).map(([r, value, error]) => ({
      right: (Number(value) - exactly(1.2, Number(r))) / Number(error),
      wrong: (Number(value) - exactly(1.26, Number(r))) / Number(error),
    }));
    for (const { right } of z) expect(Math.abs(right)).toBeLessThan(4);
    expect(Math.max(...z.map(({ wrong }) => Math.abs(wrong)))).toBeGreaterThan(6);
  });
});

describe("the structure factor", () => {
  it("is that of the definition, along the axes and everywhere, and goes through a checkpoint", async () => {
    using lattice = await ising.create(device, { size: [12, 6], temperature: 2.5, start: "random", replicas: 2 });
    const everywhere = ising.analyse(lattice, ".structure.npy");
    const { add, table } = tableOf(lattice, ".structure.csv");
    const sums = new Float64Array(72);
    for (let i = 0; i < 3; i++) {
      await lattice.run(2);
      await everywhere.add();
      await add();
      const spins = await lattice.spins();
      for (let k = 0; k < 72; k++) {
        for (let replica = 0; replica < 2; replica++) {
          let [re, im] = [0, 0];
          for (let at = 0; at < 72; at++) {
            const phase = 2 * Math.PI * (((k % 12) * (at % 12)) / 12 + (Math.floor(k / 12) * Math.floor(at / 12)) / 6);
            re += spins[72 * replica + at] * Math.cos(phase);
            im += spins[72 * replica + at] * Math.sin(phase);
          }
          sums[k] += (re * re + im * im) / 72 / 6;
        }
      }
    }
    const kept = ising.analyse(lattice, ".structure.npy");
    kept.restore(everywhere.toBytes());
    expect(kept.count()).toBe(3);
    const { data, shape } = kept.content() as { data: Float64Array; shape: number[] };
    expect(shape).toEqual([6, 12]);
    data.forEach((value, k) => {
      expect(value).toBeCloseTo(sums[k], 10);
    });
    // Parseval: the mean over all wave vectors is ⟨s²⟩ = 1.
    expect(data.reduce((a, b) => a + b, 0)).toBeCloseTo(72, 9);
    const { rows } = table();
    expect(rows).toHaveLength(7);
    rows.forEach((row, n) => {
      expect(row[2]).toBeCloseTo(sums[n], 10);
      if (n <= 3) expect(row[5]).toBeCloseTo(sums[12 * n], 10);
      else expect(row.slice(4)).toEqual(["", "", ""]);
    });
  });

  it("of every wave vector is refused where the lattice is too large", async () => {
    using lattice = await ising.create(reference, { size: [4096, 2048] });
    expect(() => ising.analyse(lattice, ".structure.npy")).toThrow(
      /4194304 sites; take a smaller one, or .structure.csv/,
    );
  });
});
