// The layers of the design, held by reading the sources: references stand apart from what they check, and everything under
// src/ works in any host.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

function filesBelow(folder: string, end: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.split(sep).join("/")}`)
    .filter((path) => path.endsWith(end))
    .sort();
}

const parse = (path: string, text = readFileSync(join(ROOT, path), "utf8")) =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** What a file loads when it runs, relative paths from the root; `import type` and `export type` load nothing. */
const importsOf = (file: ts.SourceFile): string[] => allImportsOf(file, false);

/** Likewise with types. */
function allImportsOf(file: ts.SourceFile, types = true): string[] {
  const found: string[] = [];
  for (const node of nodesOf(file)) {
    const clause = ts.isImportDeclaration(node) ? node.importClause?.phaseModifier : undefined;
    if (!types && clause === ts.SyntaxKind.TypeKeyword) continue;
    if (!types && ts.isExportDeclaration(node) && node.isTypeOnly) continue;
    const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const from = dynamic
      ? node.arguments[0]
      : ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : undefined;
    if (from) found.push(ts.isStringLiteralLike(from) ? from.text : "(computed)");
  }
  return found.map((path) => (path.startsWith(".") ? posix.join(posix.dirname(file.fileName), path) : path));
}

/**
 * Random numbers, the language in which a reaction network is written, and what a denoiser's network is: f64 and plain maths as well.
 */
const KNOWN_TO_REFERENCE =
  /^src\/(random|expression)\/|^src\/network\/(reference|shape)\.ts$|^src\/models\/(advance|gillespie\/(network|reference)\/[\w-]+|lattice\/geometry)\.ts$/;
const foreignToReference = (file: ts.SourceFile) => importsOf(file).filter((path) => !KNOWN_TO_REFERENCE.test(path));
const hostImports = (file: ts.SourceFile) => importsOf(file).filter((path) => /^(host-|node:)|^webgpu$/.test(path));

/** Uses of the page: a member of the global `document` or `window`, or a question for its type. Own variables may have these names. */
function pageUses(file: ts.SourceFile): string[] {
  const isGlobal = (node: ts.Node) => ts.isIdentifier(node) && /^(document|window)$/.test(node.text);
  const nodes = [...nodesOf(file)];
  const declares = (name: string) =>
    nodes.some(
      (n) => (ts.isVariableDeclaration(n) || ts.isBindingElement(n) || ts.isParameter(n)) && n.name.getText() === name,
    );
  return nodes
    .filter((n) => (ts.isPropertyAccessExpression(n) || ts.isTypeOfExpression(n)) && isGlobal(n.expression))
    .map((n) => n.getText())
    .filter((text) => !declares(/document|window/.exec(text)![0]));
}

describe("a reference imports nothing but random numbers and what a network says", () => {
  for (const path of filesBelow("src/models", "/reference.ts")) {
    test(path, () => expect(foreignToReference(parse(path))).toEqual([]));
  }

  test("negative control", () => {
    const text = `import { threefry } from "../../random/threefry.ts";
      import type { Device } from "../../device/device.ts";
      import { shaderSource } from "../../device/shader.ts";
      export { thresholds } from "./gpu.ts";
      import wgsl from "../../../shaders/ising/packed.wgsl?raw";
      const late = await import("../../device/open.ts");`;
    expect(foreignToReference(parse("src/models/ising/reference.ts", text))).toEqual([
      "src/device/shader.ts",
      "src/models/ising/gpu.ts",
      "shaders/ising/packed.wgsl?raw",
      "src/device/open.ts",
    ]);
  });
});

describe("what models share knows no model", () => {
  const SHARED = ["device", "expression", "files", "network", "random", "statistics", "systems"];
  const ofModels = (file: ts.SourceFile) => allImportsOf(file).filter((path) => path.startsWith("src/models/"));

  for (const path of SHARED.flatMap((folder) => filesBelow(`src/${folder}`, ".ts"))) {
    test(path, () => expect(ofModels(parse(path))).toEqual([]));
  }

  test("negative control", () => {
    const text = `import type { Level } from "../models/diffusion/level.ts"; import { x } from "../random/seed.ts";`;
    expect(ofModels(parse("src/network/x.ts", text))).toEqual(["src/models/diffusion/level.ts"]);
  });
});

describe("src/ knows no host", () => {
  for (const path of filesBelow("src", ".ts")) {
    test(path, () => {
      const file = parse(path);
      expect(hostImports(file)).toEqual([]);
      expect(pageUses(file)).toEqual([]);
    });
  }

  test("negative control", () => {
    const text = `import "node:fs"; import { x } from "../host-node/adapter.ts"; import { create } from "webgpu";
      const size = typeof window === "undefined" ? 0 : document.body.clientWidth; // window.x in a comment is no use`;
    const file = parse("src/x.ts", text);
    expect(hostImports(file)).toEqual(["node:fs", "host-node/adapter.ts", "webgpu"]);
    expect(pageUses(file)).toEqual(["typeof window", "document.body"]);
    expect(pageUses(parse("src/y.ts", "export const f = (window: number[]) => window.length;"))).toEqual([]);
  });
});

describe("hosts see a model's index and what it keeps for them", () => {
  const inner = (file: ts.SourceFile) =>
    allImportsOf(file).filter((path) => /^src\/models\/[^/]+\/(?!(index|internal)\.ts$)/.test(path));

  for (const path of ["host-node", "host-web"].flatMap((folder) => filesBelow(folder, ".ts"))) {
    test(path, () => expect(inner(parse(path))).toEqual([]));
  }

  test("and users see the index alone", () => {
    expect(allImportsOf(parse("src/index.ts")).filter((path) => path.endsWith("/internal.ts"))).toEqual([]);
  });

  test("negative control", () => {
    const text = `import { ising } from "../../src/models/ising/index.ts"; import { models } from "../../src/models/index.ts";
      import type { Task } from "../../src/models/reservoir/tasks/index.ts";
      export { packSpins } from "../../src/models/ising/packing.ts";
      const late = await import("../../src/models/gillespie/formats/omex.ts");`;
    expect(inner(parse("host-web/x/scene.ts", text))).toEqual([
      "src/models/reservoir/tasks/index.ts",
      "src/models/ising/packing.ts",
      "src/models/gillespie/formats/omex.ts",
    ]);
  });
});

describe("no test is left to run alone", () => {
  const ALONE = /\b(?:test|it|describe|suite)(?:\.\w+)*\.only\b/;

  for (const path of filesBelow("tests", ".ts")) {
    test(path, () => expect(readFileSync(join(ROOT, path), "utf8")).not.toMatch(ALONE));
  }

  test("negative control", () => {
    expect(`test.concurrent.${"only"}("x", f)`).toMatch(ALONE);
    expect("only(x)").not.toMatch(ALONE);
  });
});
