// Brings a checkout up to date without being asked: `npm ci` when node_modules is not what package-lock.json says, a build when
// dist/ is not made from the sources. Plain JavaScript without dependencies, for it runs before the install. All it prints goes
// to stderr, so that the standard output of `gibbs … --json` stays one document.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isBuilt, ROOT } from "./sources.js";

const OLDEST_NODE = 20;

/** Runs `npm ci` if the installed packages are not those of the lock file. Ends the process with a message if it cannot. */
export function ensureInstalled() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    fail(`gibbs needs Node ${OLDEST_NODE} or newer; this is ${process.version}. See https://nodejs.org/en/download`);
  }
  if (isInstalled()) return;
  process.stderr.write("gibbs: installing packages (npm ci) ...\n");
  const { status, error } = npm("ci");
  if (error) fail(`npm cannot be started (${error.message}); it comes with Node: https://nodejs.org/en/download`);
  if (status !== 0) {
    fail(
      "npm ci failed (see above). Without a network it works only if the packages are in npm's cache;\n" +
        "behind a proxy set HTTPS_PROXY, for another registry `npm config set registry URL`. Then run this again.",
    );
  }
}

/** Builds dist/ if it is not made from the present sources; `types`: the type declarations too; `force`: in any case. */
export function ensureBuilt({ force = false, types = false } = {}) {
  if (!force && isBuilt({ types })) return;
  // A process of its own: the bundler starts threads and sets NODE_ENV, which a simulation should not inherit.
  const args = [join(ROOT, "scripts", "build.js"), force ? "--force" : "", types ? "" : "--modules"].filter(Boolean);
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail("the build failed (see above)");
}

/**
 * Compares what package-lock.json wants with what npm noted down in node_modules/.package-lock.json: contents, not times,
 * which a fresh checkout or a copied folder changes. A missing optional package is another platform's.
 */
function isInstalled() {
  const wanted = packagesOf("package-lock.json");
  const installed = packagesOf(join("node_modules", ".package-lock.json"));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    if (path === "") return true;
    const found = installed[path];
    return found ? found.version === version : Boolean(optional || devOptional || peer);
  });
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(ROOT, lockFile), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Runs npm without a question: it gets no standard input. */
function npm(...args) {
  const options = { cwd: ROOT, stdio: ["ignore", 2, 2] };
  const running = process.env.npm_execpath; // under npm and npx: the npm that the user started
  if (running && basename(running) === "npm-cli.js") return spawnSync(process.execPath, [running, ...args], options);
  return spawnSync("npm", args, { ...options, shell: process.platform === "win32" }); // npm.cmd needs a shell
}

/** Prints a message and ends the process with exit status 1. */
export function fail(message) {
  process.stderr.write(`gibbs: ${message}\n`);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) ensureInstalled();
