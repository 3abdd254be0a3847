// Events as SBML has them, on the GPU and by the reference: what meets at one time, what waits, what is given up; and counts and times that
// no rounding of f32 may move.

import { describe, expect, it } from "vitest";
import { type GillespieOptions, gillespie } from "../src/index.ts";
import { device, reference } from "./devices.ts";
import { apply, event, type Happening, reaction, sbml, TIME } from "./sbml-text.ts";

const at = (time: number) => apply("geq", TIME, time);
const BIRTH = reaction("birth", "", "Z", 10);

const model = (species: Record<string, number>, events: Happening[], more: Partial<Parameters<typeof sbml>[0]> = {}) =>
  sbml({ species: { ...species, Z: 0 }, reactions: [BIRTH], events: events.map(event), ...more });

/** What every trajectory has at the times, except for the births that go on meanwhile. */
async function always(options: GillespieOptions, times: number[], names: string[]): Promise<number[][]> {
  const all = await Promise.all(
    [device, reference].map(async (on) => {
      using ensemble = await gillespie.create(on, { until: 10, points: 101, ...options });
      await ensemble.run(20);
      const { mean, sd, species } = ensemble.result();
      return names.map((name) =>
        times.map((time) => {
          const [t, i] = [Math.round(10 * time), species.indexOf(name)];
          expect(sd[t][i]).toBe(0);
          return mean[t][i];
        }),
      );
    }),
  );
  expect(all[0]).toEqual(all[1]);
  return all[0];
}

describe("events that meet", () => {
  it("two of one condition are both executed", async () => {
    // X grows at 10 per unit of time; at 10 it goes back to 0 and is counted, so that the n-th count is the 10 n-th birth.
    const full = apply("geq", "X", 10);
    const events: Happening[] = [
      { trigger: full, set: { X: 0 } },
      { trigger: full, set: { N: apply("plus", "N", 1) } },
    ];
    for (const listed of [events, [...events].reverse()]) {
      const text = sbml({
        species: { X: 0, N: 0 },
        reactions: [reaction("b", "", "X", 10)],
        events: listed.map(event),
      });
      for (const on of [device, reference]) {
        using ensemble = await gillespie.create(on, { sbml: text, until: 10, points: 11 });
        for (const path of await ensemble.counts(0, 50)) {
          const births = path.map(([x, n]) => 10 * n + x);
          expect(births).toEqual([...births].sort((a, b) => a - b));
          expect(births[10]).toBeGreaterThan(50);
        }
      }
    }
  });

  it("take values from the time of the trigger, or of the execution, whatever their order in the list", async () => {
    const swap = (from: boolean): Happening[] => [
      { trigger: at(1), set: { X: "Y" }, event: `useValuesFromTriggerTime="${from}"`, priority: 2 },
      { trigger: at(1), set: { Y: "X" }, event: `useValuesFromTriggerTime="${from}"`, priority: 1 },
    ];
    for (const order of [(each: Happening[]) => each, (each: Happening[]) => [...each].reverse()]) {
      expect(await always({ sbml: model({ X: 3, Y: 8 }, order(swap(true))) }, [0.9, 1], ["X", "Y"])).toEqual([
        [3, 8],
        [8, 3],
      ]);
      expect(await always({ sbml: model({ X: 3, Y: 8 }, order(swap(false))) }, [0.9, 1], ["X", "Y"])).toEqual([
        [3, 8],
        [8, 8],
      ]);
    }
  });

  it("the highest priority goes first; priorities are those of the moment", async () => {
    const text = model({ X: 0, P: 1 }, [
      {
        trigger: at(1),
        set: { X: apply("plus", apply("times", "X", 10), 1) },
        priority: 1,
        event: 'useValuesFromTriggerTime="false"',
      },
      {
        trigger: at(1),
        set: { X: apply("plus", apply("times", "X", 10), 2), P: 5 },
        priority: 3,
        event: 'useValuesFromTriggerTime="false"',
      },
      {
        trigger: at(1),
        set: { X: apply("plus", apply("times", "X", 10), 3) },
        priority: "P",
        event: 'useValuesFromTriggerTime="false"',
      },
    ]);
    // 2 goes first, then P is 5 and 3 before 1.
    expect(await always({ sbml: text }, [1], ["X"])).toEqual([[231]]);
  });

  it("equal ones go in random order, each as often", async () => {
    const text = model(
      { X: 0 },
      [1, 2, 3].map((value) => ({ trigger: at(1), set: { X: value }, priority: 7 })),
    );
    for (const on of [device, reference]) {
      using ensemble = await gillespie.create(on, { sbml: text, until: 2, points: 3, seed: 3n });
      const last = (await ensemble.counts(0, 600)).map((path) => path[2][0]);
      for (const value of [1, 2, 3]) {
        expect(Math.abs(last.filter((x) => x === value).length - 200)).toBeLessThan(4 * Math.sqrt((600 * 2) / 9));
      }
    }
    using a = await gillespie.create(device, { sbml: text, until: 2, points: 3 });
    using b = await gillespie.create(reference, { sbml: text, until: 2, points: 3 });
    const [left, right] = [await a.counts(0, 100), await b.counts(0, 100)];
    expect(left.filter((path, i) => String(path) === String(right[i])).length).toBeGreaterThan(95);
  });

  it("what is not persistent is given up where another one ends its condition", async () => {
    const events = (persistent: boolean): Happening[] => [
      { trigger: apply("geq", "Y", 1), set: { X: 5 }, priority: 2, when: `persistent="${persistent}"` },
      { trigger: apply("geq", "Y", 1), set: { Y: 0 }, priority: 3 },
      { trigger: at(1), set: { Y: 1 } },
    ];
    expect(await always({ sbml: model({ X: 0, Y: 0 }, events(true)) }, [1], ["X"])).toEqual([[5]]);
    expect(await always({ sbml: model({ X: 0, Y: 0 }, events(false)) }, [1], ["X"])).toEqual([[0]]);
  });

  it("in text, too, the list says nothing about the order", async () => {
    const swap = ["at 1: X = Y", "at 1: Y = X"];
    for (const events of [swap, [...swap].reverse()]) {
      const network = `0 -> Z @ 10; 0 -> X @ 0; 0 -> Y @ 0; X = 3; Y = 8; ${events.join("; ")}`;
      expect(await always({ network }, [0.9, 1], ["X", "Y"])).toEqual([
        [3, 8],
        [8, 3],
      ]);
    }
  });
});

