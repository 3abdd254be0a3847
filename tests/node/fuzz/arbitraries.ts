// What the fuzzers share. Whatever comes in, a case ends in a result or in an error of ours, and soon; anything else fails the test, and
// fast-check shows the smallest case that does so. Seeds are fixed: CI tries the same cases each time. GIBBS_FUZZ_RUNS=20 tries
// twenty times as many, GIBBS_FUZZ_SEED=N others.

import fc from "fast-check";
import type * as z from "zod";
import { GibbsError } from "../../../src/index.ts";
import type { AnyModel } from "../../../src/models/index.ts";
import { inner, metaOf } from "../../../src/models/parameters.ts";
import { type JsonSchema, schemaOf } from "../../../src/models/text.ts";
import { LONGEST } from "../../patience.ts";

const FACTOR = Number(process.env.GIBBS_FUZZ_RUNS ?? 1);
const SEED = Number(process.env.GIBBS_FUZZ_SEED ?? 2026);

/** So many cases in CI; `examples` are cases that failed once. */
export const cases = (numRuns: number) => ({ numRuns: Math.ceil(numRuns * FACTOR), seed: SEED });

/** Time for a test whose cases the environment may multiply. */
export const TIMEOUT = LONGEST * Math.max(1, FACTOR);

/** CPU time of this process, a software driver's threads included: what else the machine does, does not count. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A case that takes longer hangs: the slowest take a tenth of it. */
const MOST_SECONDS = 40;

/** The value, or the error of ours in which it ended. What is foreign, or slow, is thrown. */
export async function ended<T>(action: () => T | Promise<T>): Promise<T | GibbsError> {
  const start = cpuSeconds();
  const outcome = await settle(action);
  const seconds = cpuSeconds() - start;
  if (seconds > MOST_SECONDS) throw new Error(`it took ${seconds.toFixed(1)} s of the processor`);
  return outcome;
}

async function settle<T>(action: () => T | Promise<T>): Promise<T | GibbsError> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof GibbsError)) throw error;
    if (!/\w{3}/.test(error.message)) throw error; // one that says nothing
    return error;
  }
}

/** Names that a program may take for something else. */
export const tricky = fc.constantFrom(
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "valueOf", "length", "then"],
);

/** Values of any type, and those at which arithmetic goes wrong. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 1e308, 2 ** 53, 0.1),
  fc.constantFrom(null, undefined, true, "", "1", "NaN", 1n, "x".repeat(100_000), Symbol.iterator, () => 1),
  fc.constantFrom([], [[]], {}, new Date(0), new Float64Array(3), new Uint8Array(0), [Number.NaN], [1, "a"]),
  fc.anything({ withBigInt: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true }),
  fc.double(),
  fc.integer(),
  fc.string({ unit: "binary" }),
  tricky,
);

/** Values inside, at and just outside of what a parameter allows; numbers up to `most` where the schema would go on. */
function inRange(json: JsonSchema, choices: readonly string[], most: number): fc.Arbitrary<unknown> {
  if (json.enum) return fc.constantFrom(...json.enum);
  if (json.prefixItems) return fc.tuple(...json.prefixItems.map((item) => inRange(item, choices, most)));
  if (json.type === "boolean") return fc.boolean();
  if (json.type !== "integer" && json.type !== "number") return fc.constantFrom(...choices, "");
  const least = json.minimum ?? json.exclusiveMinimum ?? -most;
  const largest = Math.max(least, Math.min(json.maximum ?? json.exclusiveMaximum ?? most, most));
  const unit = json.multipleOf ?? 1;
  if (json.type === "integer") {
    return fc
      .integer({ min: Math.ceil(least / unit), max: Math.max(Math.ceil(least / unit), Math.floor(largest / unit)) })
      .map((n) => n * unit);
  }
  return fc.oneof(fc.double({ min: least, max: largest, noNaN: true }), fc.constantFrom(least, largest));
}

