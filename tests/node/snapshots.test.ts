// States of a run on the way: snapshots as files, averages over them, both through an interruption, and a stuck run that says so.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, describe, expect, it } from "vitest";
import { readNpy } from "../../src/files/npy.ts";
import { inside } from "./inside.ts";

const root = mkdtempSync(join(tmpdir(), "gibbs-snapshots-"));
const newFolder = () => mkdtempSync(join(root, "t-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const gibbs = async (line: string, cwd: string) => {
  const { status, stdout, lines } = await inside([...line.split(" "), "--quiet"], { cwd });
  return { status, stdout, lines };
};
const RUN = "run ising --size 12,10 --temperature 2.5 --warmup 10";

describe("snapshots", () => {
  it("are the states at their steps, averaged ones too, and the same after an interruption", async () => {
    const [whole, parts] = [newFolder(), newFolder()];
    const files = "--snapshots s-#.npy --out a.correlation.csv --out a.structure.csv --out a.structure.npy";
    const plan = "--measure-every 2 --snapshot-every 20";
    expect(await gibbs(`${RUN} --steps 100 ${plan} ${files}`, whole)).toMatchObject({ status: 0, lines: [] });
    const names = [30, 50, 70, 90, 110].map((step) => `s-${String(step).padStart(8, "0")}.npy`);
    const averages = ["a.correlation.csv", "a.structure.csv", "a.structure.npy"];
    expect(readdirSync(whole).sort()).toEqual([...averages, ...names].sort());

    // A run of 50 is that of 30; a state at step 90 is that of a run that ends there.
    const alone = newFolder();
    await gibbs(`${RUN} --steps 80 --out end.npy`, alone);
    expect(readFileSync(join(whole, "s-00000090.npy"))).toEqual(readFileSync(join(alone, "end.npy")));

    await gibbs(`${RUN} --steps 60 ${plan} ${files} --checkpoint run.gibbs`, parts);
    const resumed = await gibbs(`run --resume run.gibbs --steps 100 ${files}`, parts);
    expect(resumed).toMatchObject({ status: 0, lines: [] });
    for (const name of averages) expect(readFileSync(join(parts, name)), name).toEqual(readFileSync(join(whole, name)));
    expect(readFileSync(join(parts, names[4]))).toEqual(readFileSync(join(whole, names[4])));

    // The averages are those of the five states.
    const { data } = readNpy(readFileSync(join(whole, "a.structure.npy")));
    const squares = names.map((name) => {
      const spins = Array.from(readNpy(readFileSync(join(whole, name))).data);
      return spins.reduce((sum, spin) => sum + spin, 0) ** 2 / spins.length;
    });
    expect(data[0]).toBeCloseTo(squares.reduce((a, b) => a + b) / 5, 10);

    const other = await gibbs("run --resume run.gibbs --steps 200 --snapshot-every 10", parts);
    expect(other).toMatchObject({ status: 2, lines: [expect.stringMatching(/the resumed run has 20/)] });
  });

  it("are pictures, too, a hundred in a run where nothing else is said", async () => {
    const folder = newFolder();
    expect(await gibbs(`${RUN} --steps 400 --snapshots p#.png`, folder)).toMatchObject({ status: 0 });
    const names = readdirSync(folder);
    expect(names).toHaveLength(100);
    const { width, height } = decode(readFileSync(join(folder, "p00000410.png")));
    expect([width, height]).toEqual([12, 10]);
  });

  it.each([
    [`${RUN} --snapshots frames.png`, /its name needs a # where the step goes/],
    [`${RUN} --snapshots f-#.jpg`, /ends in .png or .npy/],
    [`${RUN} --snapshots missing/f-#.png`, /missing/],
    [`${RUN} --snapshot-every 10`, /add --snapshots FILE or --out FILE.correlation.csv/],
    [`${RUN} --steps 5 --snapshots f-#.png --snapshot-every 10`, /no state would be saved in 5 steps/],
    ["run gillespie --example isomerisation --snapshots f-#.png", /independent of each other/],
    ["run curie-weiss --out x.correlation.csv.gz", /\.png, \.npy, \.csv/],
  ])("%s is refused", async (line, message) => {
    const folder = newFolder();
    expect(await gibbs(line, folder)).toMatchObject({ status: 2, lines: [expect.stringMatching(message)] });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a run that is stuck", () => {
  const STUCK = "ising --size 16 --couplings 1,-1 --temperature 1.5 --start up --algorithm metropolis --steps 40";

  it("says so on standard error, in its document, and in its table", async () => {
    const { stdout, lines, status } = await gibbs(`run ${STUCK} --json`, newFolder());
    const { observables, warnings, notes } = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(observables.energy).toMatchObject({ value: 0, error: 0 });
    expect(observables.specificHeat.error).toBeNull();
    expect(warnings[0]).toMatch(/^energy is 0 ± 0, exactly -1\.95.*its 40 measurements never changed: .*stuck/);
    expect(lines).toEqual(warnings.map((text: string) => `gibbs: warning: ${text}`));
    expect(notes[0]).toMatch(/heat-bath reaches every state/);
    const table = (await gibbs(`run ${STUCK}`, newFolder())).stdout;
    expect(table).toMatch(/energy +0 ± 0 .*\+∞/);
    expect(table).not.toMatch(/--steps 0/);
  });

  it("and each point of a scan", async () => {
    const { stdout, lines } = await gibbs(`scan ${STUCK.replace("1.5", "1,1.5")} --json`, newFolder());
    expect(JSON.parse(stdout).warnings).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/^gibbs: warning: temperature 1\.5: energy is 0 ± 0/);
  });

  it("the default is not", async () => {
    const { stdout, lines } = await gibbs("run ising --size 16 --couplings 1,-1 --temperature 1.5 --json", newFolder());
    expect(lines).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ warnings: [] });
  });
});