describe("conditions of time", () => {
  const X = { X: 0 };
  const halves = apply("minus", TIME, apply("times", 2, apply("floor", apply("divide", TIME, 2))));
  it.each<[string, string, number[], number[]]>([
    ["from the beginning on", apply("gt", TIME, 0), [0, 0.1], [0, 1]],
    ["in a window", apply("and", at(5), apply("lt", TIME, 6)), [4.9, 5, 6], [0, 1, 1]],
    ["of a difference", apply("geq", apply("minus", TIME, 5), 0), [4.9, 5, 6], [0, 1, 1]],
    ["at one time", apply("eq", TIME, 5), [4.9, 5, 6], [0, 1, 1]],
    ["on the left of its right side", apply("lt", 5, TIME), [5, 5.1], [0, 1]],
    ["of a multiple", apply("geq", apply("times", 3, TIME), 0.3), [0, 0.1], [0, 1]],
    ["again and again", apply("geq", halves, 1), [0.9, 1, 2.9, 3, 5, 9], [0, 1, 1, 2, 3, 5]],
    ["as a wave", apply("gt", apply("sin", TIME), 0.5), [0.5, 0.6, 6.8, 6.9], [0, 1, 1, 2]],
  ])("%s", async (_, trigger, times, counts) => {
    const one = [{ trigger, set: { X: apply("plus", "X", 1) } }];
    expect(await always({ sbml: model(X, one, { level: 2 }) }, times, ["X"])).toEqual([counts]);
  });

  it("together with one of counts", async () => {
    const trigger = apply("and", at(3), apply("geq", "Y", 2));
    const events: Happening[] = [
      { trigger, set: { X: apply("plus", "X", 1) } },
      { trigger: at(1), set: { Y: 4 } },
      { trigger: at(5), set: { Y: 0 } },
      { trigger: at(7), set: { Y: 3 } },
    ];
    expect(await always({ sbml: model({ X: 0, Y: 0 }, events) }, [2, 3, 6, 7], ["X"])).toEqual([[0, 1, 1, 2]]);
  });

  it("true at the start fires there, unless it is said to have been true before", async () => {
    const one = (initially: boolean) => [{ trigger: at(0), set: { X: 7 }, when: `initialValue="${initially}"` }];
    expect(await always({ sbml: model(X, one(false)) }, [0, 1], ["X"])).toEqual([[7, 7]]);
    expect(await always({ sbml: model(X, one(true)) }, [0, 1], ["X"])).toEqual([[0, 0]]);
  });

  it("that mix the time with counts in one comparison are refused", async () => {
    const network = "0 -> X @ 1; when X > 2*t: X = 0";
    await expect(gillespie.create(device, { network })).rejects.toThrow(/mixes time and counts; compare them apart/);
  });
});

