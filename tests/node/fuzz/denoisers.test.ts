// What users write for diffusion: a function in WGSL stays that function - it cannot put a kernel or a binding of its own in the place of
// ours - and mixtures, given numbers and levels are what they say or refused.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffusion, GibbsError, ParameterError } from "../../../src/index.ts";
import { parseMixture } from "../../../src/models/diffusion/data/mixture-text.ts";
import { device, reference } from "../../devices.ts";
import { anything, cases, ended, mutated, numbersIn, TIMEOUT } from "./arbitraries.ts";

const MODEL =
  "fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample { var y: Sample; for (var i = 0u; i < DIMENSIONS; i++) { y[i] = 0.5 * x[i]; } return y; }";
const own = { data: "gmm8", samples: 8, steps: 2, sampler: "ddim" } as const;

const FORGED = [
  "@compute @workgroup_size(1) fn advance(@builtin(global_invocation_id) id: vec3u) {}",
  "@compute @workgroup_size(WORKGROUP) fn advance() {}",
  "@group(0) @binding(0) var<storage, read_write> mine: array<u32>;",
  "override WORKGROUP: u32 = 1u;",
  "override PREDICTION: u32 = 4u;",
  "fn denoise() {}",
  "alias Sample = array<f32, 1>;",
  "struct Stage { a: f32 }",
  "enable f16;",
  "requires readonly_and_readwrite_storage_textures;",
  "diagnostic(off, derivative_uniformity);",
  "const DIMENSIONS = 1u;",
  "/* open",
  "*/",
  "} }",
  "fn model() {}",
  "\0",
];

describe("a denoiser in WGSL", () => {
  const samplesOf = (wgsl: string) =>
    ended(async () => {
      using simulation = await diffusion.create(device, { ...own, wgsl });
      await simulation.run(own.steps);
      return { samples: await simulation.samples() };
    });

  it.each(FORGED)(
    "with %s is refused, or the same as without",
    async (forged) => {
      const plain = await samplesOf(MODEL);
      for (const wgsl of [`${MODEL}\n${forged}`, `${forged}\n${MODEL}`]) {
        const outcome = await samplesOf(wgsl);
        if (outcome instanceof GibbsError) expect(outcome).toBeInstanceOf(ParameterError);
        else expect(outcome).toEqual(plain);
      }
    },
    TIMEOUT,
  );

  it("says the line of what does not compile, and where samples stop to be numbers", async () => {
    const broken = await samplesOf(MODEL.replace("0.5 *", "\n\n0.5 +* "));
    expect((broken as Error).message).toMatch(/denoiser: .*\d+/s);
    // By its bits: the logarithm of a negative number is finite on SwiftShader, which WGSL leaves open.
    const noNumber = await samplesOf(MODEL.replace("0.5 *", "bitcast<f32>(0x7fc00000u | bitcast<u32>(x[i])) *"));
    expect((noNumber as Error).message).toMatch(/number \d of sample \d is (NaN|-?Infinity) after 2 of 2 steps/);
  });

  it(
    "changed anywhere ends in samples or an error of ours",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          mutated(MODEL, [...FORGED, "x", "0.0", "/", ";", "{", "}", "(", "u32", "return"]),
          async (wgsl) => {
            const outcome = await samplesOf(wgsl);
            if (!(outcome instanceof GibbsError))
              expect([...numbersIn(outcome)].every(([, v]) => Number.isFinite(v))).toBe(true);
          },
        ),
        cases(30),
      );
    },
    TIMEOUT,
  );
});

describe("texts and numbers of a sampling", () => {
  const MIXTURE = "1 [1, 2] 0.25; 3 [-1, 0] [[1, 0.5], [0.5, 2]]";
  const pieces = [";", "[", "]", ",", "-", "1e39", "1e-300", "nan", "0", "[[", "]]", "\n", "\0", "9".repeat(400), "🙂"];

  it(
    "a mixture is one with finite numbers, or refused",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(mutated(MIXTURE, pieces), fc.string({ unit: "binary" })), async (text) => {
          const outcome = await ended(() => parseMixture(text));
          if (outcome instanceof GibbsError) return void expect(outcome).toBeInstanceOf(ParameterError);
          expect([...numbersIn(outcome)].filter(([, value]) => !Number.isFinite(value))).toEqual([]);
        }),
        cases(1500),
      );
    },
    TIMEOUT,
  );

  it(
    "levels, noise and given numbers of any kind run to finite numbers, or are refused",
    async () => {
      const level = fc.record({
        signal: fc.oneof(fc.double({ min: 0, max: 1 }), fc.double(), fc.constant(1)),
        noise: fc.oneof(fc.double({ min: 0, max: 80 }), fc.double()),
        time: fc.double(),
      });
      const options = fc.record(
        {
          levels: fc.oneof(fc.array(level, { maxLength: 4 }), fc.array(anything, { maxLength: 3 })),
          known: fc.oneof(mutated("1.5,?", [",", "?", "nan", "1e39", "", " "]), fc.string()),
          interpolate: fc.oneof(mutated("3,7", [",", "-", "9999999999", ""]), fc.string()),
          data: mutated(MIXTURE, pieces),
          noise: fc.array(fc.double(), { maxLength: 16 }),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(options, fc.boolean(), async (given, onGpu) => {
          const outcome = await ended(async () => {
            const all = { data: "gmm8", samples: 8, steps: 2, ...given } as never;
            using simulation = await diffusion.create(onGpu ? device : reference, all);
            await simulation.run(simulation.length);
            await simulation.conclude();
            return { samples: await simulation.samples(), estimates: simulation.estimate() };
          });
          if (outcome instanceof GibbsError) return;
          const wrong = [...numbersIn(outcome)].filter(
            ([path, value]) => !Number.isFinite(value) && !/error|tau/.test(path),
          );
          expect(wrong.slice(0, 5)).toEqual([]);
        }),
        cases(60),
      );
    },
    TIMEOUT,
  );
});
