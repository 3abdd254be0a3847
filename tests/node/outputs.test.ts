// The examples of the guides in docs/models, run again: what they print is what the pages say; node scripts/outputs.js --write makes it so.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { differencesOf, examplesOf, pages, shown, withOutputs } from "../../scripts/outputs.js";
import { inside } from "./inside.ts";
import { ROOT } from "./start.ts";

const cwd = mkdtempSync(join(tmpdir(), "gibbs-outputs-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");
/** hopfield and dense-memory, diffusion and its training share a page, and have three examples each. */
const TWO = ["docs/models/memories.md", "docs/models/diffusion.md"];

describe.each(pages())("%s", (page) => {
  const text = textOf(page);
  const examples = examplesOf(text);

  it("has three examples a model at least, and every output belongs to one", () => {
    expect(examples.length).toBeGreaterThanOrEqual(TWO.includes(page) ? 6 : 3);
    expect(text.match(/^```text$/gm)).toHaveLength(examples.length);
    const outputs = examples.map(({ output }) => output);
    expect(withOutputs(text, outputs)).toBe(text);
  });

  it.each(examples.map((example) => [example.command, example] as const))("gibbs %s", async (_, example) => {
    const { status, stdout, stderr } = await inside([...example.words, "--quiet"], { cwd });
    expect(status, stderr).toBe(0);
    expect(differencesOf(example.output, shown(stdout, example), example)).toEqual([]);
  });

  it("negative control: the first value of each output, changed by ten errors", () => {
    for (const example of examples) {
      const wrong = example.output.replace(
        /(-?\d[\d.]*) ± (\S+)/,
        (_: string, value: string, error: string) => `${Number(value) + 10 * (Number(error) || 1)} ± ${error}`,
      );
      expect(wrong).not.toBe(example.output);
      expect(differencesOf(wrong, example.output, example)).toHaveLength(1);
    }
  });
});

it("negative control: words, lines and numbers without an error", () => {
  const rounds = { isDiscrete: false };
  const line = "x  1.250 ± 0.010  J  0.500  1.2 (theory)  5.00\n\nnote: 250 of 300 are valid.\n";
  expect(differencesOf(line, line.replace("1.250 ± 0.010", " 1.27 ± 0.012").replace("5.00", "5.83"), rounds)).toEqual(
    [],
  );
  for (const [from, to] of [
    ["1.250", "1.281"],
    ["0.010", "0.021"],
    ["5.00", "9.01"],
    ["1.2 (", "1.3 ("],
    ["250 of", "270 of"],
    ["valid", "wrong"],
  ]) {
    expect(differencesOf(line, line.replace(from, to), rounds), from).toHaveLength(1);
  }
  expect(differencesOf(line, `${line}more\n`, rounds)).toHaveLength(1);
  expect(differencesOf(line, line.replace("1.250", "1.251"), { isDiscrete: true })).toHaveLength(1);
});
