// The default dynamics is right for parameters where checkerboard Metropolis is not: there flips that cost nothing are certain,
// so some states are never left, and each half-sweep is all but deterministic. Metropolis is the negative control.

import { describe, expect, it } from "vitest";
import { enumerate, type IsingOptions, ising, kaufman } from "../src/index.ts";
import { GpuLattice } from "../src/models/ising/gpu.ts";
import { ALWAYS, type LatticeOptions } from "../src/models/ising/lattice.ts";
import { flipThresholds, isingParameters, VERSION_1 } from "../src/models/ising/parameters.ts";
import { ReferenceLattice } from "../src/models/ising/reference-lattice.ts";
import { resolve } from "../src/models/parameters.ts";
import { streamKey, threefry4x32 } from "../src/random/threefry.ts";
import { device } from "./devices.ts";

async function energyOf(options: IsingOptions, { warmup, samples }: { warmup: number; samples: number }) {
  using lattice = await ising.create(device, options);
  await lattice.run(warmup);
  return (await lattice.sample(samples, { every: 2 })).energy;
}

const z = ({ value, error }: { value: number; error: number }, exact: number) => Math.abs(value - exact) / error;

describe("averages that checkerboard Metropolis misses", () => {
  it("couplings 1,-1 from all up, where every flip costs nothing", async () => {
    const options: IsingOptions = { size: [64, 64], couplings: [1, -1], temperature: 1.5 };
    const exact = kaufman(64, 64, { temperature: 1.5, couplings: [1, -1] }).energy;
    expect(exact).toBeCloseTo(-1.9511166, 7);
    expect(z(await energyOf(options, { warmup: 200, samples: 500 }), exact)).toBeLessThan(4);
    // From all up it has to order first: several replicas, for one may keep two domains that span the lattice.
    using lattice = await ising.create(device, { ...options, start: "up", replicas: 8 });
    await lattice.run(4000);
    const each = await lattice.sampleEach(250, { every: 2 });
    expect(each.filter(({ energy }) => z(energy, exact) < 4).length).toBeGreaterThanOrEqual(4);

    const stuck = await energyOf({ ...options, start: "up", algorithm: "metropolis" }, { warmup: 200, samples: 100 });
    expect(stuck).toMatchObject({ value: 0, error: 0 });
  });

  it("chains side by side, whose domain walls Metropolis conserves", async () => {
    const options: IsingOptions = { size: [16, 256], couplings: [1, 0], temperature: 1, replicas: 8 };
    const exact = -Math.tanh(1) * ((1 + Math.tanh(1) ** 14) / (1 + Math.tanh(1) ** 16));
    expect(kaufman(16, 256, { temperature: 1, couplings: [1, 0] }).energy).toBeCloseTo(exact, 10);
    expect(z(await energyOf(options, { warmup: 300, samples: 400 }), exact)).toBeLessThan(4);
    expect(
      z(await energyOf({ ...options, algorithm: "metropolis" }, { warmup: 300, samples: 400 }), exact),
    ).toBeGreaterThan(10);
  });

  it("a very hot lattice, where each half-sweep turns nearly every spin over", async () => {
    const options: IsingOptions = { size: [64, 64], temperature: 1e5, start: "random" };
    const exact = kaufman(64, 64, { temperature: 1e5 }).energy;
    expect(z(await energyOf(options, { warmup: 50, samples: 1000 }), exact)).toBeLessThan(4);
    const metropolis = await energyOf({ ...options, algorithm: "metropolis" }, { warmup: 50, samples: 1000 });
    expect(z(metropolis, exact)).toBeGreaterThan(8);
  });

  it("an antiferromagnet in the field at which spins are free", async () => {
    const options: IsingOptions = { couplings: [-1, -1], field: 4, temperature: 0.2, replicas: 64 };
    for (const [size, m] of [
      [[4, 4], enumerate(4, 4, { temperature: 0.2, field: 4, couplings: [-1, -1] }).magnetization],
      // Hard squares on a torus of 64 × 64, nearly infinite: an independent value.
      [[64, 64], 0.5468],
    ] as [[number, number], number][]) {
      using lattice = await ising.create(device, { ...options, size, replicas: size[0] === 4 ? 256 : 8 });
      await lattice.run(300);
      const { magnetization } = await lattice.sample(300, { every: 2 });
      if (size[0] === 4) expect(z(magnetization, m)).toBeLessThan(4);
      else expect(Math.abs(magnetization.value - m)).toBeLessThan(1e-4 + 4 * magnetization.error);
    }
    using wrong = await ising.create(device, { ...options, size: [64, 64], replicas: 8, algorithm: "metropolis" });
    await wrong.run(300);
    expect((await wrong.sample(100)).magnetization.value).toBeLessThan(0.5);
    expect(wrong.notes()[0]).toMatch(/heat-bath reaches every state/);
  });

  it("a cold magnet in a field against its magnetization, from the default start", async () => {
    const options: IsingOptions = { size: [4, 4], temperature: 0.7, field: -0.3, replicas: 256 };
    const exact = enumerate(4, 4, { temperature: 0.7, field: -0.3 }).magnetization;
    const magnetizationOf = async (start: IsingOptions["start"]) => {
      using lattice = await ising.create(device, { ...options, start });
      await lattice.run(20);
      return (await lattice.sample(200)).magnetization;
    };
    expect(z(await magnetizationOf("ordered"), exact)).toBeLessThan(4);
    expect(z(await magnetizationOf("up"), exact), "negative control: a metastable start").toBeGreaterThan(10);
  });
});

