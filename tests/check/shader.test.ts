// The loader of shader files: order, single inclusion, and the messages for what cannot be loaded.

import { expect, test } from "vitest";
import { shaderParts, shaderPaths, shaderSource } from "../../src/device/shader.ts";

const texts = new Map([
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

const files = async (path: string) => texts.get(path);

test("what is required stands before its user, and once", async () => {
  expect(await shaderParts("a.wgsl", files)).toEqual(["common/c.wgsl", "common/b.wgsl", "a.wgsl"]);
  const source = await shaderSource("a.wgsl", files);
  expect(source.match(/^fn \w/gm)).toEqual(["fn c", "fn b", "fn a"]);
  expect(source).toMatch(/^\/\/ --- common\/c\.wgsl\nfn c\(\) \{\}\n\n\/\/ --- common\/b\.wgsl\n/);
});

test("a missing file is named, with the file that requires it", async () => {
  await expect(shaderSource("none.wgsl", files)).rejects.toThrow("there is no shader file shaders/none.wgsl");
  await expect(shaderSource("lost.wgsl", files)).rejects.toThrow(
    "shaders/common/nowhere.wgsl, required by shaders/lost.wgsl",
  );
});

test("a circle is named", async () => {
  await expect(shaderSource("x.wgsl", files)).rejects.toThrow("x.wgsl -> y.wgsl -> x.wgsl");
});

test("the project's own shaders load", async () => {
  for (const path of shaderPaths()) expect((await shaderParts(path)).at(-1)).toBe(path);
});
