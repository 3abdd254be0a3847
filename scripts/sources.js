// Whether dist/ is a build of the sources as they are now. By content: times say nothing after a checkout or a copy.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const DIST = join(ROOT, "dist");

/** Files that hold the digest of the sources from which the modules and the type declarations were built. */
export const MODULES_STAMP = ".sources";
export const TYPES_STAMP = join("types", ".sources");

const CONFIGURATION = ["package.json", "tsconfig.json", "tsconfig.build.json", "vite.config.ts", "scripts/build.js"];

export function isBuilt({ types = false } = {}) {
  const sources = digestOfSources();
  const stamps = types ? [MODULES_STAMP, TYPES_STAMP] : [MODULES_STAMP];
  return stamps.every((stamp) => read(join(DIST, stamp)) === sources);
}

export function digestOfSources() {
  const hash = createHash("sha256");
  const hostWeb = filesOf(join(ROOT, "host-web")).filter((file) => file.endsWith(".ts")); // the rest of the site is no library
  const code = ["src", "shaders", "host-node", "bench"].flatMap((folder) => filesOf(join(ROOT, folder)));
  for (const file of [...code, ...hostWeb, ...CONFIGURATION.map((name) => join(ROOT, name))]) {
    hash.update(`${file.slice(ROOT.length)}\0`).update(`${read(file)}\0`);
  }
  return hash.digest("hex");
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
