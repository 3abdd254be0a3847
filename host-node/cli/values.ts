// A model's parameters as flags of the command line.

import * as z from "zod";
import { ParameterError } from "../../src/device/errors.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { inner, resolve } from "../../src/models/parameters.ts";
import { describeField, kebab, parseValue } from "../../src/models/text.ts";
import type { Arguments, Flag } from "./arguments.ts";

export type Values = Record<string, unknown>;

export const fieldsOf = (model: AnyModel) => Object.entries<z.ZodType>(model.parameters.shape);

/** The flags of a model's parameters. In a scan each can be given several times. */
export function parameterFlags(model: AnyModel, { scan = false } = {}): Flag[] {
  return fieldsOf(model).map(([name, field]) => {
    const placeholder = placeholderOf(field);
    const value = scan && placeholder !== "NAME" ? `${placeholder}|FROM:TO:COUNT` : placeholder;
    return { name, value, many: scan, help: `${field.description ?? name} [${describeField(field)}]` };
  });
}

/** The parameters given on the command line, checked against the schema; the others take their defaults later. */
export function givenParameters(model: AnyModel, given: Arguments): Values {
  const values: Values = {};
  for (const [name, field] of fieldsOf(model)) {
    const text = given.text(name);
    if (text === undefined) continue;
    values[name] = parseValue(name, field, text);
    if (Array.isArray(values[name]) && !(inner(field) instanceof z.ZodTuple)) {
      throw new ParameterError(
        name,
        `${kebab(name)} "${text}": give one value here; lists are for gibbs scan ${model.name}.`,
      );
    }
  }
  resolve(model.name, model.parameters, values);
  return values;
}

function placeholderOf(field: z.ZodType): string {
  const kind = inner(field);
  if (kind instanceof z.ZodTuple) return (kind.def.items as z.ZodType[]).map(placeholderOf).join(",");
  return kind instanceof z.ZodNumber ? "X" : "NAME";
}
