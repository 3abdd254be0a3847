// What an ensemble writes: trajectories reaction by reaction, which are those of the ensemble, and its samples, first passages and histograms,
// of which its own results follow.

import { describe, expect, it } from "vitest";
import { type GillespieOptions, type GillespieSimulation, gillespie } from "../src/index.ts";
import type { FileContent } from "../src/models/model.ts";
import { device, reference } from "./devices.ts";

const TOGGLE = {
  network: `make: 0 -> U @ a*(1 - hill(V, K, 3)); lose: U -> 0 @ g; birth: 0 -> V @ a*(1 - hill(U, K, 3)); death: V -> 0 @ g
    pair: 2 U -> U2 @ 0.01; part: U2 -> 2 U @ 0.2; a = 50; K = 20; g = 1; U = 30; V = 5; product := U*V
    flood: at 3: U = U + 40; spill: when V > 40: V = 10, g = 1.5`,
  ...{ until: 6, points: 13, passage: "V >= 20" },
};
type Table = Extract<FileContent, { head: string[] }>;

const using = async <T>(
  on: typeof device | typeof reference,
  options: GillespieOptions,
  action: (all: GillespieSimulation) => Promise<T>,
) => {
  const simulation = await gillespie.create(on, options);
  try {
    return await action(simulation);
  } finally {
    simulation.dispose();
  }
};

/** Rows of one trajectory: its states by column. */
const rowsOf = ({ head, rows }: { head: string[]; rows: Iterable<(string | number)[]> }) =>
  [...rows].map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])) as Record<string, number>);

describe("a replay", () => {
  const CHANGES: Record<string, Record<string, number>> = {
    ...{
      make: { U: 1 },
      lose: { U: -1 },
      birth: { V: 1 },
      death: { V: -1 },
      pair: { U: -2, U2: 1 },
      part: { U: 2, U2: -1 },
    },
  };

  it("is every reaction and event of a trajectory, and ends in the ensemble's own state", () =>
    using(reference, TOGGLE, async (all) => {
      const { table, array, summary, warnings, legend } = await gillespie.replay(all, [17, 3]);
      const rows = rowsOf(table);
      expect(warnings).toEqual([]);
      const samples = [(await all.counts(17, 1))[0], (await all.counts(3, 1))[0]];
      const species = all.ensemble.network.species;
      for (const [i, trajectory] of [17, 3].entries()) {
        const path = rows.filter((row) => row.trajectory === trajectory);
        expect(path[0].reaction).toBe("start");
        expect(path.at(-1)!.reaction).toBe("end");
        let [reactions, events] = [0, 0];
        for (const [k, row] of path.entries()) {
          if (k === 0) continue;
          const before = path[k - 1];
          expect(row.time).toBeGreaterThanOrEqual(before.time);
          const change = CHANGES[row.reaction as unknown as string];
          if (change) {
            reactions++;
            for (const name of species) expect(row[name] - before[name]).toBe(change[name] ?? 0);
          } else if (String(row.reaction) === "flood") {
            events++;
            expect([row.time, row.U - before.U]).toEqual([3, 40]);
          } else if (String(row.reaction) === "spill") {
            events++;
            expect([before.V, row.V, row.g]).toEqual([41, 10, 1.5]);
          } else expect(row.reaction).toBe("end");
        }
        expect(summary[i]).toMatchObject({ trajectory, reactions, events, U: path.at(-1)!.U });
        expect(reactions).toBeGreaterThan(300);
        // At the grid times it is what the ensemble has: an event at one has happened by then.
        for (const [t, time] of all.ensemble.times.entries()) {
          const state = path.filter((row) => row.time <= time && String(row.reaction) !== "end").at(-1)!;
          expect(species.map((name) => state[name])).toEqual(samples[i][t]);
        }
      }
      const { data, shape } = array();
      expect(shape).toEqual([rows.length, 3 + species.length + 1]);
      expect(data.at(-1)).toBe(rows.at(-1)!.g);
      expect(legend[data[shape[1] + 2]]).toBe(rows[1].reaction);
    }));

  it("of a device's ensemble is the same, or a warning names the trajectory", () =>
    using(device, TOGGLE, async (all) => {
      const ids = Array.from({ length: 100 }, (_, i) => i);
      const { table, warnings } = await gillespie.replay(all, ids);
      expect(warnings.length).toBeLessThan(5);
      const species = all.ensemble.network.species;
      const counts = await all.counts(0, 100);
      const rows = rowsOf(table);
      for (const id of ids) {
        if (warnings.some((warning) => warning.startsWith(`trajectory ${id} `))) continue;
        const end = rows.filter((row) => row.trajectory === id).at(-1)!;
        expect(species.map((name) => end[name])).toEqual(counts[id].at(-1));
      }
    }));

  it("follows real quantities, and each point of a scan", async () => {
    const hybrid = {
      network: "V' = g*V; X -> 2 X @ 0.2*V; g = 0.5; V = 1; X = 5",
      until: 2,
      points: 3,
      set: "g=0.5|1",
    };
    await using(reference, hybrid, async (all) => {
      const { table } = await gillespie.replay(all, [0]);
      const ends = rowsOf(table).filter((row) => String(row.reaction) === "end");
      expect(ends.map(({ g }) => g)).toEqual([0.5, 1]);
      for (const { g, V } of ends) expect(V).toBeCloseTo(Math.exp(2 * g), 6);
    });
  });

  it("of leaps, and of more than memory holds, is refused with the reason", async () => {
    await using(reference, { method: "tau", network: "X -> 0 @ 1; X = 5" }, async (all) => {
      await expect(gillespie.replay(all, [0])).rejects.toThrow("only trajectories of the direct method");
    });
    await using(reference, TOGGLE, async (all) => {
      await expect(gillespie.replay(all, [3], 1200)).rejects.toThrow(
        /trajectory 3 has reached 200 reactions, .* at t = .* of 6/,
      );
    });
  });
});

