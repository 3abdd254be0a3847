// Delayed reactions against exact distributions, on the GPU and by the reference: registers and tables, delays that are fixed, drawn, and follow from counts.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "#open-device";
import { type Device, gillespie, ReferenceDevice } from "../src/index.ts";
import type { GillespieOptions } from "../src/models/gillespie/simulation.ts";

let device: Device;
const reference = new ReferenceDevice("node");
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.dispose());

/** Mean and variance of species at times. */
async function moments(on: Device, options: GillespieOptions, many: number) {
  using ensemble = await gillespie.create(on, { seed: 3n, ...options });
  await ensemble.run(many);
  const { mean, sd, species, times, covariance } = ensemble.result();
  const of = (name: string) => {
    const i = species.indexOf(name);
    return times.map((time, t) => ({ time, mean: mean[t][i], variance: sd[t][i] ** 2 }));
  };
  return { of, covariance, species };
}

/** Against Poisson's law: at each time the mean, and the variance, whose own variance is (m + 2 m^2) / n. */
function againstPoisson(
  found: { time: number; mean: number; variance: number }[],
  law: (time: number) => number,
  many: number,
) {
  return found.flatMap(({ time, mean, variance }) => {
    const m = law(time);
    if (m === 0) return mean === 0 ? [] : [99];
    return [(mean - m) / Math.sqrt(m / many), (variance - m) / Math.sqrt((m + 2 * m * m) / many)];
  });
}
const worst = (z: readonly number[]) => z.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

/** Immigrants mature after a time: mature ones arrive at the rate k from then on, and die. */
const MATURING = "0 -> X @ k after 3; X -> 0 @ g; k = 20; g = 0.5";
const maturing = (time: number) => (time < 3 ? 0 : 40 * (1 - Math.exp(-0.5 * (time - 3))));
/** Reactions that never happen, so many that the network is kept in tables. */
const LARGE = Array.from({ length: 70 }, (_, i) => `D${i} -> 0 @ 1`).join("; ");

describe("immigrants that mature", () => {
  it.each([
    ["in registers", MATURING],
    ["in tables", `${MATURING}; ${LARGE}`],
    ["with a real quantity", `${MATURING}; V' = 1; V = 0`],
  ])("are Poisson numbers, %s", async (_, network) => {
    const options = { network, until: 8, points: 9 };
    const many = 4000;
    const found = (await moments(device, options, many)).of("X");
    expect(worst(againstPoisson(found, maturing, many))).toBeLessThan(4);
    // Negative control: a delay a twentieth longer.
    expect(worst(againstPoisson(found, (time) => maturing(time - 0.15), many))).toBeGreaterThan(4);
  });

  it("are so by the reference, path by path those of the GPU", async () => {
    for (const network of [MATURING, `0 -> X @ k after gamma(2, 0.7); X -> 0 @ g; k = 20; g = 0.5`]) {
      const options = { network, until: 8, points: 9, seed: 3n };
      using a = await gillespie.create(device, options);
      using b = await gillespie.create(reference, options);
      const [left, right] = [await a.counts(0, 100), await b.counts(0, 100)];
      expect(left.filter((path, i) => String(path) !== String(right[i])).length).toBeLessThan(3);
    }
    const many = 400;
    const found = (await moments(reference, { network: MATURING, until: 8, points: 9 }, many)).of("X");
    expect(worst(againstPoisson(found, maturing, many))).toBeLessThan(4);
  });

  it("mature after a drawn time", async () => {
    // After an exponential time the mature ones, of whom none dies, number k (t - (1 - e^-t)).
    const many = 4000;
    const network = "0 -> X @ 20 after exponential(1)";
    const found = (await moments(device, { network, until: 5, points: 6 }, many)).of("X");
    expect(worst(againstPoisson(found, (t) => 20 * (t - 1 + Math.exp(-t)), many))).toBeLessThan(4);
  });
});

describe("reactants", () => {
  it("go at the beginning: A -> B after 2, molecules on the way are in neither", async () => {
    const many = 4000;
    const network = "A -> B @ 1 after 2; A = 100";
    const found = await moments(device, { network, until: 4, points: 5 }, many);
    const gone = (t: number) => (t < 0 ? 0 : 1 - Math.exp(-t));
    const z = found.of("A").flatMap(({ time, mean, variance }, t) => {
      const b = found.of("B")[t];
      return [
        [mean, variance, 1 - gone(time)],
        [b.mean, b.variance, gone(time - 2)],
      ].flatMap(([m, v, p]) => {
        const expected = 100 * p * (1 - p);
        if (expected === 0) return [m === 100 * p && v === 0 ? 0 : 99];
        return [(m - 100 * p) / Math.sqrt(expected / many), (v / expected - 1) / Math.sqrt(2.2 / many)];
      });
    });
    expect(worst(z)).toBeLessThan(4);
  });

  it("stay until the end where the reaction is nonconsuming, and begin again meanwhile", async () => {
    const many = 4000;
    // Until 2 all of A are there, and what is begun by t completes at t + 2: a Poisson number of mean 100 * 0.01 * t.
    const network = "A -> B @ 0.01 after 2 nonconsuming; A = 100";
    const found = await moments(device, { network, until: 3.5, points: 8 }, many);
    expect(worst(againstPoisson(found.of("B"), (t) => Math.max(0, t - 2), many))).toBeLessThan(4);
    for (const [t, { mean }] of found.of("A").entries()) expect(mean + found.of("B")[t].mean).toBeCloseTo(100, 9);
    // A gene that is read is there while it is; consumed it is not, and makes one at a time.
    const gene = async (word: string) => {
      const text = `G -> G + M @ 4 after 1 ${word}; G = 1`;
      return (await moments(device, { network: text, until: 9, points: 2 }, many)).of("M")[1];
    };
    const kept = await gene("nonconsuming");
    expect(Math.abs(kept.mean - 32) / Math.sqrt(32 / many)).toBeLessThan(4);
    // Renewals: each takes 1 and an exponential time of mean 1/4.
    const renewed = await gene("");
    const exact = renewals(9, 4, 1);
    expect(Math.abs(renewed.mean - exact.mean) / Math.sqrt(exact.variance / many)).toBeLessThan(4);
  });

  it("that are gone when a nonconsuming reaction completes stop the run", async () => {
    const run = async () => {
      using ensemble = await gillespie.create(device, { network: "A -> 0 @ 5 after 1 nonconsuming; A = 3", until: 9 });
      await ensemble.run(20);
    };
    await expect(run()).rejects.toThrow(/A falls below 0.* by the completion of A -> 0/);
  });
});

