// `node scripts/speeds.js [--write]`: the tables of speeds in docs/benchmarks.md and README.md from the kept result that they name, so that no
// figure is copied by hand. With --write they are put there, else printed; a check holds that both are the same.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { withModules } from "./modules.js";
import { ROOT } from "./sources.js";

/** Where tables stand: all rows, and a few. */
const PAGES = { "docs/benchmarks.md": speedsOf, "README.md": shortSpeedsOf };
/** The place in a page; the first line names the result. */
const PLACE = /(<!-- scripts\/speeds\.js: (\S+) -->\n)([\s\S]*?)(<!-- end of speeds -->)/;

const SEARCH = "search over settings on Lorenz, 2,000 steps to learn, 4 forecasts of 400 each, from end to end";
const MAP = "capacity map of 20 loads × 16 temperatures, 20 sweeps";

/** What the table shows: words, model, kernel, size; and the peer's kernel where it has a name of its own. */
const ROWS = [
  ["Ising, Metropolis, 4096²", "ising", "packed", [4096, 4096], "one byte a spin"],
  ["the same, heat bath", "ising", "packed-heat-bath", [4096, 4096]],
  ["the same, a plain kernel: one u32 a spin", "ising", "plain", [4096, 4096]],
  ["Curie–Weiss, heat bath, N = 16,384, 64 replicas", "curie-weiss", "heat bath, 64 replicas", [16_384]],
  ["Hopfield recall, N = 16,384, P = 1,638", "hopfield", "P = N/10, recall", [16_384, 1638]],
  ["Hopfield on a lattice, heat bath, N = 16,384", "hopfield", "lattice, checkerboard, heat bath", [16_384]],
  ["capacity map of 320 points, N = 500, 20 sweeps", "hopfield", MAP, [500]],
  ["dense memory, n = 3, N = 512, P = 1,000", "dense-memory", "polynomial, P = 1000", [512, 1000]],
  ["RBM, 784 × 512, 100 chains: of all weights", "rbm", "PCD-1, 100 chains", [784, 512]],
  ["reservoirs, 1,024 × 500 units, 10 links", "reservoir", "500 units, 10 links", [500, 1024]],
  ["search over settings of reservoirs of 100 units on Lorenz", "reservoir", SEARCH, [100, 64]],
  ["NGRC, Lorenz, 2,048 forecasts", "ngrc", "Lorenz, k = 2, quadratic", [3, 2048]],
  ["diffusion, eight modes by their score, DDIM", "diffusion", "gmm8, exact, DDIM", [2, 65_536]],
  ["diffusion, network 2-128-128-2", "diffusion", "network 2-128-128-2, DDIM", [2, 16_384]],
  ["diffusion, network 64-512-512-512-64", "diffusion", "network 64-512-512-512-64, classes in turn, DDIM", [64, 2048]],
  ["training of 2-128-128-2, 256 samples", "diffusion-training", "2-W-W-2", [2, 128, 256]],
  ["training of 64-512-512-512-64, 256 samples", "diffusion-training", "64-W-W-W-64, 10 classes", [64, 512, 256]],
  ["Gillespie, A ⇌ B", "gillespie", "direct, A ⇌ B", [2]],
  ["Gillespie, gene, 6 reactions", "gillespie", "direct, gene", [6]],
  ["Gillespie, chain of 500 reactions", "gillespie", "direct, chain of reversible steps, in tables", [500]],
];

/** The rows of README, by the words of the table. */
const FEW = [
  "Ising, Metropolis, 4096²",
  "Gillespie, gene, 6 reactions",
  "Gillespie, chain of 500 reactions",
  "reservoirs, 1,024 × 500 units, 10 links",
  "diffusion, network 2-128-128-2",
];

const tableOf = (head, lines) =>
  [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Cells of every row: kernel, rate, spread, share, C, JavaScript. @throws where the result lacks a row */
function cellsOf({ rows }, shareOfLimit) {
  const of = (model, kernel, size) =>
    rows.find((row) => row.model === model && row.kernel === kernel && String(row.size) === String(size));
  /** The fastest of a peer's programs for this kernel: JavaScript may have fewer of them side by side. */
  const peer = (language, model, kernel, size) => {
    const found = rows.filter(
      (row) =>
        row.by === "peer" &&
        row.model === model &&
        row.kernel.startsWith(`${kernel},`) &&
        row.kernel.includes(`, ${language}`) &&
        (language === "JavaScript" ? row.size[0] === size[0] : String(row.size) === String(size)),
    );
    return found.length === 0 ? "–" : figure(Math.max(...found.map(({ rate }) => rate)));
  };
  return ROWS.map(([words, model, kernel, size, own = kernel]) => {
    const row = of(model, kernel, size);
    if (!row) throw new Error(`speeds: the result has no row of ${model}, ${kernel}, ${size}`);
    const [unit] = row.unit.split("/");
    const spread = `${Math.round(100 * row.spread)} %`;
    const others = ["C", "JavaScript"].map((language) => peer(language, model, own, size));
    return [words, `${figure(row.rate)} ${unit}`, spread, shareOfLimit(row), ...others];
  });
}

/** The table, under the words on the machine; `shareOfLimit` is that of bench/harness/words.ts. @throws where the result lacks a row */
function speedsOf(result, shareOfLimit) {
  const { machine, device, system, commit, date } = result;
  const lines = cellsOf(result, shareOfLimit);
  const head = ["kernel", "per second", "spread", "share of the nearest limit", "C, two threads", "JavaScript"];
  const table = tableOf(head, lines);
  const limits = `u32 ${figure(machine.integer)}, f32 ${figure(machine.float)} operations, ${figure(machine.copy)} bytes of copies and ${figure(machine.workgroup)} of workgroup memory a second`;
  const where = `${device.description}${device.software ? ", SOFTWARE" : ""}, on ${system.processor}; commit ${commit}, ${date.slice(0, 10)}`;
  return `${where}. At most ${limits}:\n\n${table}\n`;
}

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 2.9 × 10⁹ */
function figure(value) {
  if (value < 1e4) return Number(value.toPrecision(3)).toLocaleString("en-US");
  const [digits, power] = value.toExponential(1).split("e+");
  return `${digits} × 10${[...power].map((digit) => SUPERSCRIPT[digit]).join("")}`;
}

/** A few rows without the machine's limits, which docs/benchmarks.md has. */
function shortSpeedsOf(result, shareOfLimit) {
  const lines = cellsOf(result, shareOfLimit).filter(([words]) => FEW.includes(words));
  const head = ["kernel", "gibbs, per second", "C, two threads"];
  return `${tableOf(
    head,
    lines.map(([words, rate, , , peer]) => [words, rate, peer]),
  )}\n`;
}

/** Each page as it is, and as it should be. @throws where it has no place for a table */
export function pagesOf(shareOfLimit) {
  return Object.entries(PAGES).map(([page, made]) => {
    const text = readFileSync(join(ROOT, page), "utf8");
    const [, , file] = PLACE.exec(text) ?? [];
    if (!file) throw new Error(`speeds: ${page} has no place for the table`);
    const table = made(JSON.parse(readFileSync(join(ROOT, file), "utf8")), shareOfLimit);
    return { page, text, table, whole: text.replace(PLACE, (_, first, __, ___, last) => `${first}${table}${last}`) };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { shareOfLimit } = await withModules((load) => load("/bench/harness/words.ts"));
  for (const { page, table, whole } of pagesOf(shareOfLimit)) {
    if (process.argv.includes("--write")) writeFileSync(join(ROOT, page), whole);
    else process.stdout.write(`${page}\n${table}\n`);
  }
}