describe("delays", () => {
  it("wait, with the values of the trigger or without, and several at a time", async () => {
    const grow = { trigger: at(1), set: { Y: 5 } };
    const later = { trigger: at(2), set: { Y: 9 } };
    const late = (from: boolean) => ({
      trigger: at(1.5),
      delay: 1,
      set: { X: "Y" },
      event: `useValuesFromTriggerTime="${from}"`,
    });
    expect(await always({ sbml: model({ X: 0, Y: 0 }, [grow, later, late(true)]) }, [2.4, 2.5], ["X"])).toEqual([
      [0, 5],
    ]);
    expect(await always({ sbml: model({ X: 0, Y: 0 }, [grow, later, late(false)]) }, [2.4, 2.5], ["X"])).toEqual([
      [0, 9],
    ]);
    // Triggered at 1, 3, 5, 7; executed 3.5 later, so that two wait at once.
    const odd = apply("geq", apply("minus", TIME, apply("times", 2, apply("floor", apply("divide", TIME, 2)))), 1);
    const often = {
      trigger: odd,
      delay: 3.5,
      set: { X: apply("plus", "X", 1) },
      event: 'useValuesFromTriggerTime="false"',
    };
    expect(await always({ sbml: model({ X: 0 }, [often]) }, [4.4, 4.5, 6.4, 6.5, 8.5], ["X"])).toEqual([
      [0, 1, 1, 2, 3],
    ]);
    const never = { ...often, when: 'persistent="false"', delay: 1.5 };
    expect(await always({ sbml: model({ X: 0 }, [never]) }, [9], ["X"])).toEqual([[0]]);
  });

  it("of 0 is at once, and one that is computed is read when the event is triggered", async () => {
    const zero = { trigger: at(5), delay: 0, set: { X: 3 } };
    expect(await always({ sbml: model({ X: 0 }, [zero]) }, [4.9, 5], ["X"])).toEqual([[0, 3]]);
    const own = { trigger: at(5), delay: apply("divide", "Y", 4), set: { X: 3 } };
    expect(await always({ sbml: model({ X: 0, Y: 6 }, [own]) }, [6.4, 6.6], ["X"])).toEqual([[0, 3]]);
    const negative = { ...own, delay: apply("minus", 1, "Y") };
    await expect(gillespie.create(device, { sbml: model({ X: 0, Y: 6 }, [negative]) })).rejects.toThrow(
      /has the delay -5; it must be 0 or more/,
    );
  });
});

it("events set parameters and compartments, and rates follow", async () => {
  const birth = reaction("b", "", "X", "k");
  const death = reaction("d", "X", "", apply("times", "g", "X"));
  const own = { species: { X: 0 }, parameters: { k: 10, g: 1 }, reactions: [birth, death] };
  const text = sbml({ ...own, events: [event({ trigger: at(5), set: { k: 50 } })] });
  const texts: GillespieOptions[] = [{ sbml: text }, { network: "0 -> X @ k; X -> 0 @ 1; k = 10; at 5: k = 50" }];
  for (const options of texts) {
    using ensemble = await gillespie.create(device, { ...options, until: 10, points: 3, seed: 7n });
    await ensemble.run(2000);
    const { mean, sd } = ensemble.result();
    const law = [0, 10 * (1 - Math.exp(-5)), 50 - 40 * Math.exp(-5) - 10 * Math.exp(-10)];
    for (const t of [1, 2]) {
      expect(Math.abs(mean[t][0] - law[t])).toBeLessThan(4 * Math.sqrt(law[t] / 2000));
      expect(Math.abs(sd[t][0] ** 2 / law[t] - 1)).toBeLessThan(4 * Math.sqrt(2.2 / 2000));
    }
  }
  // Half the volume, twice the concentration: a rate of 4 X / c.
  const volume = sbml({
    species: { X: 3, Z: 0 },
    reactions: [reaction("b", "", "Z", apply("times", 4, apply("divide", "X", "c")))],
    events: [event({ trigger: at(5), set: { c: 0.5 } })],
  });
  using ensemble = await gillespie.create(device, { sbml: volume, until: 10, points: 3, seed: 8n });
  await ensemble.run(1000);
  expect(Math.abs(ensemble.result().mean[2][1] - 180)).toBeLessThan(4 * Math.sqrt(180 / 1000));
  // What is reported follows the parameter, too.
  const outputs = await gillespie.create(device, {
    network: "0 -> X @ 1; k = 2; at 5: k = 7; twice := 2*k",
    until: 10,
    points: 3,
  });
  await outputs.run(10);
  const { mean, species } = outputs.result();
  expect(mean.map((row) => row[species.indexOf("twice")])).toEqual([4, 14, 14]);
  outputs.dispose();
});

