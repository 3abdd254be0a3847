// Builds dist/: vite makes the modules, for Node and for bundlers, and tsc the type declarations. `node scripts/build.js [--force]
// [--modules]` (those for Node alone); does nothing if dist/ is up to date. The build is made in a folder of its own, and its files are then renamed into dist/ one by one, what is
// imported before what imports it. So several processes can build at once, and one that starts meanwhile finds whole files.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ensureInstalled, fail } from "./setup.js";
import { DIST, digestOfSources, filesOf, isBuilt, MODULES_STAMP, ROOT, TYPES_STAMP } from "./sources.js";

const force = process.argv.includes("--force");
const types = !process.argv.includes("--modules");
const preparing = process.env.npm_lifecycle_event === "prepare"; // npm itself runs this, at the end of an install

if (!preparing) ensureInstalled();
if (force || !isBuilt({ types })) await build();

async function build() {
  const vite = await import("vite").catch(() => undefined);
  if (!vite) {
    // `npm ci --omit=dev` has to succeed; whoever needs dist/ afterwards gets it from ensureBuilt.
    if (!preparing) fail("vite is not installed; run `npm ci` without --omit=dev");
    process.stderr.write("gibbs: not built, because the development packages are left out\n");
    return;
  }
  const sources = digestOfSources(); // taken first: a change during the build makes the result stale, as it should
  const parent = join(ROOT, ".vite"); // ignored by git and npm, and on the same file system as dist/
  mkdirSync(parent, { recursive: true });
  const target = mkdtempSync(join(parent, "build-"));
  try {
    await vite.build({ root: ROOT, logLevel: "warn", build: { outDir: target, emptyOutDir: false } });
    if (types) {
      const outDir = join(target, "web");
      await vite.build({ root: ROOT, mode: "web", logLevel: "warn", build: { outDir, emptyOutDir: false } });
    }
    writeManual(target);
    writeFileSync(join(target, MODULES_STAMP), sources);
    if (types) declareTypes(target, sources);
    publish(target);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** The manual page, which the command line itself prints. */
function writeManual(target) {
  const { status, stdout } = spawnSync(process.execPath, [join(target, "cli.js"), "man"], {
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 24,
  });
  if (status !== 0) throw new Error(`gibbs man ended with ${status}`);
  writeFileSync(join(target, "gibbs.1"), stdout);
}

/** Makes the .d.ts files. They come out despite type errors, so an install succeeds; an ordered build fails. */
function declareTypes(target, sources) {
  const outDir = join(target, "types");
  const args = [
    join(ROOT, "node_modules", "typescript", "bin", "tsc"),
    "-p",
    "tsconfig.build.json",
    "--outDir",
    outDir,
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status === 0) writeFileSync(join(target, TYPES_STAMP), sources);
  else if (preparing) process.stderr.write("gibbs: the type declarations have errors (see above)\n");
  else process.exitCode = 1;
}

/** Moves a build into dist/. A complete build also removes what older ones left there. */
function publish(target) {
  const files = filesOf(target).map((file) => relative(target, file));
  for (const file of files.sort((a, b) => rank(a) - rank(b))) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    renameSync(join(target, file), join(DIST, file));
  }
  if (!types) return;
  const built = new Set(files);
  for (const file of filesOf(DIST)) if (!built.has(relative(DIST, file))) rmSync(file, { force: true });
}

function rank(file) {
  if (file === MODULES_STAMP) return 2;
  return dirname(file) === "." ? 1 : 0; // entries stand at the top and import the chunks below
}
