// The discrete stochastic model test suite (Evans, Gillespie and Wilkinson 2008, doi 10.1093/bioinformatics/btm566), as SBML from
// the files that GIBBS_DATA names. Its criterion for the variance assumes normal counts; the spread of the statistic is computed
// from the exact fourth moments instead (dsmts_y_sd.csv), with the same bound.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gillespie, networkOf } from "../../src/index.ts";
import { device } from "../devices.ts";

const DATA = process.env.GIBBS_DATA ?? "";
const FOLDER = join(DATA, "dsmts");
const found = DATA !== "" && existsSync(FOLDER);
const cases = found ? readdirSync(FOLDER).filter((name) => /^\d+$/.test(name)) : [];
const rows = (path: string) =>
  readFileSync(path, "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));

const TRAJECTORIES = 10_000;

describe.skipIf(!found)("DSMTS", () => {
  const spread = new Map<string, number>();
  if (found)
    for (const [name, variable, t, , , , sd] of rows(join(DATA, "dsmts_y_sd.csv")))
      spread.set(`${name} ${variable} ${t}`, Number(sd));

  it("has its 22 public cases", () => expect(cases).toHaveLength(22));

  it.each(cases)("%s", async (name) => {
    const files = readdirSync(join(FOLDER, name)).filter((file) => file.endsWith(".xml"));
    const texts = files.map((file) => readFileSync(join(FOLDER, name, file), "utf8"));
    // Every level and version says the same.
    const defaults = gillespie.parameters.parse({});
    const networks = texts.map((sbml) => networkOf({ ...defaults, sbml }));
    for (const { reactions, species } of networks) {
      expect(species).toEqual(networks[0].species);
      expect(reactions).toEqual(networks[0].reactions);
    }
    const sbml = texts[files.findIndex((file) => file.includes("l3v1"))];
    using ensemble = await gillespie.create(device, { sbml, until: 50, points: 51, seed: 1n });
    await ensemble.run(TRAJECTORIES);
    const { mean, sd, species } = ensemble.result();
    const [head, ...expected] = rows(join(FOLDER, name, `${name}-results.csv`));
    head.slice(1).forEach((column, i) => {
      const [variable, kind] = column.trim().split(/-(?=mean$|sd$)/);
      if (kind !== "mean") return;
      const at = species.indexOf(variable);
      expect(at).toBeGreaterThanOrEqual(0);
      const spreadAt = head.findIndex((other) => other.trim() === `${variable}-sd`);
      let far = 0;
      expected.forEach((row, t) => {
        const [mu, sigma] = [Number(row[i + 1]), Number(row[spreadAt])];
        if (sigma === 0) {
          expect([mean[t][at], sd[t][at]]).toEqual([mu, 0]);
          return;
        }
        const z = (Math.sqrt(TRAJECTORIES) * (mean[t][at] - mu)) / sigma;
        const y = Math.sqrt(TRAJECTORIES / 2) * (sd[t][at] ** 2 / sigma ** 2 - 1);
        if (Math.abs(z) >= 3) far++;
        expect(Math.abs(z)).toBeLessThan(4.5);
        expect(Math.abs(y) / (spread.get(`${name} ${variable} ${t}`) ?? 1)).toBeLessThan(5);
      });
      expect(far).toBeLessThanOrEqual(2);
    });
  });
});
