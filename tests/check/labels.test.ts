// What pages call values and observables: no identifier stands in a select or a table, and no name of a user's is changed.

import { describe, expect, it } from "vitest";
import * as z from "zod";
import { controls, layers } from "../../host-web/build/controls.ts";
import { distributionNames } from "../../src/models/diffusion/parameters.ts";
import { models } from "../../src/models/index.ts";
import { observableLabel, valueLabel, words } from "../../src/models/labels.ts";
import type { Observable } from "../../src/models/model.ts";
import { inner, metaOf, valueLabels } from "../../src/models/parameters.ts";

/** A small letter in front, words joined as programs join them, or what is joined with another first letter alone. */
const isIdentifier = (label: string, of = "") =>
  /^[a-z]/.test(label) ||
  /^\w*_\w*$|^[A-Z]?[a-z\d]+[A-Z][a-z]\w*$/.test(label) ||
  (/[a-z]-[a-z]/.test(of) && label.toLowerCase() === of);

/** Every value that a field chooses from, and what a page calls it. */
function labelled(field: z.ZodType): [value: string, label: string][] {
  const kinds = inner(field) instanceof z.ZodTuple ? (inner(field) as z.ZodTuple).def.items : [inner(field)];
  const values = kinds.flatMap((kind) => (kind instanceof z.ZodEnum ? kind.options.map(String) : []));
  const labels = valueLabels(field);
  return [...new Set([...values, ...(metaOf(field).choices ?? [])])].map((value) => [value, valueLabel(value, labels)]);
}

const fields = models.flatMap(({ name, parameters }) =>
  Object.entries<z.ZodType>(parameters.shape).map(([parameter, field]) => ({ of: `${name} ${parameter}`, field })),
);

describe("values", () => {
  it.each(fields.filter(({ field }) => labelled(field).length > 0))(
    "of $of have labels of words, each another",
    ({ field }) => {
      const all = labelled(field);
      expect(all.filter(([value, label]) => isIdentifier(label, value))).toEqual([]);
      const { choices } = metaOf(field);
      const offered = all.filter(([value]) => choices === undefined || choices.includes(value));
      expect(new Set(offered.map(([, label]) => label)).size).toBe(offered.length);
    },
  );

  it("are many, and those that are named are values", () => {
    expect(fields.flatMap(({ field }) => labelled(field)).length).toBeGreaterThan(120);
    for (const { of, field } of fields) {
      const known = new Set(labelled(field).flatMap(([value]) => [value, ...value.split(",")]));
      const named = Object.keys(metaOf(field).names ?? {});
      expect(
        named.filter((name) => !known.has(name)),
        of,
      ).toEqual([]);
    }
  });

  it("that nothing is said of become words; of others the test would tell", () => {
    const field = z.enum(["heat-bath", "v_prediction", "specificHeat", "sir"]).meta({ names: { sir: "SIR" } });
    expect(Object.values(valueLabels(field))).toEqual(["Heat bath", "V prediction", "Specific heat", "SIR"]);
    for (const raw of ["heat-bath", "v_prediction", "specificHeat", "SpecificHeat", "random"])
      expect(isIdentifier(raw), raw).toBe(true);
    for (const good of ["Heat bath", "DPM-Solver++ (2M)", "NARMA10", "Euler–Maruyama", "256 × 256", "1e-4"])
      expect(isIdentifier(good), good).toBe(false);
    expect(isIdentifier("Heat-bath", "heat-bath")).toBe(true);
    const wrong = z.enum(["tau"]).meta({ names: { tau: "tau-leaping" } });
    expect(labelled(wrong).filter(([, label]) => isIdentifier(label))).toHaveLength(1);
  });

  it("of a list are told once where they are alike, and a text of the user's is left as it is", () => {
    const labels = { periodic: "Periodic", "fixed-up": "Fixed up" };
    expect(valueLabel("periodic,periodic", labels)).toBe("Periodic");
    expect(valueLabel("periodic,fixed-up", labels)).toBe("Periodic, fixed up");
    expect(valueLabel("32,32,32", labels)).toBe("32 × 32 × 32");
    for (const own of ["mRNA_1", "heat-bath,periodic", "0.5,1", "constructor"])
      expect(valueLabel(own, labels)).toBe(own);
    expect(
      valueLabel("gmm8", valueLabels(models.find(({ name }) => name === "diffusion")!.parameters.shape.data)),
    ).toBe(distributionNames.gmm8);
  });
});

describe("observables", () => {
  it.each(models)("of $name have labels of words, each another", (model) => {
    const all = Object.entries<Observable>(model.observables).map(([name, own]) => observableLabel(name, own, model));
    expect(all.filter((label) => isIdentifier(label))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });

  it("that a user has named keep their names", () => {
    const model = { observables: { mean: { unit: "", description: "" } } };
    for (const own of ["X", "mRNA_1", "specificHeat", "constructor"]) {
      expect(observableLabel(own, {}, model)).toBe(own);
    }
    expect(observableLabel("mean", undefined, model)).toBe("Mean");
    expect(words("specificHeat")).toBe("Specific heat");
  });
});

describe("controls", () => {
  it.each(models)("of $name: about six are in sight, each of the others is folded away with its help", (model) => {
    const { front, folded } = layers(model);
    expect(front.length).toBeGreaterThan(1);
    expect(front.length).toBeLessThanOrEqual(7);
    const html = controls(model);
    for (const [name] of front) expect(html.front).toContain(`id="p-${name}`);
    for (const [name, field] of folded) {
      expect(html.folded).toContain(`data-folded="${name}"`);
      expect(html.folded).toContain(`id="p-${name}-help" class="help"`);
      expect(field.description).not.toBe("");
    }
    expect(front.length + folded.length).toBe(
      Object.values<z.ZodType>(model.parameters.shape).filter((field) => metaOf(field).page !== false).length,
    );
  });
});
