// Whether dist/ is a build of the sources as they are now, and which commit they are. By content: times say nothing after a checkout or a copy.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const DIST = join(ROOT, "dist");

/** Files that hold the digest of the sources from which the modules and the type declarations were built. */
export const MODULES_STAMP = ".sources";
export const TYPES_STAMP = join("types", ".sources");

const FOLDERS = ["src", "shaders", "host-node", "bench"];
const CONFIGURATION = [
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "vite.config.ts",
  "scripts/build.js",
  "scripts/wgsl.js",
];

export function isBuilt({ types = false } = {}) {
  const sources = digestOfSources();
  const stamps = types ? [MODULES_STAMP, TYPES_STAMP] : [MODULES_STAMP];
  return stamps.every((stamp) => read(join(DIST, stamp)) === sources);
}

export function digestOfSources() {
  const hash = createHash("sha256").update(`${head()}\0`); // a build tells its commit
  const hostWeb = filesOf(join(ROOT, "host-web")).filter((file) => file.endsWith(".ts")); // the rest of the site is no library
  const code = FOLDERS.flatMap((folder) => filesOf(join(ROOT, folder)));
  for (const file of [...code, ...hostWeb, ...CONFIGURATION.map((name) => join(ROOT, name))]) {
    hash.update(`${file.slice(ROOT.length)}\0`).update(`${read(file)}\0`);
  }
  return hash.digest("hex");
}

/**
 * The commit of git, with a "+" and a digest where the sources are not the committed ones, so that parts of two such builds do not mix; "" outside
 * a checkout of gibbs or without git.
 */
export function commit() {
  const changed = () =>
    git("--no-optional-locks", "status", "--porcelain", "--", ...FOLDERS, "host-web", ...CONFIGURATION);
  return head() && `${head()}${changed() ? `+${digestOfSources().slice(0, 8)}` : ""}`;
}

const head = () => git("rev-parse", "--short=12", "HEAD");

/** What git says; "" where it cannot. A package among others' node_modules must not take their repository for its own. */
function git(...words) {
  if (!existsSync(join(ROOT, ".git"))) return "";
  const { status, stdout } = spawnSync("git", words, { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? stdout.trim() : "";
}

/** All files below a folder, sorted; none if it does not exist. */
export function filesOf(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // not built yet, or removed by another process between listing and reading
  }
}
