// `node scripts/sbml-means.js FOLDER [--models N] [--trajectories N] [--round WORD] [--units WORD]`: means on the GPU against trajectories of
// the f64 reference, and where a model is small against the master equation, for the first N models below a folder that have each of
// what is hard: reversible laws, events, delays, rate rules. A row a model: the largest |z| over species and times, with standard errors
// of the trajectories, and that of a control whose trajectories end a tenth later, which must be larger. Exit 1 where a model differs.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withModules } from "./modules.js";

const { values, positionals } = parseArgs({
  options: {
    ...{ models: { type: "string", default: "20" }, trajectories: { type: "string", default: "1000" } },
    ...{ round: { type: "string", default: "nearest" }, units: { type: "string", default: "none" } },
    ...{ until: { type: "string", default: "10" } },
  },
  allowPositionals: true,
});
const [folder] = positionals;
if (!folder) throw new Error("sbml-means: give a folder with SBML files.");
const [models, trajectories, until] = [values.models, values.trajectories, values.until].map(Number);
/** Trajectories of the reference, and firings of all of them that are worth the wait. */
const REFERENCE = 100;
const MOST_FIRINGS = 3e5;
/** Beyond this largest of some hundred |z| a model differs. */
const FAR = 4.8;

/** What a model has of what is hard. */
const kindsOf = ({ network }) => [
  ...(network.reactions.some(({ name }) => name.endsWith(" backwards")) ? ["split"] : []),
  ...(network.events.length > 0 ? ["events"] : []),
  ...(network.events.some(({ delay }) => delay) ? ["delays"] : []),
  ...(network.rates ? ["rates"] : []),
];

await withModules(async (load) => {
  const { gillespie, masterEquation, simulateTrajectory } = await load("/src/models/gillespie/index.ts");
  const { decodeText } = await load("/src/files/text.ts");
  const { ReferenceDevice } = await load("/src/device/device.ts");
  const device = await (await load("/host-node/open.ts")).openDevice();
  try {
    const host = new ReferenceDevice(device.info.host);
    const wanted = { split: models / 4, events: models / 4, delays: models / 4, rates: models / 4 };
    const rows = [];
    for (const file of readdirSync(folder, { recursive: true }).sort()) {
      if (!file.endsWith(".xml") || rows.length >= models) continue;
      const options = { until, points: 5, round: values.round, units: values.units, seed: 3n };
      options.sbml = decodeText(readFileSync(join(folder, file)));
      let own;
      try {
        own = await gillespie.create(host, options);
      } catch {
        continue;
      }
      const kinds = kindsOf(own.ensemble).filter((kind) => wanted[kind] > 0);
      if (kinds.length === 0 || !affordable(own, simulateTrajectory)) continue;
      const row = await compare({ device, gillespie, masterEquation }, options, own);
      if (!row) continue;
      for (const kind of kinds) wanted[kind]--;
      rows.push({ file, kinds: kindsOf(own.ensemble).join(" "), ...row });
      const { z, control, law } = row;
      const exact = law === undefined ? "" : `, master equation ${law.toFixed(2)}`;
      process.stdout.write(`${file}: ${rows.at(-1).kinds}: ${z.toFixed(2)}, control ${control.toFixed(1)}${exact}\n`);
    }
    const far = rows.filter(({ z, law = 0 }) => z > FAR || law > FAR);
    process.stdout.write(`${rows.length} models, ${far.length} differ\n`);
    process.exitCode = far.length > 0 ? 1 : 0;
  } finally {
    await device[Symbol.asyncDispose]();
  }
});

/** Whether the reference makes its trajectories in a while, and something random happens in them. */
function affordable(own, simulate) {
  let firings = 0;
  try {
    simulate(
      own.ensemble,
      { point: 0, replicate: 0 },
      {
        onChange: () => {
          if (++firings > MOST_FIRINGS / REFERENCE) throw new Error("too many");
        },
      },
    );
  } catch {
    return false;
  }
  return firings > 5;
}

async function compare({ device, gillespie, masterEquation }, options, own) {
  try {
    const [a, b] = [
      await meansOf(device, gillespie, options),
      await meansOf(device, gillespie, { ...options, until: 1.1 * until }),
    ];
    await own.run(REFERENCE);
    const reference = own.result();
    const law = masterEquation(own.ensemble, 0, { states: 5000, operations: 2e8 });
    const exact = law && { ...law, trajectories: Number.POSITIVE_INFINITY };
    return { z: worst(a, reference), control: worst(b, reference), law: exact && worst(a, exact) };
  } catch {
    return undefined; // a law turned negative on the way, or counts grew beyond all bounds
  }
}

async function meansOf(device, gillespie, options) {
  const ensemble = await gillespie.create(device, options);
  try {
    await ensemble.run(trajectories);
    return ensemble.result();
  } finally {
    ensemble.dispose();
  }
}

/** The largest |z| of the means; where nothing is random they must be equal to f32. */
function worst(a, b) {
  let most = 0;
  b.mean.forEach((row, t) => {
    row.forEach((mean, i) => {
      // Of equal laws; few trajectories may not have seen what is rare, so the larger deviation counts for both.
      const error = Math.max(a.sd[t][i], b.sd[t][i]) * Math.sqrt(1 / a.trajectories + 1 / b.trajectories);
      const rounding = 1e-4 * Math.abs(mean) + 1e-6;
      most = Math.max(most, Math.abs(a.mean[t][i] - mean) / Math.hypot(error, rounding));
    });
  });
  return most;
}
