// Every shader file takes part in a module that Tint (Dawn's WGSL compiler) accepts without a warning. Dawn's null backend
// compiles without a GPU and without a driver, so a broken shader is found on any machine.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create } from "webgpu";
import { shaderParts, shaderPaths, shaderSource } from "../../src/device/shader.ts";
import { SUBGROUPS } from "../../src/device/subgroups.ts";
import { rowWgsl } from "../../src/models/diffusion/denoisers/row-wgsl.ts";
import { systemTexts } from "../../src/models/dynamics/index.ts";
import { unitsWgsl } from "../../src/models/dynamics/kernel/units-wgsl.ts";
import { systemWgsl } from "../../src/models/dynamics/kernel/wgsl.ts";
import type { WithUnits } from "../../src/models/dynamics/system.ts";
import { parseSystem } from "../../src/models/dynamics/text.ts";
import { prepare } from "../../src/models/gillespie/ensemble.ts";
import { generate } from "../../src/models/gillespie/kernel/wgsl.ts";
import { parseNetwork } from "../../src/models/gillespie/network/text.ts";
import { latticeWgsl } from "../../src/models/lattice/wgsl.ts";
import { pottsRule } from "../../src/models/potts/rule.ts";
import { type Lanes, lanesWgsl } from "../../src/models/reservoir/lanes.ts";

/** What is written for one network goes before the file that uses it; this one has all that a network can have. */
const NETWORK = `2 A + B -> C @ k*(1 + sin(t)); C -> 0 @ hill(A, 3, 2.5)*C + if(t > 3, 1, exp(-t))*cos(t)^2/(1 + t);
  0 -> A @ max(t, 2)^3; at 2: A = B + t; when A > 3 && C < 4 || t > 5: B = 7, k = 3; k = 2; A = 9; B = 9`;
const plan = { until: 9, points: 3, set: "", passage: "A > 10 || B == 0", seed: 1n };
/** Beyond what registers hold, tables take over. */
const LARGE = `${NETWORK}; ${Array.from({ length: 80 }, (_, i) => `A -> D${i} @ 1`).join("; ")}`;
const HYBRID = "V' = -V*A + sin(t); V = 3; when V > 2 && A < 3: A = 5";
const leaping = { continuous: false, tolerance: 0.03 };
/** Every law of random numbers, where numbers may be drawn. */
const DRAWS = `P = poisson(20); Q = binomial(P, 0.3); u = uniform(0, 1); P -> Q @ abs(u); half := binomial(A, 0.5); k2 = gamma(2, 1, 0.1, 9)
  at 3: A = half, B = A - half; at 4: A = poisson(k2*A), B = binomial(A + 1, u), u = normal(A, 1, -9, A) + lognormal(0, 1)
  at 5: u = exponential(1) + laplace(1) + cauchy(2, 1) + rayleigh(1, 0, 3) + chisquare(A + 1) + weibull(2, u) + bernoulli(0.5)`;
