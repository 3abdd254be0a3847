// Between a model's parameters and the texts of a command line: texts to values by the schema's types, and types in words.

import { z } from "zod";
import { ParameterError } from "../../src/device/errors.ts";
import type { Model } from "../../src/models/model.ts";
import { inner, metaOf, resolve } from "../../src/models/parameters.ts";
import { type Arguments, type Flag, kebab, readNumber } from "./arguments.ts";

// biome-ignore lint/suspicious/noExplicitAny: as in the registry, only a model's own code knows its parameters' types
export type AnyModel = Model<any>;
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

/** The value that a text stands for; lists are comma-separated. @throws ParameterError where it stands for none. */
export function parseValue(name: string, field: z.ZodType, text: string): unknown {
  const kind = inner(field);
  const parts = text.split(",");
  if (kind instanceof z.ZodTuple) {
    const items = kind.def.items as z.ZodType[];
    const values = parts.map((part, i) => scalarOf(name, items[Math.min(i, items.length - 1)], part, text, field));
    return values.length === 1 ? values[0] : values; // one number stands for both
  }
  const values = parts.map((part) => scalarOf(name, kind, part, text, field));
  return values.length === 1 ? values[0] : values;
}

function scalarOf(name: string, item: z.ZodType, part: string, text: string, field: z.ZodType): unknown {
  const kind = inner(item);
  const expected = (what: string) =>
    new ParameterError(
      name,
      `${kebab(name)} "${text}": expected ${what} (${field.description ?? name}; ${describeField(field)}).`,
    );
  if (kind instanceof z.ZodNumber) {
    const value = readNumber(part.trim());
    if (value === undefined)
      throw expected(field === item || kind === inner(field) ? "a finite number" : "finite numbers");
    return value;
  }
  if (kind instanceof z.ZodBoolean) {
    if (part !== "true" && part !== "false") throw expected("true or false");
    return part === "true";
  }
  return part.trim();
}

function placeholderOf(field: z.ZodType): string {
  const kind = inner(field);
  if (kind instanceof z.ZodTuple) return (kind.def.items as z.ZodType[]).map(placeholderOf).join(",");
  return kind instanceof z.ZodNumber ? "X" : "NAME";
}

/** Type, range, unit and default in words: `number above 0; unit J; default 2`. */
export function describeField(field: z.ZodType): string {
  const json = z.toJSONSchema(field, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const { unit, batch } = metaOf(field);
  const parts = [describeType(json), unit ? `unit ${unit}` : "", batch ? "batched in scans" : ""];
  if (json.default !== undefined)
    parts.push(`default ${Array.isArray(json.default) ? json.default.join(",") : json.default}`);
  return parts.filter(Boolean).join("; ");
}

interface JsonSchema {
  type?: string;
  enum?: unknown[];
  prefixItems?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  default?: unknown;
}

function describeType(json: JsonSchema): string {
  if (json.enum) return json.enum.join(" | ");
  if (json.prefixItems) return `${json.prefixItems.length} × ${describeType(json.prefixItems[0])}`;
  if (json.type !== "number" && json.type !== "integer") return json.type ?? "text";
  const bounds = [
    [json.exclusiveMinimum, "above"],
    [json.minimum, "from"],
    [json.exclusiveMaximum, "below"],
    [json.maximum, "to"],
  ] as const;
  // The bounds of safe integers are those of f64, not the model's.
  const own = bounds.filter(([bound]) => bound !== undefined && Math.abs(bound) !== Number.MAX_SAFE_INTEGER);
  const multiple = json.multipleOf ? [json.multipleOf === 2 ? "even" : `multiple of ${json.multipleOf}`] : [];
  return [
    ...multiple,
    json.type === "integer" ? "whole number" : "number",
    ...own.map(([bound, word]) => `${word} ${bound}`),
  ].join(" ");
}
