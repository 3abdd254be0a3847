// Files that users bring: networks of weights, arrays, series and pictures. Damaged or forged ones are refused in words; what is taken runs to
// finite numbers.

import fc from "fast-check";
import { encode } from "fast-png";
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import { FileError } from "../../../src/device/errors.ts";
import { base64url } from "../../../src/files/base64.ts";
import { npy, readNpy } from "../../../src/files/npy.ts";
import { readPicture } from "../../../src/files/picture.ts";
import { png } from "../../../src/files/png.ts";
import {
  readSafetensors,
  SafetensorsError,
  safetensorsMetadata,
  writeSafetensors,
} from "../../../src/files/safetensors.ts";
import { readSeries } from "../../../src/files/series.ts";
import { diffusion, diffusionTraining, GibbsError, models, rbm, reservoir } from "../../../src/index.ts";
import { reference } from "../../devices.ts";
import { cases, cpuSeconds, damaged, ended, mutated, numbersIn, TIMEOUT } from "./arbitraries.ts";

const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const bytesOf = (words: string) => Uint8Array.from(words, (character) => character.charCodeAt(0) & 0xff);

describe("safetensors", () => {
  const tensors = {
    W: { shape: [2, 3], data: Float32Array.of(1, -2, 3, 0, 0.5, 9) },
    b: { shape: [3], data: Float32Array.of(1, 2, 3), dtype: "F16" as const },
  };
  const file = writeSafetensors(tensors, { note: "fuzz" });

  /** A file with this header before the same bytes. */
  const withHeader = (header: string, length = header.length) => {
    const json = new TextEncoder().encode(header);
    const all = new Uint8Array(8 + json.length + 30);
    new DataView(all.buffer).setBigUint64(0, BigInt(Math.max(0, length)), true);
    all.set(json, 8);
    return all;
  };
  const number = fc.oneof(
    fc.integer({ min: -2, max: 40 }),
    fc.constantFrom(1.5, 2 ** 31, 2 ** 53, 1e300, -1, null, "1"),
  );
  const entry = fc.record(
    {
      dtype: fc.constantFrom("F32", "F16", "BF16", "F64", "I64", "toString", "__proto__", null, 3),
      shape: fc.oneof(fc.array(number, { maxLength: 4 }), number),
      data_offsets: fc.oneof(fc.tuple(number, number), fc.array(number), fc.constant(null)),
    },
    { requiredKeys: [] },
  );
  const name = fc.oneof(fc.constantFrom("W", "b", "__proto__", "constructor", "__metadata__", ""), fc.string());
  const header = fc
    .array(fc.tuple(name, fc.oneof(entry, entry, fc.jsonValue())), { maxLength: 4 })
    .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`);
  const files = fc.oneof(
    damaged(file),
    fc.uint8Array({ maxLength: 64 }),
    header.map((json) => withHeader(json)),
    fc.tuple(header, fc.nat()).map(([json, length]) => withHeader(json, length)),
    mutated(text(file), ["{", "}", '"', "[", "-1", "1e99", "F64", "null", "\0"]).map(bytesOf),
  );

  it(
    "any bytes are tensors of the shapes that they say, or refused",
    () => {
      fc.assert(
        fc.property(files, (bytes) => {
          for (const read of [readSafetensors, safetensorsMetadata]) {
            try {
              for (const { shape, data } of Object.values(read(bytes) as ReturnType<typeof readSafetensors>)) {
                if (read === readSafetensors) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
              }
            } catch (error) {
              if (!(error instanceof SafetensorsError)) throw error;
            }
          }
        }),
        cases(1500),
      );
    },
    TIMEOUT,
  );
});

describe("networks of weights", () => {
  type Tensors = ReturnType<typeof readSafetensors>;
  const change = fc.record({
    at: fc.nat(),
    what: fc.nat({ max: 6 }),
    value: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e38, -1e38, 0, 1),
    key: fc.constantFrom("0", "-1", "NaN", "1e400", "", "null", "{}", "[]", '{"units":1e9}', '{"__proto__":1}', "gmm8"),
  });
  /** The file with a tensor or a text changed. */
  function changed(
    file: Uint8Array,
    { at, what, value, key }: { at: number; what: number; value: number; key: string },
  ) {
    const tensors: Tensors = { ...readSafetensors(file) };
    const metadata: Record<string, string> = { ...safetensorsMetadata(file) };
    const names = Object.keys(tensors);
    const name = names[at % names.length];
    const { shape, data } = tensors[name];
    const words = Object.keys(metadata);
    if (what === 0) delete tensors[name];
    if (what === 1) tensors[name] = { shape, data: data.map((old, i) => (i === at % data.length ? value : old)) };
    if (what === 2) tensors[name] = { shape, data: data.map(() => value) };
    if (what === 3) tensors[name] = { shape: [...shape].reverse(), data };
    if (what === 4) tensors[name] = { shape: [1, ...shape], data };
    if (what === 5) tensors[name] = { shape: [0], data: new Float32Array() };
    if (what === 6) metadata[words[at % Math.max(1, words.length)] ?? "x"] = key;
    return writeSafetensors(tensors, metadata);
  }

  // biome-ignore lint/suspicious/noExplicitAny: each model its own parameters
  const uses: [string, () => Promise<Uint8Array>, (bytes: Uint8Array) => Promise<any>][] = [
    [
      "reservoir",
      async () => {
        using made = await reservoir.create(reference, { ...reservoir.examples.short.parameters, reservoirs: 1 });
        await made.run(1);
        return await made.output();
      },
      (bytes) => {
        const { task, train, test, washout, starts, horizon } = reservoir.examples.short.parameters;
        const own = { task, train, test, washout, starts, horizon } as Parameters<typeof reservoir.create>[1];
        return reservoir.create(reference, { ...own, network: base64url(bytes) });
      },
    ],
    [
      "diffusion",
      async () => {
        using made = await diffusionTraining.create(reference, { ...diffusionTraining.examples.short.parameters });
        await made.run(1);
        return await made.output();
      },
      (bytes) => {
        const { data } = diffusionTraining.examples.short.parameters;
        const own = { data, samples: 4, steps: 2 };
        return diffusion.create(reference, { ...own, denoiser: base64url(bytes) });
      },
    ],
    [
      "rbm",
      async () => {
        using made = await rbm.create(reference, rbm.examples.short.parameters);
        await made.run(1);
        return await made.output();
      },
      (bytes) => rbm.create(reference, { ...rbm.examples.short.parameters, weights: bytes }),
    ],
  ];
  it.each(uses)(
    "of %s, changed, are refused or run to finite numbers",
    async (what, make, use) => {
      const file = await make();
      const model = models.find(({ name }) => name === what)!;
      const outcomeOf = (bytes: Uint8Array) =>
        ended(async () => {
          using simulation = await use(bytes);
          await simulation.run(simulation.points.parameters.steps ?? 1);
          await simulation.conclude?.();
          return model.estimate(simulation, simulation.series());
        });
      const unknown = (outcome: object) =>
        [...numbersIn(outcome)].flatMap(([path, value]) =>
          Number.isNaN(value) && !/error|tau/.test(path) ? [path] : [],
        );
      const never = unknown(await outcomeOf(file)); // what only training tells
      await fc.assert(
        fc.asyncProperty(fc.oneof(change, fc.integer({ min: 1, max: file.length - 1 })), async (edit) => {
          const outcome = await outcomeOf(typeof edit === "number" ? file.subarray(0, edit) : changed(file, edit));
          if (!(outcome instanceof GibbsError)) expect(unknown(outcome)).toEqual(never);
        }),
        cases(50),
      );
    },
    TIMEOUT,
  );
});

describe("arrays, series and pictures", () => {
  const array = npy({ data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] });
  const PIECES = [
    "'<f8'",
    "'|O'",
    "(3, 2, )",
    "(99999999999,)",
    "()",
    "(0,)",
    "True",
    "'descr'",
    "\n",
    "\0",
    "[('a','<f4')]",
  ];

  it(
    "any bytes are an array of its shape, or refused",
    async () => {
      const files = fc.oneof(damaged(array), mutated(text(array), PIECES).map(bytesOf), fc.uint8Array());
      await fc.assert(
        fc.asyncProperty(files, async (bytes) => {
          const outcome = await ended(() => readNpy(bytes));
          if (!(outcome instanceof GibbsError))
            expect(outcome.data.length).toBe(outcome.shape.reduce((a, b) => a * b, 1));
        }),
        cases(1500),
      );
    },
    TIMEOUT,
  );

  it(
    "any text is a series of finite numbers, or refused",
    async () => {
      const csv = 't, x,"y, z"\n0,1.5,2\n1,-2e3,3 # note\n\n2,0.5,4\n';
      const pieces = [
        ",",
        ";",
        "\t",
        '"',
        '""',
        "#",
        "nan",
        "inf",
        "1e999",
        "1,5",
        "\r",
        "\n",
        "\ufeff",
        "0x10",
        "1d3",
        "🙂",
        " ",
      ];
      const texts = fc.oneof(
        mutated(csv, pieces),
        fc.array(fc.constantFrom(...pieces, "1", "2.5", "x")).map((parts) => parts.join("")),
        fc.string({ unit: "binary" }),
      );
      await fc.assert(
        fc.asyncProperty(texts, async (words) => {
          const outcome = await ended(() => readSeries("series.csv", new TextEncoder().encode(words)));
          if (outcome instanceof GibbsError) return;
          expect(outcome.data.length).toBe(outcome.shape.reduce((a, b) => a * b, 1));
          expect(outcome.data.every(Number.isFinite)).toBe(true);
        }),
        cases(2000),
      );
    },
    TIMEOUT,
  );

  it.each([
    ["quotes", (n: number) => `"a${'""'.repeat(n)}`],
    ["open quotes", (n: number) => `${'"'.repeat(n)}`],
    ["spaces", (n: number) => `1${" ".repeat(n)}x"`],
    ["columns", (n: number) => "1,".repeat(n)],
    ["lines", (n: number) => "1\n".repeat(n)],
    ["quoted spaces", (n: number) => `${'" '.repeat(n)},1`],
    ["comments", (n: number) => "#".repeat(n)],
  ])(
    "a megabyte of %s is read or refused soon",
    async (_, of) => {
      for (const n of [1000, 300_000]) await ended(() => readSeries("series.csv", new TextEncoder().encode(of(n))));
    },
    TIMEOUT,
  );

  it(
    "any bytes are a picture of its size, or no picture",
    async () => {
      const data = Uint8Array.from({ length: 45 }, (_, i) => (i * 37) & 255);
      const grey = png({ width: 9, height: 5, data });
      const colour = encode({ width: 5, height: 3, data: data.slice(0, 45), channels: 3, depth: 8 });
      const rgba = Buffer.from(Array.from({ length: 4 * 72 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) & 255)));
      const photo = new Uint8Array(jpeg.encode({ width: 9, height: 8, data: rgba }, 80).data);
      await fc.assert(
        fc.asyncProperty(fc.oneof(...[grey, colour, photo].map((file) => damaged(file))), async (bytes) => {
          const start = cpuSeconds();
          try {
            const { width, height, light } = await readPicture("own", bytes);
            expect(light.length).toBe(width * height);
            expect(light.every((value) => value >= 0 && value <= 1.000001)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(FileError);
            expect((error as Error).message).toMatch(/^own: /);
            expect((error as Error).message).not.toMatch(/allocation failed/i);
          }
          expect(cpuSeconds() - start).toBeLessThan(5);
        }),
        cases(500),
      );
    },
    TIMEOUT,
  );
});
