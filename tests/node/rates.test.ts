// Rate equations on the command line: written by one command, run by another; and how files and tables are shown there.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { networks } from "../../src/index.ts";
import { inside } from "./inside.ts";

const root = mkdtempSync(join(tmpdir(), "gibbs-rates-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const gibbs = (...words: string[]) => inside([...words, "--device", "reference"], { cwd: root });

async function good(...words: string[]): Promise<string> {
  const { status, stdout, lines } = await gibbs(...words);
  expect({ status, lines }).toEqual({ status: 0, lines: [] });
  return stdout;
}

describe("the rate equations of a network", () => {
  it("are written without a run, and run as they stand", async () => {
    await inside(["run", "gillespie", "--example", "schloegl", "--explain", "--out", "schloegl.rates.txt"], {
      cwd: root,
    });
    const { until } = networks.schloegl;
    const words = ["--system", "schloegl.rates.txt", "--until", `${until}`, "--trajectories", "1"];
    const { result } = JSON.parse(await good("run", "dynamics", ...words, "--json"));
    expect(result.variables).toEqual(["X"]);
    expect(result.mean.at(-1)[0]).toBeGreaterThan(566); // the upper state, from 250
    const text = await good("run", "dynamics", ...words);
    expect(text).toMatch(/dynamics {2}system schloegl\.rates\.txt \(\d+ lines\), /);
  });

  it("are written after a run", async () => {
    const words = ["--network", "A <-> B @ 1, 2; A = 30", "--until", "1", "--trajectories", "20"];
    expect(await good("run", "gillespie", ...words, "--out", "ab.rates.txt")).toContain("ab.rates.txt");
    expect(readFileSync(join(root, "ab.rates.txt"), "utf8")).toContain("--until 1\n");
  });

  it("are those of SBML files, or refused by what has none", async () => {
    const file = (name: string) => join(import.meta.dirname, "../data/sbml", name);
    const words = ["run", "gillespie", "--explain", "--sbml"];
    const converted = ["--out", "a.rates.txt"];
    const made = await inside([...words, file("immigration_death_l3v1.xml"), ...converted], { cwd: root });
    expect([made.status, made.lines]).toEqual([0, []]);
    expect(readFileSync(join(root, "a.rates.txt"), "utf8")).toContain("All rates are linear");
    await good("run", "dynamics", "--system", "a.rates.txt", "--until", "5", "--trajectories", "1");
    const event = await inside([...words, file("reset_l2v4.xml"), "--out", "b.rates.txt"], { cwd: root });
    expect(event.status).toBe(2);
    expect(event.lines.join(" ")).toContain("sets values at once");
  });

  it.each([
    ["X -> 0 @ 1; X = 9; at 2: X = 5", 'the event "at 2: X = 5"'],
    ["A -> B @ 1 after 5; A = 9", 'the reaction "A -> B"'],
  ])("are refused before the run where there are none: %s", async (network, why) => {
    const { status, lines } = await gibbs("run", "gillespie", "--network", network, "--out", "none.rates.txt");
    expect(status).toBe(2);
    expect(lines.join(" ")).toContain(why);
    expect(() => readFileSync(join(root, "none.rates.txt"))).toThrow();
  });
});

const SBML = `<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="decay">
<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
<listOfSpecies><species id="X" compartment="c" initialAmount="40" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/></listOfSpecies>
<listOfReactions><reaction id="r" reversible="false" fast="false">
<listOfReactants><speciesReference species="X" stoichiometry="1" constant="true"/></listOfReactants>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>X</ci></math></kineticLaw></reaction></listOfReactions></model></sbml>`;

describe("what a command shows", () => {
  it("of a file its name and what it holds, and no XML", async () => {
    writeFileSync(join(root, "decay.xml"), SBML);
    const words = ["--until", "1", "--trajectories", "20"];
    const text = await good("run", "gillespie", "--sbml", "decay.xml", ...words, "--checkpoint", "c.gibbs");
    expect(text).toContain("sbml decay.xml (SBML, 1 species, 1 reaction),");
    expect(text).not.toContain("<");
    // A checkpoint has the contents, and no name.
    expect(await good("run", "--resume", "c.gibbs")).toContain("sbml (SBML, 1 species, 1 reaction),");
    const short = await good("run", "gillespie", "--network", "X -> 0 @ 1; X = 40", ...words);
    expect(short).toContain("network X -> 0 @ 1; X = 40,");
    writeFileSync(
      join(root, "decay.txt"),
      `# half of it is a comment, which says nothing of the network that follows it\nX -> 0 @ 1\nX = 40\n`,
    );
    expect(await good("run", "gillespie", "--network", "decay.txt", ...words)).toContain(
      "network decay.txt (text, 1 species, 1 reaction),",
    );
    const replayed = await good("run", "gillespie", "--sbml", "decay.xml", "--until", "1", "--replay", "0");
    expect(replayed).toContain("sbml decay.xml (SBML, 1 species, 1 reaction),");
  });

  it("of a scan all columns, where no terminal limits them", async () => {
    const words = ["scan", "ising", "--size", "8", "--temperature", "2,3", "--steps", "20"];
    const lines = (await good(...words)).split("\n");
    const head = lines.find((line) => line.startsWith("temperature"));
    for (const column of ["energy", "exact", "binder", "absStaggered"]) expect(head).toContain(column);
    expect(lines.join("\n")).not.toContain("left out");
  });

  it("the help says what files hold, and the axes of a picture", async () => {
    const { stdout } = await inside(["run", "gillespie", "--help"], { cwd: root });
    expect(stdout).toMatch(/Files of --out:\n {2}\.png +histogram of the first species in time: time to the right/);
    expect(stdout).toMatch(/\.rates\.txt +its rate equations/);
    expect((await inside(["scan", "gillespie", "--help"], { cwd: root })).stdout).not.toContain("Files of --out");
  });
});
