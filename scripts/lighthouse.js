// `node scripts/lighthouse.js [PAGE…] [--dist DIST] [--form mobile|desktop] [--json FOLDER]`: Lighthouse's scores of pages of the built site
// (dist-web, which is built where it is missing), served compressed as hosts do, in the Chrome of the tests. --json keeps the whole reports.
// Lighthouse itself comes by npx: it is no dependency.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright";
import { build } from "vite";
import { browserOptions } from "./modules.js";
import { ROOT } from "./sources.js";

const LIGHTHOUSE = "lighthouse@12";
const PAGES = ["", "gallery/", "ising/", "gillespie/", "dynamics/", "docs/"];
const FORMS = ["mobile", "desktop"];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const TIMES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"];
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".jpg": "image/jpeg",
  ".png": "image/png",
  ".webm": "video/webm",
  ".woff2": "font/woff2",
};
/** What is compressed already. */
const PACKED = /\.(jpg|png|webm|woff2)$/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dist: { type: "string" }, form: { type: "string" }, json: { type: "string" } },
});
const dist = resolve(values.dist ?? join(ROOT, "dist-web"));
if (!existsSync(join(dist, "index.html"))) {
  await build({ configFile: join(ROOT, "host-web/vite.config.ts"), logLevel: "warn", build: { outDir: dist } });
}
const reports = values.json === undefined ? mkdtempSync(join(tmpdir(), "gibbs-lighthouse-")) : resolve(values.json);
mkdirSync(reports, { recursive: true });

const server = createServer(respond);
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const port = await freePort();
const options = await browserOptions();
const browser = await chromium.launch({ ...options, args: [...options.args, `--remote-debugging-port=${port}`] });
try {
  const head = ["page", "as", "performance", "accessibility", "best practices", "SEO", "FCP, s", "LCP, s", "TBT, ms"];
  console.log(
    `| ${head.join(" | ")} |\n| --- | --- | ${head
      .slice(2)
      .map(() => "---:")
      .join(" | ")} |`,
  );
  for (const path of positionals.length > 0 ? positionals : PAGES) {
    for (const form of values.form === undefined ? FORMS : [values.form]) {
      console.log(`| ${[`/${path}`, form, ...(await figuresOf(path, form))].join(" | ")} |`);
    }
  }
} finally {
  await browser.close();
  server.close();
}

/** Scores out of 100, two times in seconds and one in milliseconds; below a page what lowers its scores, on standard error. */
async function figuresOf(path, form) {
  const file = join(reports, `${path.replaceAll("/", "-") || "home-"}${form}.json`);
  await lighthouse([
    `http://127.0.0.1:${server.address().port}/${path}`,
    ...[`--port=${port}`, "--quiet", "--output=json", `--output-path=${file}`],
    ...[`--only-categories=${CATEGORIES.join(",")}`, ...(form === "desktop" ? ["--preset=desktop"] : [])],
  ]);
  const { categories, audits, runtimeError } = JSON.parse(readFileSync(file, "utf8"));
  if (runtimeError) throw new Error(`/${path}: ${runtimeError.message}`);
  for (const { auditRefs } of CATEGORIES.slice(1).map((name) => categories[name])) {
    for (const { id, weight } of auditRefs) {
      const { score, title } = audits[id];
      if (weight > 0 && score !== null && score < 1) process.stderr.write(`/${path} ${form}: ${id}: ${title}\n`);
    }
  }
  const [first, largest, blocked] = TIMES.map((name) => audits[name].numericValue);
  return [
    ...CATEGORIES.map((name) => Math.round(100 * categories[name].score)),
    ...[(first / 1000).toFixed(1), (largest / 1000).toFixed(1), Math.round(blocked)],
  ];
}

/** It works beside the server, which is of this process. */
function lighthouse(words) {
  return new Promise((done, failed) => {
    const child = spawn("npx", ["--yes", LIGHTHOUSE, ...words], { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", failed);
    child.on("close", (code) => (code === 0 ? done() : failed(new Error(`${LIGHTHOUSE} ended with ${code}`))));
  });
}

/** A file of the site. */
function respond({ url }, response) {
  const { pathname } = new URL(url, "http://localhost");
  const inner = normalize(decodeURIComponent(pathname)).replace(/\/$/, "/index.html");
  const file = join(dist, inner);
  if (!file.startsWith(dist) || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  const content = readFileSync(file);
  const headers = {
    "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
    "Cache-Control": inner.includes("assets") ? "max-age=31536000, immutable" : "no-cache",
  };
  if (PACKED.test(file)) response.writeHead(200, headers).end(content);
  else response.writeHead(200, { ...headers, "Content-Encoding": "gzip" }).end(gzipSync(content));
}

function freePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address();
      probe.close(() => found(free));
    });
  });
}
