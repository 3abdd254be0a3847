// Chaotic trajectories and what is learned from them, and points drawn from a law, must be the same on every JavaScript engine, so their code uses no function whose
// last digits ECMAScript leaves open.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SOURCES = join(dirname(fileURLToPath(import.meta.url)), "../../src");
const FILES = [
  ...readdirSync(join(SOURCES, "systems")).map((file) => `systems/${file}`),
  "models/cholesky.ts",
  ...["features", "training", "segment", "reference", "gauthier"].map((name) => `models/ngrc/${name}.ts`),
  ...["law", "mixture", "planar", "drawing"].map((name) => `models/diffusion/data/${name}.ts`),
];
/** Exact by IEEE 754 or by integers. */
const EXACT = /^(abs|ceil|floor|max|min|round|sqrt|trunc|PI|LN2)$/;

/** What is used of Math that is not exact, and powers that are not of two constants. */
function openDigits(code: string): string[] {
  const text = code.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const uses = [...text.matchAll(/Math\.(\w+)/g)].filter(([, name]) => !EXACT.test(name));
  const powers = [...text.matchAll(/\S+ \*\*(?!\/) \S+/g)].filter(
    ([power]) => !/^2 \*\* -?\d+/.test(power.replace("(", "")),
  );
  return [...uses, ...powers].map(([found]) => found);
}

for (const file of FILES) {
  test(file, () => expect(openDigits(readFileSync(join(SOURCES, file), "utf8"))).toEqual([]));
}

test("negative control", () => {
  expect(openDigits("// Math.sin\nMath.exp(x) + Math.sqrt(2) * 2 ** -53 + x ** 2")).toEqual(["Math.exp", "x ** 2"]);
});
