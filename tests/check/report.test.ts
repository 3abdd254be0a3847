// The report of a validation: what it says, and that nothing in it is more than text.

import { describe, expect, it } from "vitest";
import { ParameterError, ReferenceDevice } from "../../src/index.ts";
import { chiSquareAgainst, zScores } from "../../src/models/check.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { ising } from "../../src/models/ising/index.ts";
import type { Check, Model } from "../../src/models/model.ts";
import { reportHtml, type Validation, validateModels } from "../../src/validation/index.ts";
import { curvePlot, deviationPlot, ticks } from "../../src/validation/plot.ts";

const check = (more: Partial<Check>): Check => ({
  ...{ model: "ising", oracle: "exact", name: "energy", value: 1, bound: 4, pass: true },
  ...more,
});

const reportOf = (checks: Check[], more: Partial<Validation> = {}) =>
  reportHtml({
    ...{
      gibbs: "1.2.3",
      commit: "abc",
      models: ["ising"],
      again: "gibbs validate ising --quick",
      system: { node: "v1" },
      effort: "quick",
      date: "2030-01-01T00:00:00.000Z",
      seconds: 3,
      checks,
    },
    device: {
      ...{ kind: "gpu", software: true, host: "node", vendor: "mesa", architecture: "" },
      description: "<b>lava</b>",
    },
    ...more,
  } satisfies Validation);

describe("a report", () => {
  it("says how many passed, on what, and names those that failed first", () => {
    const failed = check({ name: "specific heat", value: 7.25, pass: false });
    const html = reportOf([check({}), failed]);
    expect(html).toContain("1 of 2 checks passed on &lt;b&gt;lava&lt;/b&gt; (software: a CPU does the work of a GPU).");
    expect(html.indexOf("What failed")).toBeGreaterThan(0);
    expect(html.indexOf("specific heat")).toBeLessThan(html.indexOf("Checks by model and oracle"));
    expect(html).toContain("7.25");
    expect(html).toContain("<dt>gibbs</dt><dd>1.2.3, commit abc</dd>");
    expect(html).toContain("<dt>again</dt><dd>gibbs validate ising --quick</dd>");
    expect(reportOf([check({})])).not.toContain("What failed");
  });

  it("that ended early is not good, and says why", () => {
    const html = reportOf([check({})], { ended: "The GPU device was lost." });
    expect(html).toContain("INCOMPLETE: 1 of 1 checks passed");
    expect(html).toContain("It ended before its end: The GPU device was lost.");
    expect(html).not.toContain('class="verdict good"');
    expect(reportOf([check({})])).toContain('class="verdict good"');
  });

  it("is one file, in which names are text and nothing else", () => {
    const html = reportOf([check({ name: `<script>alert("1")</script>`, model: `"><img src=x>` })]);
    expect(html).not.toMatch(/<script|<img|<b>lava/);
    expect(html).not.toMatch(/\b(src|href)="(?!#)/);
  });

  it("has a plot for each curve, and all deviations of all models", () => {
    const curve = {
      x: "T",
      y: "e",
      exact: [
        [1, 2],
        [2, 3],
      ],
      measured: [[1.5, 2.4, 0.1]],
    } as const;
    const html = reportOf([check({ curve, z: [0.5, -1] }), check({ model: "rbm", z: [2] })]);
    expect(html.match(/<figure>/g)).toHaveLength(2);
    expect(html).toContain("3 deviations from exact values");
    expect(html).toContain("0.50"); // their mean
  });
});

describe("validateModels", () => {
  const model = (name: string, validate: Model["validate"]) => ({ ...ising, name, validate }) as unknown as AnyModel;
  async function* broken(): AsyncGenerator<Check> {
    yield check({ model: "broken" });
    throw new ParameterError("size", "size 3: it is odd.");
  }
  const found = async (models: AnyModel[], signal?: AbortSignal) => {
    const checks: Check[] = [];
    const effort = { quick: true, ...(signal ? { signal } : {}) };
    for await (const one of validateModels(models, new ReferenceDevice("node"), effort)) checks.push(one);
    return checks;
  };

  it("makes a failed check of an error, and goes on with the next model", async () => {
    const checks = await found([
      model("broken", broken),
      model("whole", async function* () {
        yield check({ model: "whole" });
      }),
    ]);
    expect(checks.slice(0, 3).map(({ model, pass }) => `${model} ${pass}`)).toEqual([
      "broken true",
      "broken false",
      "whole true",
    ]);
    expect(checks[1].name).toContain("size 3: it is odd.");
    expect(checks.filter(({ oracle }) => oracle === "promise").length).toBe(4); // the error, and three of the whole one
  });

  it("ends where it is stopped", async () => {
    await expect(found([model("broken", broken)], AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});

describe("deviations", () => {
  it("stay numbers where an error is 0 or nothing is one", () => {
    const { z, worst } = zScores(
      [
        { value: 1, error: 0 },
        { value: 2, error: 0 },
        { value: Number.NaN, error: 1 },
      ],
      [1, 1, 1],
    );
    expect(z).toEqual([0, 1e6, 1e6]);
    expect(worst).toBe(1e6);
  });

  it("of counts that are lost fail", () => {
    expect(chiSquareAgainst([50, 50], [50, 50], "x").value).toBeLessThan(1);
    expect(chiSquareAgainst([50, 40], [50, 50], "x").value).toBe(300);
  });
});

describe("a plot", () => {
  it("has round numbers at its axes", () => {
    expect(ticks([0, 10])).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks([-0.013, 0.012]).map((value) => Number(value.toFixed(4)))).toEqual([-0.01, -0.005, 0, 0.005, 0.01]);
    expect(ticks([1.6e9, 3.5e9])).toHaveLength(4);
  });

  it("places points on the curve where they are on it", () => {
    const svg = curvePlot(
      {
        x: "x",
        y: "y",
        exact: [
          [0, 0],
          [1, 1],
        ],
        measured: [[1, 1, 0]],
      },
      "title",
    );
    const [, end] = /class="exact" d="M[\d. ]+L([\d.]+ [\d.]+)"/.exec(svg)!;
    const [, cx, cy] = /cx="([\d.]+)" cy="([\d.]+)"/.exec(svg)!;
    expect(`${cx} ${cy}`).toBe(end);
  });

  it("survives values that are all equal, or none", () => {
    for (const measured of [[], [[1, 0, 0]]] as [number, number, number][][]) {
      const svg = curvePlot({ x: "x", y: "y", exact: [[1, 0]], measured }, "title");
      expect(svg).not.toContain("NaN");
    }
  });

  it("keeps deviations beyond its edge in the outermost bins", () => {
    expect(deviationPlot([40, -40, 0], "title").match(/class="bar"/g)).toHaveLength(3);
  });
});
