// The manual page: all that the declarations have, and nothing that roff takes for an instruction.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { ENVIRONMENT, EXIT_STATUS } from "../../host-node/cli/man.ts";
import { models } from "../../src/models/index.ts";
import { kebab } from "../../src/models/text.ts";
import { inside } from "./inside.ts";

const page = async () => (await inside(["man"], { cwd: tmpdir() })).stdout;
const docs = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");
const unescaped = (text: string) =>
  text
    .replace(/\\\[u([0-9A-F]+)\]/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll("\\-", "-");

describe("gibbs man", () => {
  it("has every model with every parameter", async () => {
    const text = unescaped(await page());
    for (const model of models) {
      const [, section] = text.split(`\n.SS ${model.name}\n`);
      const own = section?.split(/\n\.S[SH] /)[0] ?? "";
      for (const name of Object.keys(model.parameters.shape)) {
        expect(own.includes(`\\fB--${kebab(name)}\\fR`), `${model.name} --${kebab(name)}`).toBe(true);
      }
    }
  });

  it("has the exit statuses and the variables of the docs", async () => {
    const text = unescaped(await page());
    const rows = [...docs.matchAll(/^\| (\d+|`[A-Z_]+(?:=all)?`) \|/gm)].map(([, cell]) => cell.replace(/`|=all/g, ""));
    expect(rows).toEqual([...EXIT_STATUS, ...ENVIRONMENT].map(([name]) => name));
    for (const name of rows) expect(text).toContain(`\n\\fB${name}\\fR\n`);
  });

  it("is ASCII with macros that man knows, and takes no words", async () => {
    const text = await page();
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    const macros = new Set(text.split("\n").flatMap((line) => /^[.'].*?(?= |$)/.exec(line) ?? []));
    expect([...macros].sort()).toEqual([".PP", ".RE", ".RS", ".SH", ".SS", ".TH", ".TP", ".br", ".fi", ".nf"].sort());
    const { status, stderr } = await inside(["man", "ising"], { cwd: tmpdir() });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("man takes nothing") });
  });

  it.skipIf(spawnSync("groff", ["--version"]).status !== 0)(
    "groff has no complaint, and prints what was written",
    async () => {
      const format = (input: string) =>
        spawnSync("groff", ["-man", "-ww", "-Tutf8", "-rLL=400n", "-P-cbou"], { input, encoding: "utf8" });
      const { status, stdout, stderr } = format(await page());
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("gibbs run MODEL [--PARAMETER VALUE]…");
      expect(stdout).toContain("gibbs scan ising --temperature 1.5:3.5:41 --size 64,64 --out scan.csv");
      expect(format(".nonsense\n").stderr).not.toBe("");
    },
  );
});
