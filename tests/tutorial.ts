// The model of docs/adding-a-model.md, added to a copy of the sources by the steps of that page.

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** Files of the page, by the path in the line before each block; blocks without one are part of the text. */
function filesOf(page: string): Map<string, string> {
  const blocks = page.matchAll(/^`([\w./-]+)`\n\n```\w+\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, path, text]) => [path, text]));
}

/** Copies what is named, adds the model, and returns the paths of its files. */
export function copyWithModel(copy: string, names: readonly string[]): string[] {
  for (const name of names) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "dir");
  const page = readFileSync(join(ROOT, "docs/adding-a-model.md"), "utf8");
  const files = filesOf(page);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  // Step 3.
  const list = join(copy, "src/models/index.ts");
  const [line] = /^import \{ fredricksonAndersen \}.*$/m.exec(page)!;
  const models = readFileSync(list, "utf8").replace("  ising,\n", "  ising,\n  fredricksonAndersen,\n");
  writeFileSync(list, `${line}\n${models}`);
  return [...files.keys()];
}