describe("flip probabilities of 64 bits", () => {
  it("equal the probability to f64's last bit, however small", () => {
    const options = { size: [4, 4], field: 0.3, boundary: ["free", "free"] };
    for (const temperature of [0.2, 0.35, 1, 2.27, 1e5]) {
      const points = resolve("ising", isingParameters, { ...options, temperature });
      const { high, low } = flipThresholds(points, 1);
      expect(high).toHaveLength(72);
      for (let i = 0; i < 72; i++) {
        const [group, spin, x, y] = [Math.floor(i / 18), Math.floor((i % 18) / 9), Math.floor((i % 9) / 3), i % 3];
        const sum = 2 * x - (group % 2 ? 1 : 2) + 2 * y - (group > 1 ? 1 : 2);
        const wanted = 1 / (1 + Math.exp((2 * (sum + 0.3 * (2 * spin - 1))) / temperature));
        const found = (high[i] + low[i] / 2 ** 32) / 2 ** 32;
        if (high[i] === ALWAYS) expect(wanted).toBeGreaterThan(1 - 2 ** -31);
        else expect(Math.abs(found - wanted), `T = ${temperature}, ${i}`).toBeLessThan(4e-16 * wanted + 2 ** -64);
      }
    }
    // With 32 bits exp(-8/T) at T = 0.35 is rounded to twice its value; so it was in gibbs 0.1.0.
    const version1 = { ...VERSION_1, size: [4, 4], temperature: 0.35 };
    const { high, low } = flipThresholds(resolve("ising", isingParameters, version1), 1);
    expect([high[17], low.length]).toEqual([1, 0]);
    expect(Math.exp(-8 / 0.35) * 2 ** 32).toBeCloseTo(0.5084, 4);
  });

  it("settle a tie of the first bits by 32 more, as the reference does", async () => {
    // All spins of a tile are up with four aligned neighbours. Thresholds whose next bits equal a word of block 5 make a tie.
    const seed = 77n;
    const shape = { width: 64, height: 4, replicas: 1 };
    const key = streamKey(seed, 0x101, 0);
    const prefix = 0b1010;
    const bits = [0, 1, 2, 3].map((draw) => threefry4x32([0, 0, draw, 0], key, 20));
    const shared = threefry4x32([0, 0, 4, 0], key, 20);
    const word = threefry4x32([0, 0, 5, 0], key, 20)[0];
    const last = threefry4x32([0, 0, 0x80000005, 0], key, 20)[0];
    // Which spins of the even colour are undecided after four bits, and in the first such column whether block 4 decides.
    const column = Array.from({ length: 32 }, (_, c) => c).find((c) => [0, 1, 2, 3].some((row) => undecided(row, c)))!;
    function undecided(row: number, c: number) {
      return bits.every((block, i) => ((block[row] >>> c) & 1) === ((prefix >> (3 - i)) & 1));
    }
    expect(column).toBeDefined();
    // The threshold's bits 59 … 56 equal block 4's for this column, so that it stays undecided; then the word, then the rest.
    const next = [0, 1, 2, 3].reduce((sum, i) => 2 * sum + ((shared[i] >>> column) & 1), 0);
    const head = (BigInt(prefix) << 60n) | (BigInt(next) << 56n) | (BigInt(word) << 24n);
    const counts: number[] = [];
    for (const rest of [last >>> 8, (last >>> 8) + 1]) {
      const threshold = head | BigInt(rest);
      const table = { high: new Uint32Array(18), low: new Uint32Array(18) };
      table.high.fill(Number(threshold >> 32n));
      table.low.fill(Number(threshold & 0xffffffffn));
      expect(table.high[0]).not.toBe(ALWAYS);
      const options: LatticeOptions = {
        ...{ ...shape, seed, firstReplica: 0, rounds: 20, thresholds: table },
        boundaries: ["periodic", "periodic"],
      };
      const lattices = [await GpuLattice.create(device, options), new ReferenceLattice(options)];
      const states: Uint8Array[] = [];
      for (const lattice of lattices) {
        await lattice.write(new Uint8Array(32).fill(0xff));
        await lattice.advance({ from: 0, sweeps: 1, every: 0, origin: 0, onSweeps: () => {} });
        states.push(await lattice.read());
        lattice.dispose();
      }
      expect(states[0]).toEqual(states[1]);
      counts.push(states[0].reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0));
    }
    // Below the last word the spin stays, above it flips: the two thresholds differ by 2^-64.
    expect(counts[0]).not.toBe(counts[1]);
  });
});
