// `node scripts/lighthouse.js [DIST] [--pages ising/,gallery/] [--write]`: Lighthouse's scores of a built site (dist-web, if no other is named),
// as a phone and as a desk, in headless Chrome. npx fetches Lighthouse. --write puts the table into docs/site.md.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createServer, preview } from "vite";
import { ROOT } from "./sources.js";

/** The last that runs in Node 20. */
const LIGHTHOUSE = "lighthouse@12";
const PAGE = join(ROOT, "docs/site.md");
const PLACE = /(<!-- scripts\/lighthouse\.js -->\n)([\s\S]*?)(<!-- end of scores -->)/;
/** One of each kind: text with a live lattice, cards, models of bits and of f32, the docs. */
const PAGES = ["", "gallery/", "ising/", "gillespie/", "diffusion/", "docs/"];
const CATEGORIES = ["performance", "accessibility", "best-practices"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false }, pages: { type: "string" } },
});
const dist = resolve(positionals[0] ?? join(ROOT, "dist-web"));
const server = await preview({
  configFile: false,
  root: dirname(dist),
  logLevel: "warn",
  build: { outDir: dist },
  preview: { port: 0, host: "127.0.0.1" },
});
const folder = mkdtempSync(join(tmpdir(), "gibbs-lighthouse-"));
const { executablePath, args = [] } = await browserOptions();

try {
  const rows = [];
  for (const path of values.pages?.split(",") ?? PAGES) {
    const [phone, desk] = [await scoresOf(path, []), await scoresOf(path, ["--preset=desktop"])];
    const worst = CATEGORIES.slice(1).map((name) => Math.min(phone[name], desk[name]));
    rows.push(`| /${path} | ${[phone.performance, desk.performance, ...worst].join(" | ")} |`);
    process.stderr.write(`${rows[rows.length - 1]}\n`);
  }
  const table = [
    "| page | performance, phone | performance, desk | accessibility | best practices |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
  ].join("\n");
  if (values.write) {
    const text = readFileSync(PAGE, "utf8");
    writeFileSync(
      PAGE,
      text.replace(PLACE, (_, head, __, end) => `${head}${table}${end}`),
    );
  } else console.log(table);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
}

/** Scores of 0 to 100 by category; what costs points is told. */
async function scoresOf(path, how) {
  const file = join(folder, "report.json");
  const url = `http://127.0.0.1:${server.httpServer.address().port}/${path}`;
  const flags = ["--headless=new", ...args].join(" ");
  const words = [
    ...["--yes", LIGHTHOUSE, url, "--quiet", "--output=json", `--output-path=${file}`, `--chrome-flags=${flags}`],
    ...[`--only-categories=${CATEGORIES.join(",")}`, ...how],
  ];
  const status = await new Promise((done) =>
    spawn("npx", words, { env: { ...process.env, CHROME_PATH: executablePath }, stdio: ["ignore", 2, 2] }).on(
      "exit",
      done,
    ),
  );
  if (status !== 0) throw new Error(`Lighthouse ended with ${status} at ${url}`);
  const { categories, audits } = JSON.parse(readFileSync(file, "utf8"));
  for (const name of CATEGORIES) {
    for (const { id, weight } of categories[name].auditRefs) {
      const { score, title, displayValue = "" } = audits[id];
      if (weight > 0 && score !== null && score < 0.9) process.stderr.write(`  ${name}: ${title} ${displayValue}\n`);
    }
  }
  return Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(100 * categories[name].score)]));
}

/** As the tests start it. */
async function browserOptions() {
  const modules = await createServer({
    configFile: false,
    appType: "custom",
    logLevel: "error",
    server: { middlewareMode: true, ws: false },
    oxc: { target: "es2022" }, // Node 20 has no `using`
  });
  const { chrome } = await modules.ssrLoadModule("/tests/chrome.ts");
  const options = await chrome();
  await modules.close();
  return options;
}
