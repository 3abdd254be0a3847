// The package as its users get it: the tarball of `npm pack`, installed into the projects of examples/, and the programs of examples/. No
// network takes part: what gibbs and the projects depend on is linked from this checkout.

import { cpSync, createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip, gzipSync } from "node:zlib";
import { publint } from "publint";
import tar from "tar-fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import { ising, models, readNpy } from "../../src/index.ts";
import { skipSlow } from "../devices.ts";
import { node, ROOT, start } from "./start.ts";

const NPM = process.platform === "win32" ? "npm.cmd" : "npm";
const program = (name: string, file: string) => join(ROOT, "node_modules", name, file);
const TSC = program("typescript", "bin/tsc");
const VITE = program("vite", "bin/vite.js");
const ATTW = program("@arethetypeswrong/cli", "dist/index.js");

/** What a page of one model loads at first, and all that may be loaded later, gzipped. */
const EAGER_BYTES = 85_000;
const ALL_BYTES = 250_000;

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gibbs-package-"));
  ensureBuilt({ types: true });
  const packed = await start(NPM, ["pack", "--ignore-scripts", "--json", "--pack-destination", folder]).ended;
  expect(packed.status, packed.stderr).toBe(0);
  tarball = join(folder, (await readdir(folder)).find((name) => name.endsWith(".tgz"))!);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const extract = async (file: string, to: string) =>
  pipeline(createReadStream(file), createGunzip(), tar.extract(to, { strip: 1 }));

/** A copy of a project of examples/, with the tarball and what else is needed among its packages. */
async function install(project: string, as = project): Promise<string> {
  const at = join(folder, as);
  const modules = join(at, "node_modules");
  cpSync(join(ROOT, "examples", project), at, { recursive: true });
  await extract(tarball, join(modules, "gibbs"));
  const own = JSON.parse(await readFile(join(modules, "gibbs", "package.json"), "utf8"));
  const { devDependencies } = JSON.parse(await readFile(join(at, "package.json"), "utf8"));
  // npm installs the optional ones as well where they exist: SwiftShader comes with one.
  for (const name of Object.keys({ ...own.dependencies, ...own.optionalDependencies, ...devDependencies })) {
    if (!existsSync(join(ROOT, "node_modules", name))) continue;
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, "node_modules", name), join(modules, name), "junction");
  }
  return at;
}

const tsc = (at: string, ...words: string[]) => node([TSC, "-p", at, ...words], { cwd: at }).ended;

