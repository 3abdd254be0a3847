// `schemaOf` says of every parameter what zod's own JSON Schema says of it, as far as descriptions have it.

import { expect, it } from "vitest";
import * as z from "zod";
import { models } from "../../src/models/index.ts";
import { type JsonSchema, schemaOf } from "../../src/models/text.ts";

const KEYS = ["type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "default"];

function reduced(json: JsonSchema): object {
  const own = Object.entries(json).filter(([key, value]) => KEYS.includes(key) && value !== undefined);
  const { prefixItems, items } = json;
  return {
    ...Object.fromEntries(own),
    ...(prefixItems ? { prefixItems: prefixItems.map(reduced) } : {}),
    ...(items && prefixItems ? { items: reduced(items) } : {}),
  };
}

it.each(models.map((model) => [model.name, model] as const))("%s", (_, { parameters }) => {
  for (const [name, field] of Object.entries(parameters.shape)) {
    const own = z.toJSONSchema(field as z.ZodType, { io: "input", unrepresentable: "any" }) as JsonSchema;
    expect([name, reduced(schemaOf(field as z.ZodType))]).toEqual([name, reduced(own)]);
  }
});
