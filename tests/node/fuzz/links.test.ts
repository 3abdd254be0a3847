// Links come from anywhere: whatever stands in an address is read to a run that can be written down again, or ends in a LinkError.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GibbsError, models } from "../../../src/index.ts";
import { formatLink, type Link, LinkError, readValues } from "../../../src/link.ts";
import { parseLink } from "../../../src/links.ts";
import { cases, ended, given, mutated, TIMEOUT, tricky } from "./arbitraries.ts";

const SEEDS = [
  "v=2&seed=18446744073709551615&size=66,34&temperature=2.2&start=random&at=5&temperature=2.6&at=9&paint=64,33,4,1&step=20",
  "v=2&seed=7&paint=0,0,3,-1&step=2&view.mode=walls",
  "v=2&network=S%20%2B%20I%20-%3E%202%20I%20@%201e-4&set=x=1:2:3&until=5",
];
const PIECES = [
  "&",
  "=",
  "%",
  "%00",
  "%2C",
  ",",
  "at=1",
  "step=0",
  "paint=1,1,1,1",
  "view.a=",
  "-1",
  "1e999",
  "#",
  "＋",
];
PIECES.push(
  "%ED%A0%80",
  "\u202e",
  "__proto__=1",
  "constructor=1",
  "seed=0",
  "v=2",
  "'><script>alert(1)</script>",
  "\0",
);

const name = fc.constantFrom(...models.map((model) => model.name));

async function check(text: string, model?: string): Promise<void> {
  const link = await ended(() => parseLink(text, model));
  if (link instanceof GibbsError) {
    expect(link).toBeInstanceOf(LinkError);
    expect(link.message).not.toMatch(/[\p{Cc}\u202e]/u);
    return;
  }
  const written = await ended(() => formatLink(link));
  if (written instanceof GibbsError) return; // too long for a link
  const again = parseLink(written, link.model);
  expect(again).toEqual(link);
  expect(formatLink(again)).toBe(written);
}

describe("links", () => {
  it(
    "any text is read, or refused",
    async () => {
      const pair = fc
        .tuple(fc.oneof(fc.string(), tricky, fc.constantFrom("v", "seed", "at", "step", "paint")), fc.string())
        .map(([key, value]) => `${key}=${value}`);
      const query = fc.array(pair).map((pairs) => ["v=2", ...pairs].join("&"));
      const text = fc.oneof(fc.string({ unit: "binary" }), query, ...SEEDS.map((seed) => mutated(seed, PIECES)));
      await fc.assert(
        fc.asyncProperty(text, fc.option(name, { nil: undefined }), (words, model) => check(words, model)),
        cases(3000),
      );
    },
    TIMEOUT,
  );

  it(
    "any values of a model's parameters are read to what is written again, or refused",
    async () => {
      const values = name.chain((chosen) => {
        const { parameters } = models.find((model) => model.name === chosen)!;
        const fields = Object.entries(parameters.shape as Record<string, Parameters<typeof given>[0]>);
        const words = fc
          .subarray(fields, { maxLength: 4 })
          .chain((some) => fc.record(Object.fromEntries(some.map(([field, schema]) => [field, given(schema)]))));
        return fc.record({ chosen: fc.constant(chosen), words, step: fc.nat(), later: fc.boolean() });
      });
      await fc.assert(
        fc.asyncProperty(values, async ({ chosen, words, step, later }) => {
          const model = models.find((each) => each.name === chosen)!;
          const link: Link = { model: chosen, seed: 1n, parameters: {}, changes: [], step, view: {} };
          if (later) link.changes.push({ step: 0, parameters: words });
          else link.parameters = words;
          const text = await ended(() => formatLink(link)).catch((error) => {
            if (/Symbol|primitive|URI malformed/.test(error.message)) return ""; // the caller's values are no parameters
            throw error;
          });
          if (typeof text === "string") await check(text, chosen);
          const texts = Object.entries(words).filter((pair): pair is [string, string] => typeof pair[1] === "string");
          await ended(() => readValues(model, Object.fromEntries(texts)));
        }),
        cases(1000),
      );
    },
    TIMEOUT,
  );
});
