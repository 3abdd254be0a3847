// The loader of shader files: order, single inclusion, and the messages for what cannot be loaded.

import { expect, test } from "vitest";
import { shaderParts, shaderPaths, shaderSource } from "../../src/device/shader.ts";

const files = new Map([
  [
    "a.wgsl",
    "// A header.\n// requires: common/b.wgsl\n//\n// requires: common/c.wgsl\r\n\nfn a() {}\n// requires: missing.wgsl\n",
  ],
  ["common/b.wgsl", "// requires: common/c.wgsl\nfn b() {}\n"],
  ["common/c.wgsl", "fn c() {}\n\n\n"],
  ["lost.wgsl", "// requires: common/nowhere.wgsl\n"],
  ["x.wgsl", "// requires: y.wgsl\n"],
  ["y.wgsl", "// requires: x.wgsl\n"],
]);

test("what is required stands before its user, and once", () => {
  expect(shaderParts("a.wgsl", files)).toEqual(["common/c.wgsl", "common/b.wgsl", "a.wgsl"]);
  const source = shaderSource("a.wgsl", files);
  expect(source.match(/^fn \w/gm)).toEqual(["fn c", "fn b", "fn a"]);
  expect(source).toMatch(/^\/\/ --- common\/c\.wgsl\nfn c\(\) \{\}\n\n\/\/ --- common\/b\.wgsl\n/);
});

test("a missing file is named, with the file that requires it", () => {
  expect(() => shaderSource("none.wgsl", files)).toThrow("there is no shader file shaders/none.wgsl");
  expect(() => shaderSource("lost.wgsl", files)).toThrow("shaders/common/nowhere.wgsl, required by shaders/lost.wgsl");
});

test("a circle is named", () => {
  expect(() => shaderSource("x.wgsl", files)).toThrow("x.wgsl -> y.wgsl -> x.wgsl");
});

test("the project's own shaders load", () => {
  for (const path of shaderPaths()) expect(shaderParts(path).at(-1)).toBe(path);
});
