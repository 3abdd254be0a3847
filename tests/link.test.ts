// Links: what formatLink writes parseLink reads, following one is doing the same by hand on every device, and whatever else comes
// in from an address ends in a LinkError that names the culprit.

import { describe, expect, it } from "vitest";
import { type GpuDevice, ising, ParameterError, type ReferenceDevice } from "../src/index.ts";
import { formatLink, type Link, LinkError } from "../src/link.ts";
import { follow, parseLink } from "../src/links.ts";
import { device, reference } from "./devices.ts";

const HISTORY =
  "v=2&seed=18446744073709551615&size=66,34&temperature=2.2&start=random" +
  "&at=5&temperature=2.6&field=0.1&at=9&paint=64,33,4,1&couplings=1,-0.5&at=12&algorithm=metropolis&step=20";

describe("the text", () => {
  it.each(["v=2&seed=1", HISTORY, "v=2&seed=7&paint=0,0,3,-1&step=2&view.mode=walls"])(
    "%s is read and written again to the same run",
    (text) => {
      const link = parseLink(text, "ising");
      expect(parseLink(formatLink(link), "ising")).toEqual(link);
      expect(parseLink(`https://example.org/some/where/ising/?embed=mini#${text}`)).toEqual(link);
      expect(parseLink(`ising#${text}`)).toEqual(link);
    },
  );

  it("nothing at all is the model's default run", () => {
    expect(parseLink("", "ising")).toEqual({
      model: "ising",
      seed: 1n,
      parameters: {},
      changes: [],
      step: 0,
      view: {},
    } satisfies Link);
  });

  it.each([
    ["nothing#v=2", /no model "nothing".*there are .*ising/],
    ["ising#v=3", /v="3".*versions 1 and 2/],
    ["ising#temperature=2", /begin it with v=2/],
    ["ising#v=2&temprature=2", /no parameter "temprature".*temperature/],
    ["ising#v=2&temperature=-2", /temperature/],
    ["ising#v=2&temperature=<img src=x onerror=alert(1)>", /temperature/],
    ["ising#v=2&temperature=1e999", /temperature/],
    ["ising#v=2&temperature=NaN", /temperature/],
    ["ising#v=2&temperature=1,2,3", /a link is one run/],
    ["ising#v=2&temperature=2&temperature=3", /temperature is given twice/],
    ["ising#v=2&size=3,4", /size/],
    ["ising#v=2&size=1e9,1e9", /size/],
    ["ising#v=2&start=given", /cannot hold spins; take random or ordered or up or down/],
    ["rbm#v=2&data=given", /data=given: a link cannot hold a file; take digits or bars/],
    ["ising#v=2&size=100x100", /size "100x100": expected finite numbers.* Give 100,100\./],
    ["ising#v=2&temperature=1e-200", /the smallest is 1e-100/],
    ["ising#v=2&seed=-1", /seed="-1"/],
    ["ising#v=2&seed=18446744073709551616", /seed=/],
    ["ising#v=2&step=1.5", /step="1.5"/],
    ["ising#v=2&step=4294967296", /step=/],
    ["ising#v=2&at=5&temperature=2&step=4", /ends before that, at step 4/],
    ["ising#v=2&at=5&temperature=2&at=4&temperature=3&step=9", /at=4 comes behind at=5/],
    ["ising#v=2&at=5&size=4,4&step=9", /size cannot change in a run; .*temperature/],
    ["ising#v=2&paint=1,2", /x,y,radius,value/],
    ["ising#v=2&paint=1,2,3,4,5", /x,y,radius,value/],
    ["ising#v=2&__proto__=1", /no parameter "__proto__"/],
    ["ising#v=2&view.x-y=1", /no parameter "view.x-y"/],
    [`ising#v=2&${"a".repeat(2 ** 20)}`, /1048\d\d\d characters/],
  ])("%.60s is refused", (text, message) => {
    expect(() => parseLink(text)).toThrow(LinkError);
    expect(() => parseLink(text)).toThrow(message);
  });

  it("a refusal repeats neither control characters nor a text without end", () => {
    try {
      parseLink(`ising#v=2&x%00%1b[31m\u202e${"y".repeat(5000)}=1`);
      expect.unreachable();
    } catch (error) {
      const { message } = error as Error;
      expect(message.length).toBeLessThan(400);
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it("a history that is too long is no link any more", () => {
    const link = parseLink("v=2", "ising");
    for (let i = 0; i < 10_000; i++) link.changes.push({ step: i, parameters: { temperature: 2 + i / 1000 } });
    expect(() => formatLink({ ...link, step: 10_000 })).toThrow(/too long for a link/);
  });
});

const digestOf = async (on: GpuDevice | ReferenceDevice, text: string) => {
  using run = await follow(on, parseLink(text, "ising"));
  return await run.digest();
};

describe("following", () => {
  it.each([
    HISTORY,
    "v=2&size=6,10&temperature=1&start=down&paint=5,9,2,1&step=3",
    "v=2&size=130,2&algorithm=metropolis&temperature=3&at=2&couplings=-1,2&step=4",
  ])("%s gives one digest on the GPU and on the reference", async (text) => {
    expect(await digestOf(device, text)).toBe(await digestOf(reference, text));
  });

  it("makes the runs of version 1 as gibbs 0.1.0 did, whose defaults were others", async () => {
    const old = parseLink("v=1&seed=42&size=64,64&temperature=2.269&step=50", "ising");
    expect(old.parameters).toMatchObject({ algorithm: "metropolis", start: "up", probabilityBits: "32" });
    using run = await follow(device, old);
    expect(await run.digest()).toBe("sha256:90e68878fd239b24fdc95787187e97aee8229d10b919c908cda88502a9b1336f");
    // What it says itself stands, and what is written is a link of today to the same run.
    expect(parseLink("v=1&algorithm=heat-bath", "ising").parameters.algorithm).toBe("heat-bath");
    expect(parseLink(formatLink(old), "ising")).toEqual(old);
    expect(formatLink(old)).toMatch(/^v=2&/);
  });

  it("is the same as the calls by hand", async () => {
    using run = await ising.create(device, { size: [66, 34], temperature: 2.2, start: "random", seed: 2n ** 64n - 1n });
    await run.run(5);
    await run.set({ temperature: 2.6, field: 0.1 });
    await run.run(4);
    await run.paint({ x: 64, y: 33, radius: 4, value: 1 });
    await run.set({ couplings: [1, -0.5] });
    await run.run(3);
    await run.set({ algorithm: "metropolis" });
    await run.run(8);
    expect(await run.digest()).toBe(await digestOf(device, HISTORY));
  });

  it("what comes at a step makes a difference (negative control)", async () => {
    const digest = await digestOf(device, HISTORY);
    for (const other of [
      HISTORY.replace("at=5", "at=6"),
      HISTORY.replace("field=0.1", "field=0.2"),
      HISTORY.replace("64,33,4", "64,33,3"),
    ]) {
      expect(await digestOf(device, other), other).not.toBe(digest);
    }
  });

  it("a run whose parameters were changed restarts exactly from its checkpoint", async () => {
    using run = await follow(device, parseLink(HISTORY, "ising"));
    using again = await ising.restore(reference, await run.checkpoint());
    await run.run(7);
    await again.run(7);
    expect(await again.digest()).toBe(await run.digest());
  });
});

describe("painting", () => {
  // Periodic, odd places, discs larger than the lattice: against the definition, cell by cell.
  it.each([
    { size: [64, 64], x: 10, y: 20, radius: 5, value: 1 },
    { size: [66, 34], x: 65, y: 0, radius: 7, value: -1 },
    { size: [6, 10], x: 0, y: 9, radius: 0, value: 1 },
    { size: [130, 2], x: 129, y: 1, radius: 40, value: 1 },
    { size: [2, 130], x: 1, y: 60, radius: 200, value: -1 },
  ] as const)("$size at ($x, $y) with radius $radius", async ({ size: [width, height], ...stroke }) => {
    for (const on of [device, reference]) {
      using run = await ising.create(on, { size: [width, height], start: "random", seed: 3n });
      const before = [...(await run.array()).data];
      await run.paint(stroke);
      const apart = (a: number, b: number, side: number) => Math.min((a - b + side) % side, (b - a + side) % side);
      const expected = before.map((spin, i) => {
        const [dx, dy] = [apart(i % width, stroke.x, width), apart(Math.floor(i / width), stroke.y, height)];
        return dx * dx + dy * dy <= stroke.radius ** 2 ? stroke.value : spin;
      });
      expect([...(await run.array()).data]).toEqual(expected);
    }
  });

  it("and changing say what is wrong, and leave the run as it was", async () => {
    for (const on of [device, reference]) {
      using run = await ising.create(on, { size: [8, 8], start: "random" });
      const digest = await run.digest();
      await expect(run.paint({ x: 8, y: 0, radius: 1, value: 1 })).rejects.toThrow(ParameterError);
      await expect(run.paint({ x: 0, y: 0, radius: 1, value: 2 })).rejects.toThrow(/value/);
      await expect(run.paint({ x: 0, y: 0, radius: -1, value: 1 })).rejects.toThrow(/radius/);
      await expect(run.set({ temperature: -1 })).rejects.toThrow(/temperature/);
      await expect(run.set({ size: [4, 4] } as never)).rejects.toThrow(/size/);
      expect(await run.digest()).toBe(digest);
    }
  });
});
