// Every shader file takes part in a module that Tint (Dawn's WGSL compiler) accepts without a warning. Dawn's null backend
// compiles without a GPU and without a driver, so a broken shader is found on any machine.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create } from "webgpu";
import { shaderParts, shaderPaths, shaderSource } from "../../src/device/shader.ts";
import { parseExpression } from "../../src/models/gillespie/expression.ts";
import { parseNetwork } from "../../src/models/gillespie/text.ts";
import { generate } from "../../src/models/gillespie/wgsl.ts";

const texts = import.meta.glob<string>("../../shaders/**/*.wgsl", { query: "?raw", import: "default", eager: true });
/** What is written for one network goes before the file that uses it; this one has all that a network can have. */
const NETWORK = `2 A + B -> C @ k*(1 + sin(t)); C -> 0 @ hill(A, 3, 2.5)*C + if(t > 3, 1, exp(-t))*cos(t)^2/(1 + t);
  0 -> A @ max(t, 2)^3; at 2: A = B + t; when A > 3 && C < 4: B = 7; k = 2; A = 9; B = 9`;
const passage = parseExpression("A > 10 || B == 0");
/** Beyond what registers hold, tables take over. */
const LARGE = `${NETWORK}; ${Array.from({ length: 80 }, (_, i) => `A -> D${i} @ 1`).join("; ")}`;
const leaping = { continuous: false, tolerance: 0.03 };
const GENERATED: Record<string, string> = Object.fromEntries(
  [
    generate(parseNetwork(NETWORK), passage),
    generate(parseNetwork(NETWORK), passage, leaping),
    generate(parseNetwork(LARGE), passage),
    generate(parseNetwork(LARGE), passage, leaping),
  ].map(({ shader, source }) => [shader, source]),
);
const isLibrary = (path: string) => path.startsWith("common/");
const modules = shaderPaths().filter((path) => !isLibrary(path));
const libraries = shaderPaths().filter(isLibrary);

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

describe("every shader module compiles without a warning", () => {
  for (const path of modules) {
    test(path, async () => {
      expect(await complaints((GENERATED[path] ?? "") + shaderSource(path))).toEqual([]);
    });
  }

  test("negative control: an error and a warning are found", async () => {
    expect(await complaints("fn f() { let x: u32 = 1.5; }")).toEqual([expect.stringMatching(/^error: .*1\.5/)]);
    expect(await complaints("fn f() -> u32 { return 1u; return 2u; }")).toEqual([expect.stringMatching(/^warning: /)]);
  });
});

test("every file of shaders/common is a library part: required by a module, without entry points", () => {
  const used = new Set(modules.flatMap((path) => shaderParts(path)));
  expect(libraries.filter((path) => !used.has(path))).toEqual([]);
  const entryPoint = /^\s*@(compute|vertex|fragment)\b/m;
  expect(libraries.filter((path) => entryPoint.test(texts[`../../shaders/${path}`]!))).toEqual([]);
});