describe("the tarball", () => {
  it("has what exports, types and bin name, says publint", async () => {
    const { messages } = await publint({ pack: { tarball: bufferOf(await readFile(tarball)) }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has types that every way to resolve modules finds, says attw", async () => {
    const { status, stdout } = await attw(tarball);
    expect(status, stdout).toBe(0);
  });

  it("negative control: a missing file is found by both", async () => {
    const at = join(folder, "broken");
    await extract(tarball, join(at, "package"));
    await rm(join(at, "package", "dist", "types", "host-web", "index.d.ts"));
    const broken = join(folder, "broken.tar.gz");
    await pipeline(tar.pack(at), createGzip({ level: 1 }), createWriteStream(broken));
    const { messages } = await publint({ pack: { tarball: bufferOf(await readFile(broken)) } });
    expect(messages.map(({ code }) => code)).toContain("FILE_DOES_NOT_EXIST");
    expect((await attw(broken)).status).toBe(1);
  });

  const attw = (file: string) =>
    node([ATTW, file, "--profile", "esm-only", "--no-definitely-typed"], { cwd: folder }).ended;
  const bufferOf = (bytes: Buffer) =>
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
});

describe("a Node project, nodenext", () => {
  let at: string;
  beforeAll(async () => {
    at = await install("node-project");
  });

  it("has types, also where declarations of packages are checked", async () => {
    const { status, stdout } = await tsc(at, "--skipLibCheck", "false");
    expect(status, stdout).toBe(0);
  });

  it("negative control: a wrong type is an error, also where they are not", async () => {
    const wrong =
      'import { onsager } from "gibbs/node";\nexport const e: string = onsager({ temperature: 2 }).energy;\n';
    await writeFile(join(at, "src", "wrong.ts"), wrong);
    const { status, stdout } = await tsc(at, "--noEmit", "--skipLibCheck", "true");
    await rm(join(at, "src", "wrong.ts"));
    expect(status).not.toBe(0);
    expect(stdout).toContain("Type 'number' is not assignable to type 'string'");
  });

  it("runs, with energies that are exact within their errors", async () => {
    const { status, stdout, stderr } = await node([join(at, "dist", "main.js")], { cwd: at }).ended;
    expect(status, stderr).toBe(0);
    const rows = [...stdout.matchAll(/e = (\S+) ± (\S+), infinite lattice (-[\d.]+)/g)].map((row) =>
      row.slice(1).map(Number),
    );
    expect(rows).toHaveLength(4);
    for (const [energy, error, exact] of rows) expect(Math.abs(energy - exact)).toBeLessThan(5 * error);
    expect(stdout).toMatch(/3000 sweeps, digest sha256:[0-9a-f]{64}\n$/);
  });
});

describe("a Vite page, bundler", () => {
  /** Of another model each, its summary, and strings of files that only it has. */
  const others = [
    ...Object.values(models).flatMap(({ name, summary }) => (name === "ising" ? [] : [summary])),
    ...["sbml", "mackey-glass", "double-scroll", "dpmpp-2m-sde", "safetensors", "bars"],
  ];

  it("has types, also where declarations of packages are checked", async () => {
    const at = await install("vite-project");
    const { status, stdout } = await tsc(at, "--skipLibCheck", "false");
    expect(status, stdout).toBe(0);
  });

  it("with one model contains no code of another one, and is small", async () => {
    const { eager, all } = await build(join(folder, "vite-project"));
    expect(eager).toContain(ising.summary);
    expect(others.filter((text) => eager.includes(text))).toEqual([]);
    expect(gzipSync(eager).length).toBeLessThan(EAGER_BYTES);
    expect(all.reduce((sum, text) => sum + gzipSync(text).length, 0)).toBeLessThan(ALL_BYTES);
  });

  it("negative control: a page of all models contains them, and is larger", async () => {
    const at = await install("vite-project", "all-models");
    const worker = join(at, "src", "worker.ts");
    const text = (await readFile(worker, "utf8")).replace("import { IsingView, ising,", "import { IsingView, models,");
    await writeFile(worker, text.replace("ising.create(", "(models as any)[0].create("));
    const { eager } = await build(at);
    expect(others.filter((text) => !eager.includes(text))).toEqual([]);
    expect(gzipSync(eager).length).toBeGreaterThan(EAGER_BYTES);
  });

  /** What the page and its worker load before they run, and every script. */
  async function build(at: string): Promise<{ eager: string; all: string[] }> {
    const { status, stderr } = await node([VITE, "build"], { cwd: at }).ended;
    expect(status, stderr).toBe(0);
    const assets = join(at, "dist", "assets");
    const names = (await readdir(assets)).filter((name) => name.endsWith(".js"));
    const texts = new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(assets, name), "utf8")] as const)),
    );
    const first = names.filter((name) => /^(index|worker)-/.test(name));
    expect(first.map((name) => name.split("-")[0]).sort()).toEqual(["index", "worker"]);
    const seen = new Set(first);
    for (const name of seen) {
      // Minified: import{a}from"./b.js" and import"./b.js", but not import("./b.js").
      for (const [, file] of texts.get(name)!.matchAll(/(?:from|import)"(\.[^"]+)"/g)) seen.add(basename(file));
    }
    return { eager: [...seen].map((name) => texts.get(name)!).join("\n"), all: [...texts.values()] };
  }
});

/** The numbers of a row of a printed table, by the words with which it begins. */
function row(stdout: string, ...words: (string | number)[]): number[] {
  const lines = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  const found = lines.find(
    (cells) => cells.length > words.length && words.every((word, i) => cells[i] === String(word)),
  );
  if (!found) throw new Error(`no row ${words.join(" ")} in:\n${stdout}`);
  return found.slice(words.length).map(Number);
}

const number = (stdout: string, pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);

