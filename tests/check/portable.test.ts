// Chaotic trajectories and what is learned from them, and points drawn from a law, must be the same on every JavaScript engine, so their code uses no function whose
// last digits ECMAScript leaves open.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MODELS = join(dirname(fileURLToPath(import.meta.url)), "../../src/models");
const FILES = [
  ...readdirSync(join(MODELS, "reservoir/systems")).map((file) => `reservoir/systems/${file}`),
  "cholesky.ts",
  ...["features", "training", "segment", "reference", "gauthier"].map((name) => `ngrc/${name}.ts`),
  ...["law", "mixture", "planar", "drawing"].map((name) => `diffusion/data/${name}.ts`),
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
  test(file, () => expect(openDigits(readFileSync(join(MODELS, file), "utf8"))).toEqual([]));
}

test("negative control", () => {
  expect(openDigits("// Math.sin\nMath.exp(x) + Math.sqrt(2) * 2 ** -53 + x ** 2")).toEqual(["Math.exp", "x ** 2"]);
});