describe("files of an ensemble", () => {
  const many = 300;
  it.each(["device", "reference"])("samples, passages and histograms say what the results say (%s)", (where) =>
    using(where === "device" ? device : reference, { ...TOGGLE, trajectories: many }, async (all) => {
      const n = where === "device" ? many : 40;
      await all.run(n);
      const { mean, sd, species, passage, times } = all.result();
      expect(species).toEqual(["U", "V", "U2", "product"]);

      const array = (await all.output(".samples.npy")) as { data: Float64Array; shape: number[] };
      expect(array.shape).toEqual([n, 13, 4]);
      const at = (trajectory: number, t: number, i: number) => array.data[(trajectory * 13 + t) * 4 + i];
      for (const t of times.keys()) {
        for (const i of species.keys()) {
          const values = Array.from({ length: n }, (_, trajectory) => at(trajectory, t, i));
          const own = values.reduce((a, b) => a + b, 0) / n;
          const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - own) ** 2, 0) / (n - 1));
          expect(Math.abs(own - mean[t][i])).toBeLessThan(1e-9 * (1 + own));
          expect(Math.abs(spread - sd[t][i])).toBeLessThan(1e-6 * (1 + spread));
        }
      }
      const table = (await all.output(".samples.csv")) as Table;
      expect(table.head).toEqual(["trajectory", "time", ...species]);
      const rows = [...table.rows];
      expect(rows).toHaveLength(n * 13);
      expect(rows[5 * 13 + 7]).toEqual([5, times[7], ...species.map((_, i) => at(5, 7, i))]);

      const passages = rowsOf((await all.output(".passages.csv")) as Table);
      expect(passages.map(({ probability }) => probability)).toEqual(passage!.probability);
      expect(passages.map(({ trajectories }) => trajectories).reduce((a, b) => a + b)).toBe(
        Math.round(passage!.probability[12] * n),
      );
      // The first passage of a trajectory is no later than the first grid time at which its condition holds.
      const held = Array.from({ length: n }, (_, j) => times.findIndex((_, t) => at(j, t, 1) >= 20)).filter(
        (t) => t >= 0,
      );
      expect(passage!.probability[12] * n).toBeGreaterThanOrEqual(held.length - 1e-9);

      const histograms = rowsOf((await all.output(".histograms.csv")) as Table);
      for (const name of ["U", "V", "U2"]) {
        const bins = histograms.filter((row) => String(row.species) === name && row.time === 6);
        expect(bins.reduce((sum, { trajectories }) => sum + trajectories, 0)).toBe(n);
        for (const { from, to, trajectories } of bins) {
          const inside = Array.from({ length: n }, (_, j) => at(j, 12, species.indexOf(name))).filter(
            (x) => x >= from && x <= to,
          );
          expect(inside).toHaveLength(trajectories);
        }
      }
    }),
  );

  it("that cannot be made are refused before the run, with their size", async () => {
    await using(reference, { ...TOGGLE, trajectories: 1e8 }, async (all) => {
      expect(() => all.checkOutput(".samples.npy")).toThrow(
        "100000000 trajectories at 13 times are 5200000000 numbers, 38.7 GiB; 2 GiB are the most. Take at most 5162220 trajectories",
      );
      expect(() => all.checkOutput(".histograms.csv")).not.toThrow();
    });
    await using(reference, { ...TOGGLE, passage: "", set: "a=1|2" }, async (all) => {
      expect(() => all.checkOutput(".passages.csv")).toThrow("add --passage");
      expect(() => all.checkOutput(".histograms.npy")).toThrow("keeps no histograms");
      expect(() => all.checkOutput(".xml")).toThrow("a scan has 2 networks");
    });
  });
});
