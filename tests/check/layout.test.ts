// What the host knows of the WGSL: bindings and structs, as scripts/wgsl.js takes them from the shader files.

import { describe, expect, it } from "vitest";
import { encoded, layoutOf as layoutOfFile } from "../../scripts/wgsl.js";
import { decoded, type Layout, layoutOf, structFor, structOf, Words } from "../../src/device/layout.ts";
import { shaderPaths } from "../../src/device/shader.ts";

/** The layout of a file with this text, and of others that it may require. */
const layout = (text: string, others: Record<string, string> = {}): Layout =>
  layoutOfFile("own.wgsl", (path) => (path === "own.wgsl" ? text : others[path]));
const struct = (text: string, name = "run") => structFor(name, layout(text)[name]);

const EVERY = `
struct Every {
  whole: u32,
  signed: i32,
  real: f32,
  pair: vec2u,
  /// At a multiple of 16 bytes, of which it fills 12: the next scalar stands in the gap.
  triple: vec3f,
  in_gap: i32,
  triple_signed: vec3<i32>,
  quadruple: vec4<f32>,
  pass_: u32,
  list: array<vec4u, 2>,
  triples: array<vec3i, 2>,
  last: vec2f,
}
@group(0) @binding(0) var<uniform> run: Every;`;
const VALUES = {
  ...{ whole: 2 ** 32 - 1, signed: -(2 ** 31), real: -0.1, pair: [1, 2], triple: [1.5, 2.5, 3.5], inGap: -7 },
  ...{ tripleSigned: [-1, -2, -3], quadruple: Float32Array.of(0.5, -0.5, 1e30, 0), pass: true },
  ...{ list: [1, 2, 3, 4, 5, 6, 7, 8], triples: [-1, -2, -3, -4, -5, -6], last: [8.5, 9.5] },
};