const DELAYS = "A -> B @ 1 after 3; A + B -> C @ k after gamma(2, 1); C -> C + A @ 1 after abs(u) nonconsuming";
const GENERATED = [
  generate(prepare(parseNetwork(`${NETWORK}; ${DRAWS}`), plan)),
  generate(prepare(parseNetwork(`${NETWORK}; ${DRAWS}; ${DELAYS}`), plan)),
  generate(prepare(parseNetwork(`${LARGE}; ${DRAWS}; ${DELAYS}`), plan)),
  generate(prepare(parseNetwork(`${NETWORK}; ${DRAWS}`), { ...plan, leaping })),
  generate(prepare(parseNetwork(`${NETWORK}; ${DRAWS}`), { ...plan, leaping: { ...leaping, continuous: true } })),
  generate(prepare(parseNetwork(`${NETWORK}; ${HYBRID}; ${DRAWS}; ${DELAYS}`), plan)),
  generate(prepare(parseNetwork(NETWORK), plan)),
  generate(prepare(parseNetwork(NETWORK), { ...plan, leaping })),
  generate(prepare(parseNetwork(LARGE), plan)),
  generate(prepare(parseNetwork(LARGE), { ...plan, leaping })),
  generate(prepare(parseNetwork(`${NETWORK}; ${HYBRID}`), plan)),
  generate(prepare(parseNetwork(`${LARGE}; ${HYBRID}`), plan)),
];
/** Networks side by side in vectors of any size. */
const LANES: Lanes[] = [
  { lanes: 1, blocks: 1 },
  { lanes: 2, blocks: 1 },
  { lanes: 4, blocks: 2 },
];
/** Samples of three numbers, and what else goes before a file. */
const SAMPLE = "const DIMENSIONS = 3u;\nalias Sample = array<f32, DIMENSIONS>;\n";
/** A torus whose sites are updated colour by colour, and a box with diagonals, all sites at once. */
const LATTICES = [
  {
    size: [4, 6],
    edges: ["periodic", "periodic"],
    directions: [
      [1, 0],
      [0, 1],
    ],
  } as const,
  {
    size: [3, 4, 5],
    edges: ["free", "periodic", "free"],
    directions: [
      [1, 0, 0],
      [1, -1, 0],
    ],
  } as const,
].map((geometry) =>
  latticeWgsl({
    ...{ model: "sample", geometry, replicas: 2, firstReplica: 0, seed: 1n, streams: { start: 1, update: 2 } },
    rule: { ...pottsRule(3), synchronous: geometry.size.length === 3 },
    tables: new Uint32Array(20),
  }),
);
/** Systems by name, with exponents and without, maps in both precisions. */
function systemsOf(kind: "flow" | "map", { delays = false, adaptive = false, stiff = false } = {}): string[] {
  const all = Object.values(systemTexts).map(({ system }) => parseSystem(system));
  return all
    .filter((system) => !system.units && system.kind === kind && system.delays.length > 0 === delays)
    .flatMap((system) =>
      (delays || stiff ? [0] : [0, system.variables.length]).flatMap((exponents) =>
        (kind === "map" ? [false, true] : [false]).map(
          (pairs) =>
            systemWgsl(system, {
              exponents,
              pairs,
              together: pairs ? 2 : 1,
              ring: 64,
              control: adaptive ? 8 : 0,
              stiff,
              section: undefined,
            }).source,
        ),
      ),
    );
}
/** Those whose variables have values for units: coupled to all and to neighbours, in sums that split and do not. */
const unitSystems = Object.values(systemTexts)
  .map(({ system }) => parseSystem(system))
  .concat(parseSystem("units i = 9 on ring(2); x[i]' = sum(j, (x[j] - x[i])^2) + cos(t); x[i] ~ normal(i, 1)"))
  .filter((system): system is WithUnits => system.units !== undefined)
  .map((system) => unitsWgsl(system).source);
const METHOD = `fn moved(x: State, c: Constants, t: vec2f, inverse: Flat, off: ptr<function, f32>, slot: u32, step: u32) -> State { return x; }
fn turn_all(tangents: ptr<function, array<Flat, EXPONENTS + 1u>>, x: State, c: Constants, t: vec2f) {}
fn cross(slot: u32, x: Flat, y: Flat, c: Constants, t: f32) {}
`;
const CHOOSING = `const OF_ERROR = 0.2;
const OF_LAST = 0.1;
const NOTHING = 1e-30;
struct Made { y: State, next: Flat, error: f32 }
fn try_step(x: State, k: Flat, c: Constants, t: f32, h: f32, end: f32, inverse: Flat, made: ptr<function, Made>) { *made = Made(x, k, 0.0); }
fn up_to(u: f32, k: Flat, made: ptr<function, Made>) -> Flat { return k; }
fn turned(v: Flat, x: Flat, made: ptr<function, Made>, c: Constants, t: f32, h: f32) -> Flat { return v; }
`;
const OTHERS: Record<string, string[]> = {
  "diffusion/advance.wgsl": [
    `${SAMPLE}fn denoise(x: ptr<function, Sample>, stage: Stage, at: u32, label: i32, d: ptr<function, Sample>, e: ptr<function, Sample>) { *d = *x; *e = *d; }\n`,
  ],
  "diffusion/mixture.wgsl": [
    `${SAMPLE}const COMPONENTS = 2u;\nconst ISOTROPIC = true;\nconst MATRIX = 1u;\n`,
    `${SAMPLE}const COMPONENTS = 2u;\nconst ISOTROPIC = false;\nconst MATRIX = 9u;\n`,
  ],
  "diffusion/custom.wgsl": [
    `${SAMPLE}fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample { return x; }\n`,
  ],
  "diffusion/fused.wgsl": [
    `${rowWgsl({ vectors: 4, broadcast: false }, ["weights", "conditions"])}const DIMENSIONS = 3u;\nconst WIDTH = 64u;\nconst COLUMNS = 8u;\n`,
    `${rowWgsl({ vectors: 8, broadcast: true }, ["weights", "conditions"])}const DIMENSIONS = 2u;\nconst WIDTH = 128u;\nconst COLUMNS = 8u;\n`,
  ],
  "diffusion/layers.wgsl": [4, 8].map((vectors) =>
    rowWgsl({ vectors, broadcast: vectors === 8 }, ["weights", "conditions"]),
  ),
  "diffusion-training/forward.wgsl": [2, 8].map((vectors) =>
    rowWgsl({ vectors, broadcast: vectors === 8 }, ["parameters"]),
  ),
  "diffusion-training/back.wgsl": [false, true].map((broadcast) => rowWgsl({ vectors: 8, broadcast }, ["parameters"])),
  "diffusion-training/gradient.wgsl": [false, true].map((broadcast) => rowWgsl({ vectors: 8, broadcast }, ["rows"])),
  "hopfield/sweep_subgroup.wgsl": [SUBGROUPS],
  "dynamics/map.wgsl": systemsOf("map"),
  "dynamics/runge-kutta.wgsl": systemsOf("flow"),
  "dynamics/runge-kutta-delayed.wgsl": systemsOf("flow", { delays: true }),
  "dynamics/tsitouras.wgsl": systemsOf("flow", { adaptive: true }),
  "dynamics/rosenbrock.wgsl": systemsOf("flow", { adaptive: true, stiff: true }),
  "dynamics/ensemble.wgsl": systemsOf("flow"),
  "dynamics/units.wgsl": unitSystems,
  // Without a method there are no steps.
  "dynamics/adaptive.wgsl": systemsOf("flow", { adaptive: true }).map((text) => `${text}${CHOOSING}`),
  "dynamics/steps.wgsl": systemsOf("flow").map((text) => `${text}${METHOD}`),
  "ising/rule.wgsl": LATTICES,
  "potts/rule.wgsl": LATTICES,
  "lattice/lattice.wgsl": LATTICES.map(
    (text) =>
      `${text}fn update(own: u32, near: array<u32, NEIGHBOURS>, random: vec2u, table: u32) -> u32 { return own; }\nfn tally(own: u32, near: array<u32, NEIGHBOURS>, parity: u32) { count(own, 1u); }\n`,
  ),
  "diffusion/points.wgsl": [4, 8].map((vectors) => rowWgsl({ vectors, broadcast: vectors === 8 }, ["points"])),
};
const generatedFor = async (path: string): Promise<string[]> => {
  const own = GENERATED.filter(({ shader }) => shader === path).map(({ source }) => source);
  const laned = path.startsWith("reservoir/") && (await shaderParts(path)).includes("reservoir/unit.wgsl");
  return laned ? LANES.map(lanesWgsl) : (OTHERS[path] ?? (own.length > 0 ? own : [""]));
};
const ENTRY_POINT = /^\s*@(compute|vertex|fragment)\b/m;
/** Parts of modules: they have no entry point, nor does what they require, and may use what only the module defines. */
const [modules, libraries]: string[][] = [[], []];
for (const path of shaderPaths()) (ENTRY_POINT.test(await shaderSource(path)) ? modules : libraries).push(path);

