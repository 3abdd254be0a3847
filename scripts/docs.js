// `npm run docs`: the API reference from the docstrings (docs/api/, by TypeDoc), and docs/ as HTML in host-web/public/docs/, from where the site
// takes it (by VitePress). With --if-changed nothing is done where the sources are those of the last build. Exit 1 where a link of a
// docstring or a page leads nowhere or a formula cannot be read. (tests/check/docstrings.test.ts: every export has a docstring.)

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled } from "./setup.js";
import { filesOf, ROOT } from "./sources.js";

const API = join(ROOT, "docs", "api");
const OUT = join(ROOT, "host-web", "public", "docs");
const STAMP = join(ROOT, ".vite", "docs-sources");

ensureInstalled();
const sources = digest();
if (!process.argv.includes("--if-changed") || sources !== stamped()) build();

function build() {
  rmSync(API, { recursive: true, force: true });
  rmSync(OUT, { recursive: true, force: true });
  run("typedoc/bin/typedoc", "--options", "docs/.vitepress/typedoc.json", "--logLevel", "Warn");
  run("vitepress/bin/vitepress.js", "build", "docs");
  mkdirSync(join(ROOT, ".vite"), { recursive: true });
  writeFileSync(STAMP, sources);
}

function run(program, ...words) {
  const args = [join(ROOT, "node_modules", program), ...words];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(1);
}

/** What the pages are made of. */
function digest() {
  const hash = createHash("sha256");
  const pages = filesOf(join(ROOT, "docs")).filter((file) => !file.startsWith(API));
  const code = ["src", "host-node", "scripts/docs.js", "package-lock.json"].flatMap((name) => {
    const file = join(ROOT, name);
    return /\.\w+$/.test(name) ? [file] : filesOf(file).filter((each) => each.endsWith(".ts"));
  });
  for (const file of [...pages, ...code]) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  return hash.digest("hex");
}

function stamped() {
  try {
    readFileSync(join(OUT, "index.html"));
    return readFileSync(STAMP, "utf8");
  } catch {
    return undefined;
  }
}
