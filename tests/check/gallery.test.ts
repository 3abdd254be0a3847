// Every run of the gallery can be followed, and has its picture.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runs } from "../../host-web/build/runs.ts";
import { parseLink } from "../../src/links.ts";
import { models } from "../../src/models/index.ts";

const PICTURES = join(import.meta.dirname, "../../host-web/public/gallery");

describe("gallery", () => {
  it.each(runs)("$id", ({ id, model, link }) => {
    const { parameters } = models.find(({ name }) => name === model)!;
    const parsed = parseLink(`${model}#${link}`);
    expect(parsed.model).toBe(model);
    expect(() => parameters.parse(parsed.parameters)).not.toThrow();
    expect(existsSync(join(PICTURES, `${id}.jpg`))).toBe(true);
  });

  it("has the clips that cards name and no other, each of a few hundred kB at most", () => {
    const clips = runs.filter(({ clip }) => clip).map(({ id }) => `${id}.webm`);
    expect(readdirSync(PICTURES).filter((name) => name.endsWith(".webm"))).toEqual(clips.sort());
    for (const name of clips) expect(statSync(join(PICTURES, name)).size, name).toBeLessThan(300_000);
  });

  it("has a run of every model, and no picture without one", () => {
    const shown = new Set(runs.map(({ model }) => model));
    expect(models.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });
});