describe("counts above 2^24", () => {
  it.each<[string, number[], number[]]>([
    ["0 -> Z @ 1; X -> X @ 0; Y -> Y @ 0; X = 16777217; Y = 0; at 1: Y = X, X = 0", [16777217, 0], [2, 1]],
    [
      "0 -> Z @ 1; X -> X @ 0; Y -> Y @ 0; X = 100000001; at 1: X = 123456789, Y = X + 123",
      [100000124, 123456789],
      [2, 1],
    ],
    ["0 -> Z @ 1; X -> X @ 0; Y -> Y @ 0; X = 100000001; n = 33554433; at 1: Y = n", [33554433], [2]],
  ])("are set exactly: %s", async (network, values, at) => {
    for (const on of [device, reference]) {
      using ensemble = await gillespie.create(on, { network, until: 2, points: 3 });
      const [path] = await ensemble.counts(0, 1);
      expect(at.map((i) => path[2][i])).toEqual(values);
    }
  });

  it.each(["X >= th", "th <= X", "X > th - 1", "X >= 16777216.5", "X - 16777216 > 0", "X + X >= 33554434"])(
    "are compared exactly: %s",
    async (condition) => {
      const network = `0 -> X @ 1; 0 -> W @ 0; X = 16777210; th = 16777217; when ${condition}: W = X - 16777210`;
      for (const on of [device, reference]) {
        using ensemble = await gillespie.create(on, { network, until: 30, points: 31 });
        for (const path of await ensemble.counts(0, 30)) expect(path[30][1]).toBe(7);
      }
    },
  );

  it("an event that f32 would round stops, and says so", async () => {
    using ensemble = await gillespie.create(device, {
      network: "0 -> Z @ 1; X = 33554434; X -> X @ 0; at 1: X = X/2",
      until: 2,
    });
    await expect(ensemble.run(2)).rejects.toThrow(/over 2\^24 by arithmetic that f32 rounds/);
  });
});

it("a species named t is taken for the time nowhere", async () => {
  const network = "t -> 0 @ 0.1*t; t = 100";
  await expect(gillespie.create(device, { network })).rejects.toThrow(/t is the time here, and a species/);
  const own = reaction("d", "t", "", apply("times", 0.1, "t"));
  const options: GillespieOptions[] = [
    { network: "t -> 0 @ 0.1; t = 100" },
    { sbml: sbml({ species: { t: 100 }, reactions: [own] }) },
  ];
  for (const option of options) {
    using ensemble = await gillespie.create(device, { ...option, until: 5, points: 2, seed: 4n });
    await ensemble.run(1000);
    const p = Math.exp(-0.5);
    expect(Math.abs(ensemble.result().mean[1][0] - 100 * p)).toBeLessThan(4 * Math.sqrt((100 * p * (1 - p)) / 1000));
  }
});

it("what an event does not know is refused by name", async () => {
  const wrong = sbml({
    species: { X: 0 },
    reactions: [reaction("b", "", "X", 1)],
    events: [event({ trigger: at(1), set: { Q: 1 } })],
  });
  await expect(gillespie.create(device, { sbml: wrong })).rejects.toThrow(
    /<eventAssignment> "Q" sets what is neither a species nor/,
  );
});
