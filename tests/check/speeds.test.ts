// The tables of speeds in README and docs are those of the kept result that they name.

import { expect, it } from "vitest";
import { shareOfLimit } from "../../bench/harness/words.ts";
import { pagesOf } from "../../scripts/speeds.js";

it("pages have the kept result's figures; node scripts/speeds.js --write makes them so", () => {
  const pages = pagesOf(shareOfLimit);
  expect(pages.map(({ page }) => page)).toEqual(["docs/benchmarks.md", "README.md"]);
  for (const { text, whole } of pages) expect(text).toBe(whole);
  const rows = pages.map(({ table }) => table.split("\n").filter((line) => line.startsWith("| ")).length);
  expect(rows[0]).toBeGreaterThan(15);
  expect(rows[1]).toBe(7); // with the head and its line
});
