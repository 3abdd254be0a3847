// The digests of all models, recorded: with every choice that a parameter offers, one at a time, in the model's short example. No change of the
// code may alter them. After one that is meant to, record them anew with `npx vitest run --project node tests/digests.test.ts --update`, and give
// links and checkpoints of the version before the old meaning.

import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ParameterError } from "../src/device/errors.ts";
import { type AnyModel, models } from "../src/models/index.ts";
import { inner, metaOf } from "../src/models/parameters.ts";
import { stepsOf } from "../src/validation/promises.ts";
import { device } from "./devices.ts";

/** Models of whole numbers are the same on every adapter and host; the digests of the others have the rounding of this adapter in them. */
const RECORDED_ON = "llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1";

/** What a parameter may be, where that is a list of words. */
function choicesOf(field: z.ZodType): unknown[] {
  const kind = inner(field);
  if (kind instanceof z.ZodEnum) return kind.options;
  if (kind instanceof z.ZodBoolean) return [true, false];
  const { choices = [] } = metaOf(field);
  return choices.filter((choice) => Number.isNaN(Number(choice.split(",")[0])));
}

/** The short example, and with each choice of each parameter. */
function* casesOf({ parameters: schema, examples: { short } }: AnyModel): Generator<Record<string, unknown>> {
  yield {};
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
    for (const choice of choicesOf(field)) {
      const value = inner(field) instanceof z.ZodTuple ? String(choice).split(",") : choice;
      if (short.parameters[name] !== choice) yield { [name]: value };
    }
  }
}

/** What the short example has in addition, and the choice does not go with, is left out. */
async function digestOf(
  model: AnyModel,
  changes: Record<string, unknown>,
  own?: Record<string, unknown>,
): Promise<string> {
  const { short } = model.examples;
  const parameters = own ?? short.parameters;
  try {
    using simulation = await model.create(device, { ...parameters, ...changes, seed: 9n });
    await simulation.run(stepsOf(model, short, simulation));
    return await simulation.digest();
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    const { [error.parameter]: refused, ...rest } = parameters;
    if (refused === undefined || error.parameter in changes) return `refused: ${error.parameter}`;
    return digestOf(model, changes, rest);
  }
}

/** Whose digests every adapter and host must give. */
it("holds on every adapter for models of whole numbers", () => {
  const exact = models.filter(({ rounded }) => !rounded).map(({ name }) => name);
  expect(exact.sort()).toEqual(["curie-weiss", "dense-memory", "hopfield", "ising", "potts", "rbm"]);
});

describe.each(models.map((model) => [model.name, model] as const))("%s", (name, model) => {
  it("has the digests that are recorded", { timeout: 600_000 }, async ({ skip }) => {
    skip(model.rounded === true && device.info.description !== RECORDED_ON, `recorded on ${RECORDED_ON}`);
    const digests: Record<string, string> = {};
    for (const changes of casesOf(model)) {
      const title = Object.entries(changes).map(([parameter, value]) => `${parameter} ${value}`)[0] ?? "example";
      digests[title] = await digestOf(model, changes);
    }
    expect(new Set(Object.values(digests)).size).toBeGreaterThan(1);
    await expect(`${JSON.stringify(digests, undefined, 2)}\n`).toMatchFileSnapshot(`data/digests/${name}.json`);
  });
});
