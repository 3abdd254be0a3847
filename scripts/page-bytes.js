// `node scripts/page-bytes.js [DIST] [--pages ising/,gallery/] [--runs N] [--write | --json]`: for every page of a built site (dist-web, if no
// other is named) the bytes that a first visit loads, as gzip sends them, and the time until its first picture, in headless Chrome. --write
// puts the table into docs/site.md.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright";
import { preview } from "vite";
import { isData } from "./data-chunk.js";
import { browserOptions } from "./modules.js";
import { ROOT } from "./sources.js";

/** Where the table stands. */
const PAGE = join(ROOT, "docs/site.md");
const PLACE = /(<!-- scripts\/page-bytes\.js -->\n)([\s\S]*?)(<!-- end of bytes -->)/;

/** Milliseconds without a request, after which a page has all that it loads by itself. */
const QUIET = 1500;
/** The picture is there on a model's page; any other is drawn when it is loaded. */
const FIRST = () => {
  const { documentElement: page, body } = document;
  return body.dataset.model === undefined ? document.readyState === "complete" : page.dataset.drawn !== undefined;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    pages: { type: "string" },
    runs: { type: "string", default: "3" },
  },
});
const dist = resolve(positionals[0] ?? join(ROOT, "dist-web"));
const server = await preview({
  configFile: false,
  root: dirname(dist),
  logLevel: "warn",
  build: { outDir: dist },
  preview: { port: 0, host: "127.0.0.1" },
});
const site = `http://127.0.0.1:${server.httpServer.address().port}/`;
const browser = await chromium.launch(await browserOptions());

try {
  const rows = [];
  const paths = values.pages === undefined ? pagesOf(dist) : values.pages.split(",");
  for (const path of paths) {
    const visits = [];
    for (let i = 0; i < Number(values.runs); i++) visits.push(await visit(path));
    const [first] = visits;
    rows.push({ ...first, milliseconds: median(visits.map(({ milliseconds }) => milliseconds)) });
    process.stderr.write(`${path || "/"}\n`);
  }
  const table = tableOf(rows);
  if (values.json) console.log(JSON.stringify(rows));
  else if (values.write) {
    const text = readFileSync(PAGE, "utf8");
    writeFileSync(
      PAGE,
      text.replace(PLACE, (_, head, __, end) => `${head}${table}\n${end}`),
    );
  } else console.log(table);
} finally {
  await browser.close();
  await server.close();
}

/** The pages of the site, and the first one of the docs. */
function pagesOf(folder) {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const has = ({ name }) => readdirSync(join(folder, name)).includes("index.html");
  return ["", ...folders.filter(has).map(({ name }) => `${name}/`)];
}

/** A first visit: nothing is kept of an earlier one, and nothing is fetched for later ones. */
async function visit(path) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  const loads = [];
  let last = Date.now();
  context.on("requestfinished", (request) => {
    last = Date.now();
    loads.push(loadOf(request).catch(() => undefined)); // the page has been closed, or has left a picture
  });
  await page.addInitScript(`
    const isDrawn = ${FIRST};
    const look = () => {
      if (window.firstPicture === undefined && isDrawn()) window.firstPicture = performance.timeOrigin + performance.now();
    };
    addEventListener("DOMContentLoaded", () => new MutationObserver(look).observe(document.documentElement, { attributes: true }));
    addEventListener("load", look);
  `);
  const start = Date.now();
  await page.goto(`${site}${path}`);
  const drawn = await page.waitForFunction(() => window.firstPicture, undefined, { timeout: 300_000, polling: 50 });
  const at = await drawn.jsonValue();
  while (Date.now() - last < QUIET) await page.waitForTimeout(100);
  // What no document has loaded is a worker's, and so is what that began with.
  const documents = (await Promise.all(page.frames().map(loadedBy))).flat();
  const begun = page.workers().map((worker) => worker.url());
  const all = (await Promise.all(loads)).filter((load) => load !== undefined);
  await context.close();
  const own = new Set(documents);
  for (const url of begun.flatMap((each) => [...withImports(each, all)])) own.delete(url);
  const kinds = all.map((load) => ({ ...load, kind: kindOf(load, own), bytes: sent(load) }));
  const sum = (which) => kinds.filter(which).reduce((total, { bytes }) => total + bytes, 0);
  const before = kinds.filter(({ begun }) => begun < at);
  const parts = Object.fromEntries(
    ["HTML", "CSS", "JS", "worker", "data"].map((kind) => [
      kind,
      before.filter((load) => load.kind === kind).reduce((total, { bytes }) => total + bytes, 0),
    ]),
  );
  return {
    ...{ path, parts, first: sum(({ begun }) => begun < at), all: sum(() => true) },
    milliseconds: at - start,
  };
}

async function loadOf(request) {
  const response = await request.response();
  return {
    url: request.url(),
    type: request.resourceType(),
    begun: request.timing().startTime,
    body: await response.body(),
  };
}

/** A module and what it imports before it runs, which the browser counts as the document's. */
function withImports(url, loads, found = new Set()) {
  if (found.has(url)) return found;
  found.add(url);
  const text = loads.find((load) => load.url === url)?.body.toString("utf8") ?? "";
  for (const [, name] of text.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g))
    withImports(new URL(name, url).href, loads, found);
  return found;
}

/** The addresses of what a document has loaded. */
function loadedBy(frame) {
  return frame.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
}

/** Bytes as a server sends them that compresses text. */
function sent({ type, body }) {
  return type === "image" ? body.length : gzipSync(body).length;
}

function kindOf({ url, type, body }, own) {
  if (type === "document") return "HTML";
  if (type === "stylesheet") return "CSS";
  if (type === "image" || isData(body.toString("latin1"))) return "data";
  return own.has(url) ? "JS" : "worker";
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function tableOf(rows) {
  const kB = (bytes) => (bytes / 1000).toFixed(1);
  const lines = rows.map(({ path, parts, first, all, milliseconds }) => {
    const { data, ...others } = parts;
    const code = Object.values(others);
    return [`/${path}`, ...[...code, first - data, data, all].map(kB), (milliseconds / 1000).toFixed(1)];
  });
  const head = ["page", "HTML", "CSS", "JS", "worker", "sum", "data, pictures", "in all", "first picture, s"];
  return [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
