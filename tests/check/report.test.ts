// The report of a validation: what it says, and that nothing in it is more than text.

import { describe, expect, it } from "vitest";
import type { Check } from "../../src/models/model.ts";
import { reportHtml, type Validation } from "../../src/validation/index.ts";
import { curvePlot, deviationPlot, ticks } from "../../src/validation/plot.ts";

const check = (more: Partial<Check>): Check => ({
  ...{ model: "ising", oracle: "exact", name: "energy", value: 1, bound: 4, pass: true },
  ...more,
});

const reportOf = (checks: Check[]) =>
  reportHtml({
    ...{
      gibbs: "1.2.3",
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
  } satisfies Validation);

describe("a report", () => {
  it("says how many passed, on what, and names those that failed first", () => {
    const failed = check({ name: "specific heat", value: 7.25, pass: false });
    const html = reportOf([check({}), failed]);
    expect(html).toContain("1 of 2 checks passed on &lt;b&gt;lava&lt;/b&gt; (software: a CPU does the work of a GPU).");
    expect(html.indexOf("What failed")).toBeGreaterThan(0);
    expect(html.indexOf("specific heat")).toBeLessThan(html.indexOf("Checks by model and oracle"));
    expect(html).toContain("7.25");
    expect(reportOf([check({})])).not.toContain("What failed");
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
