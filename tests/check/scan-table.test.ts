// The table of a scan is as wide as the terminal: what is left out is said, and parameters never are.

import { expect, it } from "vitest";
import { table } from "../../host-node/cli/format.ts";
import { columnsOf, fitted } from "../../host-node/cli/scan-table.ts";
import { models } from "../../src/index.ts";

const names = ["energy", "magnetization", "absMagnetization", "specificHeat", "susceptibility", "binder"];
const points = [2, 2.269].map((temperature) => ({
  parameters: { size: [16, 16], temperature },
  batch: 0,
  replicas: [0],
  observables: Object.fromEntries(
    names.map((name, i) => [name, { value: temperature / (i + 3), error: 0.0123, tau: 1, n: 100, unit: "" }]),
  ),
  exact: { energy: { value: 0.6713, source: "Kaufman 1949" }, specificHeat: { value: 0.4, source: "Kaufman 1949" } },
}));
const modelOf = (name: string) => models.find((model) => model.name === name)!;
const shownAt = (width: number, model = "ising") => {
  const { head, rows, left } = fitted(columnsOf(points), modelOf(model), width);
  const text = table(head, rows);
  return { head, left, text, width: Math.max(...text.split("\n").map((line) => line.length)) };
};

it.each([230, 160, 120, 100, 80, 60])("in %d characters", (width) => {
  const { head, left, text, width: own } = shownAt(width);
  expect(own).toBeLessThanOrEqual(width);
  expect(head.slice(0, 3)).toEqual(["size", "temperature", "energy"]);
  for (const name of names) expect(text.includes(name) || left[0].includes(name), name).toBe(true);
  expect(left).toHaveLength(head.length === 12 ? 0 : 1);
});

it("exact values go first, then the last observables, or the first where parameters name them", () => {
  expect(shownAt(230).head.filter((name) => name === "exact")).toHaveLength(2);
  expect(shownAt(130).left).toEqual([
    "exact values left out, for the table is wider than 130 characters; --json has all, --out FILE.csv all values.",
  ]);
  const narrow = shownAt(80);
  expect(narrow.head).toContain("z");
  expect(narrow.left[0]).toMatch(/^exact values, .*binder left out/);
  expect(narrow.head).not.toContain("binder");
  const species = shownAt(80, "gillespie");
  expect(species.head).toContain("binder");
  expect(species.head).not.toContain("energy");
  // At least one observable is shown, however narrow the terminal is.
  expect(shownAt(10).head).toEqual(["size", "temperature", "energy", "z"]);
});
