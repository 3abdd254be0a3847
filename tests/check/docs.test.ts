// README and docs: their links lead somewhere, and the command line accepts their commands up to the point where it would open a device.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import * as commandLine from "../../host-node/cli/errors.ts";
import { DeviceUnavailableError } from "../../src/device/errors.ts";
import * as gibbs from "../../src/index.ts";
import { inside } from "../node/inside.ts";

const REACHED = "the device would be opened here";
vi.mock("../../host-node/open.ts", () => ({
  openDevice: () => Promise.reject(new DeviceUnavailableError(REACHED)),
}));
vi.mock("../../host-node/adapter.ts", () => ({
  requestAdapter: () => Promise.reject(new DeviceUnavailableError(REACHED)),
}));

const ROOT = join(import.meta.dirname, "../..");
// The API reference is made from the sources (`npm run docs`), and git ignores it.
const docs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".md") && !/^(api|\.vitepress)\//.test(name));
const pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...docs.map((name) => `docs/${name}`)];
const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");

/** The anchor of a heading, as GitHub makes it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

/** Links that lead nowhere, from the text of a page. */
function brokenIn(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path, hash] = link.split("#");
      const target = path ? normalize(join(dirname(page), path)) : page;
      if (!existsSync(join(ROOT, target))) return true;
      if (!hash) return false;
      const headings = [...textOf(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading));
      return !headings.includes(hash);
    });
}

describe("links", () => {
  it.each(pages)("of %s lead somewhere", (page) => expect(brokenIn(page, textOf(page))).toEqual([]));

  it("negative control", () => {
    const text = "[a](docs/none.md) [b](docs/networks.md#none) ![c](docs/ising.png) [d](https://example.org)";
    expect(brokenIn("README.md", text)).toEqual(["docs/none.md", "docs/networks.md#none"]);
  });

  it("lead from docs/README.md to every page of the docs", () => {
    const linked = [...textOf("docs/README.md").matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
    expect(docs.filter((name) => name !== "README.md" && !linked.includes(name))).toEqual([]);
  });
});

describe("code", () => {
  /** Lines of prose with half of a code span. */
  const halvesIn = (text: string) =>
    text
      .replace(/^```[\s\S]*?^```$/gm, "")
      .split("\n")
      .filter((line) => (line.match(/`/g)?.length ?? 0) % 2 === 1);
  it.each(pages)("of %s is not broken between lines", (page) => expect(halvesIn(textOf(page))).toEqual([]));
  it("negative control", () => expect(halvesIn("a `b c` d\n`e\nf`\n```sh\na `\n```\n")).toEqual(["`e", "f`"]));
});

describe("errors", () => {
  const classesOf = (module: object) =>
    Object.entries(module)
      .filter(([, value]) => typeof value === "function" && value.prototype instanceof Error)
      .map(([name]) => name);
  /** Classes that no heading of a page explains. */
  const unexplained = (names: readonly string[], text: string) =>
    names.filter((name) => !text.split("\n").includes(`### ${name}`));
  const page = textOf("docs/troubleshooting.md");

  it("that users can catch or meet are explained", () => {
    expect(unexplained([...classesOf(gibbs), ...classesOf(commandLine)], page)).toEqual([]);
  });
  it("that are explained are there", () => {
    const explained = [...page.matchAll(/^### (\w+Error)$/gm)].map(([, name]) => name);
    expect(explained.filter((name) => !(name in gibbs) && !(name in commandLine))).toEqual([]);
  });
  it("negative control", () => {
    expect(classesOf(gibbs)).toContain("ParameterError");
    expect(classesOf(commandLine)).toContain("UsageError");
    expect(unexplained(["ParameterError", "MissingError"], page)).toEqual(["MissingError"]);
  });
});

describe("digests", () => {
  const page = textOf("docs/reproducibility.md");
  /** Of the run that the page cites; integers, so the reference has the one of every device. */
  const digestOf = async (temperature: number) => {
    const own = { size: [96, 64] as [number, number], temperature, replicas: 2, seed: 42n };
    using lattice = await gibbs.ising.create(new gibbs.ReferenceDevice("node"), own);
    await lattice.run(50);
    return await lattice.digest(); // before `using` disposes of it
  };

  it("that are cited are those of the run", async () => {
    expect(page).toContain("ising --size 96,64 --temperature 2.4 --replicas 2 --seed 42 --steps 50 --warmup 0");
    expect(page).toContain(await digestOf(2.4));
  });
  it("negative control", async () => expect(page).not.toContain(await digestOf(2.5)));
});

/** The words of a command line as a shell makes them; a comment, a redirection or a pipe ends it. */
function wordsOf(line: string): string[] {
  const [command] = line.split(/\s#(?:\s|$)|\s\|\s|\s>\s(?=[\w.-]+$)/);
  return [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ""));
}

// The model of the tutorial is added to a copy of the sources by tests/node/tutorial.test.ts.
const runnable = pages.filter((page) => page !== "docs/adding-a-model.md");
const commands = runnable.flatMap((page) =>
  [...textOf(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    block
      .split("\n")
      .filter((line) => line.startsWith("npx gibbs "))
      .map((line) => [page, wordsOf(line).slice(2)] as const),
  ),
);

describe("commands", () => {
  const cwd = mkdtempSync(join(tmpdir(), "gibbs-docs-"));
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));
  /** What a command comes to: the device, or a file or a host of the reader's that is not here. */
  async function accepted(words: readonly string[]) {
    const quiet = ["models", "info", "man", "completion"].includes(words[0]) ? [] : ["--quiet"];
    const { status, stderr } = await inside([...words, ...quiet], { cwd });
    return status === 0 || stderr.includes(REACHED) || /cannot be read|no such file|no such host/.test(stderr)
      ? ""
      : stderr;
  }

  it("are found", () => expect(commands.length).toBeGreaterThan(40));

  it.each(commands.map(([page, words]) => [page, words.join(" "), words] as const))(
    "%s: gibbs %s",
    async (_page, _line, words) => expect(await accepted(words)).toBe(""),
  );

  it("negative control", async () => {
    expect(await accepted(["run", "ising", "--sise", "8"])).toContain("--sise");
    expect(await accepted(["run", "ising", "--temperature=-1"])).toContain("temperature -1");
    expect(wordsOf("npx gibbs info --json > info.json")).toEqual(["npx", "gibbs", "info", "--json"]);
    expect(wordsOf("npx gibbs man | man -l -")).toEqual(["npx", "gibbs", "man"]);
    expect(wordsOf('npx gibbs run x --set "a = 1, b" --out f-#.png  # a comment')).toEqual([
      "npx",
      "gibbs",
      "run",
      "x",
      "--set",
      "a = 1, b",
      "--out",
      "f-#.png",
    ]);
  });
});