/** Whatever a parameter could be given: right, at its limits, beyond them, in lists, and of other types. */
export function given(field: z.ZodType): fc.Arbitrary<unknown> {
  const json = schemaOf(field);
  const choices = metaOf(field).choices ?? [];
  const limits = [json.minimum, json.maximum, json.exclusiveMinimum, json.exclusiveMaximum, json.default]
    .filter((limit): limit is number => typeof limit === "number")
    .flatMap((limit) => [limit, limit - 1, limit + 1, limit * (1 + Number.EPSILON), -limit]);
  const value = inRange(json, choices, Number.MAX_SAFE_INTEGER);
  return fc.oneof(
    { weight: 6, arbitrary: value },
    { weight: 2, arbitrary: limits.length > 0 ? fc.constantFrom(...limits) : value },
    { weight: 1, arbitrary: fc.array(fc.oneof(value, anything), { maxLength: 4 }) },
    { weight: 2, arbitrary: anything },
  );
}

/**
 * Parameters that a model may well take, about as costly as its short example: that example with some parameters changed, numbers up to
 * twice what stands there or by default.
 */
export function affordable({ parameters, examples }: AnyModel): fc.Arbitrary<Record<string, unknown>> {
  const short = examples.short.parameters as Record<string, unknown>;
  const fields = Object.entries<z.ZodType>(parameters.shape).map(([name, field]) => {
    const json = schemaOf(field);
    const base = [short[name] ?? json.default].flat().map(Number).filter(Number.isFinite);
    const most = 2 * Math.max(1, ...base);
    return [name, inRange(schemaOf(inner(field)), metaOf(field).choices ?? [], most)] as const;
  });
  const changes = fc
    .subarray(fields, { minLength: 0, maxLength: 4 })
    .chain((chosen) => fc.record(Object.fromEntries(chosen)) as fc.Arbitrary<Record<string, unknown>>);
  return changes.map((changed) => ({ ...short, ...changed }));
}

/** A text with a few pieces dropped, doubled, swapped or replaced by `pieces`. */
export const mutated = (text: string, pieces: readonly string[]): fc.Arbitrary<string> => {
  const place = fc.nat({ max: text.length });
  const edit = fc.record({ at: place, to: place, what: fc.nat({ max: 3 }), piece: fc.constantFrom(...pieces) });
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((now, { at, to, what, piece }) => {
      const [from, end] = [Math.min(at, to, now.length), Math.min(Math.max(at, to), now.length, Math.min(at, to) + 20)];
      const middle = now.slice(from, end);
      return now.slice(0, from) + ["", middle + middle, piece, piece + middle][what] + now.slice(end);
    }, text),
  );
};

/** Bytes with a few of them changed, cut off, doubled or moved. */
export const damaged = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: bytes.length }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((edits) => {
      let now = [bytes];
      for (const [what, place, byte] of edits) {
        const all = Uint8Array.from(now.flatMap((part) => [...part]));
        const at = Math.min(place, all.length);
        const flipped = all.map((old, i) => (i === at ? byte : old));
        now = [
          all.length > 0 ? [flipped] : [all],
          [all.subarray(0, at)],
          [all.subarray(0, at), all.subarray(Math.min(all.length, at + byte))],
          [all.subarray(0, at), Uint8Array.of(byte, 0xff, 0), all.subarray(at)],
          [all.subarray(at), all.subarray(0, at)],
        ][what];
      }
      return Uint8Array.from(now.flatMap((part) => [...part]));
    });

/** Every number in a value, with its path. */
export function* numbersIn(value: unknown, path = ""): Generator<[path: string, number]> {
  if (typeof value === "number") yield [path, value];
  else if (ArrayBuffer.isView(value)) {
    for (const [i, each] of (value as Float64Array).entries()) yield [`${path}[${i}]`, each];
  } else if (typeof value === "object" && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* numbersIn(each, `${path}.${name}`);
  }
}
