// Every run of the gallery can be followed, and has its picture.

import { existsSync } from "node:fs";
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

  it("has a run of every model but that of training, and no picture without one", () => {
    const shown = new Set(runs.map(({ model }) => model));
    expect(models.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual(["diffusion-training"]);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });
});