/** One figure of each program, against what is known of it. */
const EXAMPLES: Record<string, { check(stdout: string, at: string): void | Promise<void>; files?: string[] }> = {
  "binder-crossing": {
    check: (stdout) => expect(Math.abs(number(stdout, /cross at T = (\S+);/) / 2.269185 - 1)).toBeLessThan(0.01),
  },
  "schloegl-switching": {
    check: (stdout) => {
      for (const from of [17, 113]) {
        const [, mean, error, exact] = row(stdout, from, 50);
        expect(Math.abs(mean - exact)).toBeLessThan(5 * error);
        expect(error).toBeLessThan(exact / 10);
      }
    },
  },
  "echo-state-series": {
    check: (stdout) => {
      const [, error, persistence] = row(stdout, "0.6000");
      const [, memoryless] = row(stdout, 0);
      expect(error).toBeLessThan(0.1 * persistence);
      expect(error).toBeLessThan(0.6 * memoryless);
    },
    files: ["lorenz.csv", "forecast.csv"],
  },
  "diffusion-samplers": {
    check: (stdout) => {
      const [exact] = row(stdout, "exact", "-");
      expect(Math.abs(row(stdout, "dpmpp-2m", 40)[0] - exact)).toBeLessThan(0.1);
      expect(row(stdout, "dpmpp-2m", 5)[0] - exact).toBeGreaterThan(1);
    },
    files: ["diffusion-samplers.png"],
  },
  "own-denoiser": {
    check: (stdout) => {
      for (const [s, t] of [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ]) {
        const [sampled, error, exact] = row(stdout, s, t);
        expect(Math.abs(sampled - exact)).toBeLessThan(5 * error);
      }
    },
    files: ["own-denoiser.png"],
  },
  "replay-trajectory": {
    check: (stdout) => {
      expect(Math.abs(number(stdout, /(\S+) of the outbreaks stay small/) - 0.5)).toBeLessThan(0.08);
      expect(number(stdout, /the replay differs: (\d+)/)).toBe(0);
    },
    files: ["replay-trajectory.csv"],
  },
  "lyapunov-sweep": {
    check: (stdout) => {
      const [exponent, error] = row(stdout, 4);
      expect(Math.abs(exponent - Math.log(2))).toBeLessThan(5 * error + 1e-4);
      expect(row(stdout, "3.200")[0]).toBeCloseTo(Math.log(0.16) / 2, 3);
    },
    files: ["lyapunov-sweep.png"],
  },
  "hopfield-capacity": {
    check: (stdout) => {
      const [overlap, error, theory] = row(stdout, "0.1000");
      expect(Math.abs(overlap - theory)).toBeLessThan(5 * error);
      expect(row(stdout, "0.2000")[0]).toBeLessThan(0.6);
    },
  },
  "shared-buffer": {
    check: (stdout) => {
      const [, onGpu, onHost] = /: (\S+) on the GPU, (\S+) from the spins/.exec(stdout)!;
      expect(onGpu).toBe(onHost);
      expect(Math.abs(number(stdout, /sweeps: (\S+);/) - 0.625)).toBeLessThan(0.1);
    },
    files: ["shared-buffer.png"],
  },
  "results-to-pandas": {
    check: async (stdout, at) => {
      const [energy, error, exact] = row(stdout, "2");
      expect(Math.abs(energy - exact)).toBeLessThan(5 * error);
      const { data, shape } = readNpy(await readFile(join(at, "spins.npy")));
      expect(shape).toEqual([7, 32, 32]);
      const last = (await readFile(join(at, "series.csv"), "utf8")).trimEnd().split("\n").at(-1)!.split(",");
      const sum = data.subarray(6 * 1024).reduce((a, b) => a + b, 0);
      expect(Number(last[3])).toBe(sum / 1024);
    },
    files: ["summary.csv", "series.csv", "spins.npy"],
  },
};

describe("examples", () => {
  it("are all tested, and listed in their README", async () => {
    const names = (await readdir(join(ROOT, "examples"))).filter((name) => name.endsWith(".js") && name !== "plot.js");
    expect(names.map((name) => basename(name, ".js")).sort()).toEqual(Object.keys(EXAMPLES).sort());
    const readme = await readFile(join(ROOT, "examples", "README.md"), "utf8");
    expect(names.filter((name) => !readme.includes(`(${name})`))).toEqual([]);
  });

  it.for(Object.entries(EXAMPLES))("%s", async ([name, { check, files = [] }], { skip }) => {
    skipSlow(skip);
    const at = await mkdtemp(join(folder, `${name}-`));
    const { status, stdout, stderr } = await node([join(ROOT, "examples", `${name}.js`)], { cwd: at }).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    await check(stdout, at);
    expect((await readdir(at)).sort()).toEqual([...files].sort());
  });
});