describe("a struct", () => {
  it("has each field where WGSL has it, vec3 at multiples of 16 bytes", () => {
    const every = struct(EVERY);
    const { buffer } = every.write(VALUES);
    // By section 14.4 of the specification of WGSL.
    expect(every.size).toBe(176);
    const [u32, i32, f32] = [new Uint32Array(buffer), new Int32Array(buffer), new Float32Array(buffer)];
    const at = (words: ArrayLike<number>, byte: number, count = 1) =>
      Array.from({ length: count }, (_, i) => words[byte / 4 + i]);
    expect([at(u32, 0), at(i32, 4), at(f32, 8)]).toEqual([[2 ** 32 - 1], [-(2 ** 31)], [Math.fround(-0.1)]]);
    expect([at(u32, 16, 2), at(f32, 32, 3), at(i32, 44)]).toEqual([[1, 2], [1.5, 2.5, 3.5], [-7]]);
    expect([at(i32, 48, 3), at(f32, 64, 4)]).toEqual([
      [-1, -2, -3],
      [0.5, -0.5, Math.fround(1e30), 0],
    ]);
    expect([at(u32, 80), at(u32, 96, 8)]).toEqual([[1], [1, 2, 3, 4, 5, 6, 7, 8]]);
    expect([at(i32, 128, 4), at(i32, 144, 3), at(f32, 160, 2)]).toEqual([
      [-1, -2, -3, 0],
      [-4, -5, -6],
      [8.5, 9.5],
    ]);
  });

  it("follows the order of the fields in WGSL", () => {
    const [one, other] = ["first: u32, scale: f32, at: vec2u,", "at: vec2u, scale: f32, first: u32,"].map((fields) =>
      struct(`struct Run { ${fields} }\n@group(0) @binding(3) var<uniform> run: Run;`),
    );
    const values = { first: 5, scale: 0.5, at: [6, 7] };
    const [half] = new Uint32Array(Float32Array.of(0.5).buffer);
    expect([...one.write(values)]).toEqual([5, half, 6, 7]);
    expect([...other.write(values)]).toEqual([6, 7, half, 5]);
  });

  it.each<[string, object, string | RegExp]>([
    ["a field that is missing", { last: undefined }, "run: last is missing"],
    ["a field that is unknown", { lost: 1 }, /run: it has no lost, but whole, signed, .*, last$/],
    ["a number below those of u32", { whole: -1 }, "whole: -1 is no u32"],
    ["a number above those of u32", { whole: 2 ** 32 }, "whole: 4294967296 is no u32"],
    ["a fraction of u32", { whole: 0.5 }, "whole: 0.5 is no u32"],
    ["a number above those of i32", { signed: 2 ** 31 }, "signed: 2147483648 is no i32"],
    ["a fraction of i32", { inGap: -1.5 }, "inGap: -1.5 is no i32"],
    ["no number", { whole: Number.NaN }, "whole: NaN is no u32"],
    ["no number of f32", { real: Number.NaN }, "real: NaN is no f32"],
    ["a number beyond those of f32", { real: 1e39 }, "real: 1e+39 is no f32"],
    ["a vector's number", { triple: [1, 1e39, 1] }, "triple: 1e+39 is no f32"],
    ["a number where a vector is", { pair: 1 }, "pair has 2 numbers"],
    ["a vector that is too short", { triple: [1, 2] }, "triple has 3 numbers, not 2"],
    ["an array that is too long", { list: Array(9).fill(0) }, "list has 8 numbers, not 9"],
  ])("refuses %s", (_, change, message) => {
    expect(() => struct(EVERY).write({ ...VALUES, ...change })).toThrow(message);
  });

  it("says whether it changed what was there", () => {
    const every = struct(EVERY);
    const held = new Words(every.size);
    expect(every.put(VALUES, held, 0)).toBe(true);
    expect(every.put(VALUES, held, 0)).toBe(false);
    expect(every.put({ ...VALUES, last: [8.5, 9.75] }, held, 0)).toBe(true);
    const before = held.u32.slice();
    expect(() => every.put({ ...VALUES, last: [1, 1e39] }, held, 0)).toThrow(/no f32/);
    expect(held.u32).toEqual(before);
  });

  it("stands row by row in a table", () => {
    const rows = struct(
      "struct Row { a: u32, b: f32 }\n@group(0) @binding(1) var<storage, read> rows: array<Row>;",
      "rows",
    );
    const table = rows.table([
      { a: 1, b: 0 },
      { a: 2, b: 0 },
    ]);
    expect([...table]).toEqual([1, 0, 2, 0]);
  });

  it("is none of what is not plain, or not there", () => {
    const text = "@group(0) @binding(0) var<storage, read_write> sums: array<u32>;";
    expect(() => struct(text, "sums")).toThrow("sums is no struct");
    expect(() => structOf("rbm/machine.wgsl", "nothing")).toThrow("nothing in shaders/rbm/machine.wgsl is no struct");
  });
});

describe("a layout", () => {
  it("has the variables that a file declares itself, with types from what it requires", () => {
    const others = {
      "types.wgsl": "struct Step { slot: u32 }\n@group(0) @binding(0) var<uniform> run: Step;",
      "between.wgsl": "// requires: types.wgsl\n",
    };
    const text = `// requires: between.wgsl
// fn nothing() { in a comment
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> given_rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> sums: array<atomic<u32>>;
var<workgroup> parts: array<u32, 64>;
fn choose(a: u32, b: u32) -> bool { if (a < b) { return vec2<bool>(a < b, b > a).x; } return false; }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { sums[0] = given_rows[id.x]; }`;
    expect(layout(text, others)).toEqual({
      step: { binding: 1, kind: "step", size: 4, fields: [["slot", "u32", 0, 1]] },
      givenRows: { binding: 2, kind: "read-only-storage" },
      sums: { binding: 3, kind: "storage" },
    });
  });

  it("comes back from its text as it was", () => {
    const every = layout(`${EVERY}\n@group(0) @binding(7) var<storage, read_write> sums: array<u32>;`);
    expect(encoded(every)).toMatch(
      /^run u0 176 whole:u signed:i .* list:u4@96\*2\/16 triples:i3@128\*2\/16 .*,sums w7$/,
    );
    expect(decoded(encoded(every))).toEqual(every);
  });

  it("refuses a second group", () => {
    expect(() => layout("@group(1) @binding(0) var<storage, read> x: array<u32>;")).toThrow("x is in group 1");
  });

  it.each(shaderPaths())("%s: no two variables of a module share a binding", async (path) => {
    const bindings = Object.values(await layoutOf(path)).map(({ binding }) => binding);
    expect(new Set(bindings).size).toBe(bindings.length);
  });
});
