// README's table of speeds is that of the kept result it names.

import { expect, it } from "vitest";
import { shareOfLimit } from "../../bench/harness/words.ts";
import { readmes } from "../../scripts/speeds.js";

it("README's figures are the kept result's; node scripts/speeds.js --write makes them so", () => {
  const { text, made, whole } = readmes(shareOfLimit);
  expect(text).toBe(whole);
  expect(made.split("\n").filter((line) => line.startsWith("| ")).length).toBeGreaterThan(15);
});
