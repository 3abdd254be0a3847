// `node scripts/outputs.js [--write] [PAGE …]`: runs the examples of the guides in docs/models, a command and what it printed, and prints the
// outputs or writes them into the pages, so that no output is copied by hand. tests/node/outputs.test.ts runs them again and compares.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./sources.js";

/** A block of one command, and the block of its output that follows directly. */
const EXAMPLE = /^```sh\nnpx gibbs ([^\n]+)\n```\n\n?```text\n([\s\S]*?)^```$/gm;

/** Models whose states, and so their digests and figures, are the same bits on every adapter. */
const DISCRETE = ["ising", "potts", "curie-weiss", "hopfield", "dense-memory", "rbm"];

/** The words of a command as a shell makes them. */
const wordsOf = (command) =>
  [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    // Of one kind of quotation marks the other is a character.
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );

/** The guides, as paths from the root. */
export const pages = () =>
  readdirSync(join(ROOT, "docs/models"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/models/${name}`);

/** The examples of a page: the words after `gibbs`, the output, and whether it is the same on every adapter. */
export function examplesOf(text) {
  return [...text.matchAll(EXAMPLE)].map(([, command, output]) => {
    const words = wordsOf(command);
    return { command, words, output, isDiscrete: DISCRETE.includes(words[1]) };
  });
}

/**
 * What a page shows of standard output: neither the device nor the speed; and no digest where it depends on the device. A first line in
 * columns goes on below, indented.
 */
export function shown(stdout, { isDiscrete }) {
  const left = isDiscrete ? "device|rate" : "device|rate|digest";
  const rest = stdout.replace(new RegExp(`^(?:${left})\\s[^\\n]*\\n(?: +[^\\n]*\\n)*`, "gm"), "");
  return `${rest.trim()}\n`;
}

/** The page with other outputs, in the order of its examples. */
export function withOutputs(text, outputs) {
  let next = 0;
  return text.replace(
    EXAMPLE,
    (_, command) => `\`\`\`sh\nnpx gibbs ${command}\n\`\`\`\n\n\`\`\`text\n${outputs[next++]}\`\`\``,
  );
}

const NUMBER = /[-+]?(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?/g;

/**
 * Where an output is not the one of the page: a sentence each.
 *
 * Discrete models: every character, because states are integers and what is computed from them in f64 is the same everywhere. Others round
 * in f32, and adapters round differently, so their words must be equal, and of their numbers
 * - a value with an error agrees within three of these errors, or where that is 0 or tiny within 10⁻⁵ of itself, a hundred roundings of f32:
 *   chaotic trajectories differ between adapters, their statistics do not;
 * - the error, an estimate from a few hundred values or a few networks, within a factor of two;
 * - a z score within four, for value and error have both moved;
 * - any other number within 2 %.
 */
export function differencesOf(page, found, { isDiscrete }) {
  if (isDiscrete) return page === found ? [] : [`the page has\n${page}\nand the run printed\n${found}`];
  const [own, other] = [page, found].map((text) => text.trim().split("\n"));
  if (own.length !== other.length) return [`${own.length} lines, and the run printed ${other.length}:\n${found}`];
  return own.flatMap((line, i) => {
    const sentence = `the page has\n${line}\nand the run printed\n${other[i]}`;
    return sameLine(line, other[i]) ? [] : [sentence];
  });
}

function sameLine(line, other) {
  const words = (text) => text.replace(NUMBER, "#").split(/\s+/).join(" ");
  if (words(line) !== words(other)) return false;
  const [a, b] = [line, other].map((text) => [...text.matchAll(NUMBER)]);
  return a.every((match, i) => {
    const [x, y] = [match[0], b[i][0]].map((text) => Number(text.replaceAll(",", "")));
    const apart = Math.abs(x - y);
    const before = line.slice(0, match.index);
    const error = /^ ± (\S+)/.exec(line.slice(match.index + match[0].length));
    if (error) return apart <= Math.max(3 * Number(error[1]) || 0, 1e-5 * Math.abs(x));
    if (before.endsWith("± ")) return x <= 2 * y && y <= 2 * x;
    if (/±.*\)\s+$/.test(before)) return apart <= 4; // z, behind the exact value and its source
    return apart <= 0.02 * Math.abs(x);
  });
}

/** Runs a command as a process, in a folder of its own. @throws where it fails */
function outputOf(example) {
  const cwd = mkdtempSync(join(tmpdir(), "gibbs-outputs-"));
  try {
    const program = join(ROOT, "bin/gibbs.js");
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...example.words, "--quiet"], {
      cwd,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`gibbs ${example.command} ended with ${status}: ${stderr}`);
    return shown(stdout, example);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const words = process.argv.slice(2);
  const named = words.filter((word) => word !== "--write");
  const chosen = pages().filter((page) => named.length === 0 || named.some((name) => page.endsWith(name)));
  if (chosen.length === 0) throw new Error(`none of the pages is ${named.join(" or ")}`);
  for (const page of chosen) {
    const text = readFileSync(join(ROOT, page), "utf8");
    const examples = examplesOf(text);
    const outputs = examples.map(outputOf);
    if (words.includes("--write")) writeFileSync(join(ROOT, page), withOutputs(text, outputs));
    else examples.forEach(({ command }, i) => void process.stdout.write(`$ npx gibbs ${command}\n${outputs[i]}\n`));
  }
}