let device: GPUDevice;
beforeAll(async () => {
  const gpu = create(["backend=null"]);
  Object.assign(globalThis, { nullBackend: gpu }); // Dawn crashes once its instance is collected
  const adapter = (await gpu.requestAdapter())!;
  device = await adapter.requestDevice({ requiredFeatures: [...adapter.features] as GPUFeatureName[] });
});
afterAll(() => device.destroy());

async function complaints(code: string): Promise<string[]> {
  device.pushErrorScope("validation"); // else the error is also reported as uncaptured
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  const lines = code.split("\n");
  return messages.map(({ type, message, lineNum }) => `${type}: ${message}: ${lines[lineNum - 1]?.trim()}`);
}

/**
 * Tint as of Dawn in webgpu 0.6.2 leaves an array that is declared in a loop without a value as the last round left it, where WGSL says
 * that it is zero.
 */
describe("what is declared within a block has a value", () => {
  const WITHOUT = /^ {4,}var \w+: [^=;]+;/gm;
  test.each(shaderPaths())("%s", async (path) => {
    const { length } = await shaderParts(path);
    const own = (await shaderSource(path)).split("// --- ")[length];
    expect(own.match(WITHOUT)).toBeNull();
  });
  test("negative control", () => expect("  for (;;) {\n    var w: array<f32, 4>;".match(WITHOUT)).toHaveLength(1));
});

describe("every shader module compiles without a warning", () => {
  for (const path of modules) {
    test(path, async () => {
      for (const generated of await generatedFor(path)) {
        expect(await complaints(generated + (await shaderSource(path, undefined, generated)))).toEqual([]);
      }
    });
  }

  test("negative control: an error and a warning are found", async () => {
    expect(await complaints("fn f() { let x: u32 = 1.5; }")).toEqual([expect.stringMatching(/^error: .*1\.5/)]);
    expect(await complaints("fn f() -> u32 { return 1u; return 2u; }")).toEqual([expect.stringMatching(/^warning: /)]);
  });
});

test("every part is required by a module, and those of shaders/common have no entry point", async () => {
  const used = new Set<string>();
  for (const path of modules) {
    for (const text of await generatedFor(path)) {
      for (const part of await shaderParts(path, undefined, text)) used.add(part);
    }
  }
  expect(libraries.filter((path) => !used.has(path))).toEqual([]);
  expect(modules.filter((path) => path.startsWith("common/"))).toEqual([]);
});
