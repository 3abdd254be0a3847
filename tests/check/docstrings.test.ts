// Everything that a program can import has a docstring, from which the API reference is made.

import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

const FILES = ["host-node/index.ts", "host-web/index.ts", "tests/check/undocumented.ts"];
const config = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
const program = ts.createProgram(
  ["globals.d.ts", ...FILES].map((file) => join(ROOT, file)),
  options,
);
const checker = program.getTypeChecker();

const hasDoc = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;

/** Whether users see a member of a class: a method that is neither private nor well known (Symbol.dispose). */
function isPublicMethod({ flags, name, declarations }: ts.Symbol): boolean {
  const declaration = declarations?.[0];
  if (!(flags & ts.SymbolFlags.Method) || !declaration || name.startsWith("__")) return false;
  const { name: written } = declaration as ts.MethodDeclaration;
  return (
    !ts.isPrivateIdentifier(written) &&
    !(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.NonPublicAccessibilityModifier)
  );
}

/** Names without a docstring among what a module exports, and `Class.method` of its classes. */
function undocumented(file: string): string[] {
  const source = checker.getSymbolAtLocation(program.getSourceFile(join(ROOT, file))!)!;
  return checker.getExportsOfModule(source).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const methods =
      symbol.flags & ts.SymbolFlags.Class ? [...(symbol.members?.values() ?? [])].filter(isPublicMethod) : [];
    return [
      ...(hasDoc(symbol) ? [] : [exported.name]),
      ...methods.filter((each) => !hasDoc(each)).map(({ name }) => `${exported.name}.${name}`),
    ];
  });
}

describe("docstrings", () => {
  it.each(FILES.slice(0, 2))("of all that %s exports", (file) => expect(undocumented(file)).toEqual([]));

  it("negative control", () => expect(undocumented(FILES[2])).toEqual(["Bare", "Told.bare", "bare"]));
});