/** Mean and variance of the number of renewals until a time, each after an exponential time of a rate and a fixed one. */
function renewals(until: number, rate: number, fixed: number): { mean: number; variance: number } {
  let [mean, square] = [0, 0];
  for (let n = 1; n * fixed < until; n++) {
    // P(at least n): n exponential times take no more than what the n fixed ones leave.
    const x = rate * (until - n * fixed);
    let [term, below] = [Math.exp(-x), 0];
    for (let k = 0; k < n; k++) {
      below += term;
      term *= x / (k + 1);
    }
    mean += 1 - below;
    square += (2 * n - 1) * (1 - below);
  }
  return { mean, variance: square - mean ** 2 };
}

it("delayed degradation as Barrio et al. have it: means follow the delay equation while it is linear", async () => {
  // X' = a - b X - c X(t - 2): linear, so the mean obeys it exactly, from X = 0 before the start.
  const [a, b, c, delay, until] = [300, 0.4, 0.3, 2, 6];
  const network = `0 -> X @ ${a}; X -> 0 @ ${b}; X -> 0 @ ${c} after ${delay} nonconsuming`;
  const steps = 6000;
  const h = until / steps;
  const path = [0];
  for (let i = 0; i < steps; i++) {
    const late = (j: number) => (j < 0 ? 0 : path[j]);
    const lag = Math.round(delay / h);
    const k1 = a - b * path[i] - c * late(i - lag);
    const k2 = a - b * (path[i] + h * k1) - c * late(i + 1 - lag);
    path.push(path[i] + (h / 2) * (k1 + k2));
  }
  const many = 2000;
  const found = (await moments(device, { network, until, points: 7 }, many)).of("X");
  for (const { time, mean, variance } of found.slice(1)) {
    expect(Math.abs(mean - path[Math.round(time / h)]) / Math.sqrt(variance / many)).toBeLessThan(4);
  }
});

it("an event sees what completes, at grid times and between them", async () => {
  const network = "A -> B @ 1000 after 2; A = 1; when B >= 1: C = 1; C -> C @ 0; at 2.5: D = B; D -> D @ 0";
  for (const on of [device, reference]) {
    using ensemble = await gillespie.create(on, { network, until: 3, points: 31 });
    for (const path of await ensemble.counts(0, 20)) {
      const at = (name: string) => path.map((counts) => counts[ensemble.ensemble.network.species.indexOf(name)]);
      expect(at("C")).toEqual(at("B"));
      expect(at("D")[30]).toBe(1);
      expect(at("B")[19]).toBe(0);
      expect(at("B")[22]).toBe(1);
    }
  }
});

describe("the list of what waits", () => {
  it("is bounded: where it is full the run stops, and says the remedy", async () => {
    for (const on of [device, reference]) {
      const run = async (waiting: number) => {
        using full = await gillespie.create(on, { network: MATURING, until: 8, waiting });
        await full.run(100);
      };
      await expect(run(20)).rejects.toThrow(/over 20 delayed reactions wait.*Raise waiting above 20/);
    }
    // Of 60 on average over 80 are met in some of many trajectories, and hardly in the first one: the GPU finds it.
    const late = async () => {
      using ensemble = await gillespie.create(device, { network: MATURING, until: 8, waiting: 82 });
      await ensemble.run(4000);
    };
    await expect(late()).rejects.toThrow(/over 82 delayed reactions wait.*Raise waiting above 82/);
    // Its size is of no matter where it is large enough.
    const counts = async (waiting: number) => {
      using ensemble = await gillespie.create(device, { network: MATURING, until: 8, points: 3, waiting });
      return await ensemble.counts(0, 30);
    };
    expect(await counts(200)).toEqual(await counts(5000));
  });

  it.each<[string, RegExp, GillespieOptions?]>([
    ["A <-> B @ 1, 2 after 3; A = 1", /a delay belongs to one direction/],
    ["A -> B @ 1 after ; A = 1", /its delay is written as in/],
    ["A -> B @ 1 after -2; A = 1", /A -> B completes after -2; its delay must be 0 or more/],
    ["A -> B @ 1 after 2; A = 1", /delayed reactions need the method direct/, { method: "tau" }],
  ])("%s is refused", async (network, why, more = {}) => {
    const run = async () => {
      using ensemble = await gillespie.create(device, { network, until: 2, ...more });
      await ensemble.run(5);
    };
    await expect(run()).rejects.toThrow(why);
  });
});
