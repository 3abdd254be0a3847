// Between a model's parameters and texts - of a command line, a link or a control: texts to values by the schema's types, and
// types in words.

import * as z from "zod";
import { ParameterError } from "../device/errors.ts";
import { inner, metaOf } from "./parameters.ts";

/** The value that a text stands for; lists are comma-separated. @throws ParameterError where it stands for none. */
export function parseValue(name: string, field: z.ZodType, text: string): unknown {
  const kind = inner(field);
  if (kind instanceof z.ZodString) return text;
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
  // 100x100, as others write sizes.
  const pair = inner(field) instanceof z.ZodTuple ? /^\s*([^\sx×*]+)\s*[x×*]\s*([^\sx×*]+)\s*$/i.exec(text) : null;
  const meant = pair?.slice(1).every((part) => readNumber(part) !== undefined) ? ` Give ${pair[1]},${pair[2]}.` : "";
  const expected = (what: string) =>
    new ParameterError(
      name,
      `${kebab(name)} "${text}": expected ${what} (${field.description ?? name}; ${describeField(field)}).${meant}`,
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

/** A finite decimal number, or undefined: "1e6" is one, "", "0x10", "NaN" and "Infinity" are none. */
export function readNumber(text: string): number | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Type, range, unit and default in words: `number above 0; unit J; default 2`. */
export function describeField(field: z.ZodType): string {
  const json = schemaOf(field);
  const { unit, batch } = metaOf(field);
  const parts = [describeType(json), unit ? `unit ${unit}` : "", batch ? "batched in scans" : ""];
  if (json.default !== undefined && json.default !== "")
    parts.push(`default ${Array.isArray(json.default) ? json.default.join(",") : json.default}`);
  return parts.filter(Boolean).join("; ");
}

/** What of JSON Schema a parameter has. */
export interface JsonSchema {
  type?: string;
  enum?: unknown[];
  prefixItems?: JsonSchema[];
  /** Of more than those. */
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  default?: unknown;
}

/** What `z.toJSONSchema` says of a parameter's input, without that function, which is a quarter of zod; a test compares the two. */
export function schemaOf(field: z.ZodType): JsonSchema {
  if (field instanceof z.ZodDefault)
    return { ...schemaOf(field.def.innerType as z.ZodType), default: field.def.defaultValue };
  if (field instanceof z.ZodOptional) return schemaOf(field.def.innerType as z.ZodType);
  if (field instanceof z.ZodPipe) return schemaOf(field.def.in as z.ZodType);
  if (field instanceof z.ZodEnum) return { type: "string", enum: field.options };
  if (field instanceof z.ZodTuple) {
    const { items, rest } = field.def;
    const more = rest ? { items: schemaOf(rest as z.ZodType) } : {};
    return { type: "array", prefixItems: items.map((item) => schemaOf(item as z.ZodType)), ...more };
  }
  if (field instanceof z.ZodNumber) return { type: isWhole(field) ? "integer" : "number", ...boundsOf(field) };
  if (field instanceof z.ZodString) return { type: "string" };
  if (field instanceof z.ZodBoolean) return { type: "boolean" };
  return {};
}

/** As zod's own `isInt`, which asks the module that the site leaves out (host-web/build/schemas.ts). */
function isWhole({ def }: z.ZodNumber): boolean {
  const checks = [def, ...(def.checks ?? []).map((check) => check._zod.def)];
  return checks.some((check) => {
    const { format, check: kind, value } = check as { format?: string; check?: string; value?: number };
    return format?.includes("int") || (kind === "multiple_of" && Number.isSafeInteger(value));
  });
}

function boundsOf(field: z.ZodNumber): JsonSchema {
  const bounds: JsonSchema = isWhole(field)
    ? { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
    : {};
  for (const check of field.def.checks ?? []) {
    const { check: kind, value, inclusive } = check._zod.def as { check: string; value: number; inclusive?: boolean };
    if (kind === "greater_than") bounds[inclusive ? "minimum" : "exclusiveMinimum"] = value;
    if (kind === "less_than") bounds[inclusive ? "maximum" : "exclusiveMaximum"] = value;
    if (kind === "multiple_of") bounds.multipleOf = value;
  }
  return bounds;
}

function describeType(json: JsonSchema): string {
  if (json.enum) return json.enum.join(" | ");
  if (json.prefixItems) {
    const { length } = json.prefixItems;
    return `${length}${json.items ? " or more" : ""} × ${describeType(json.prefixItems[0])}`;
  }
  if (json.type !== "number" && json.type !== "integer") return json.type === "string" ? "text" : (json.type ?? "text");
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
