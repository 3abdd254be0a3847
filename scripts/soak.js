// `node --expose-gc scripts/soak.js [MINUTES] [--json FILE]`: every model's examples over and over on this machine's device, 60 minutes if
// not told otherwise; of the long ones a quarter, so that there are many rounds. The first round makes each run in one go; in all later ones
// the long runs are stopped, kept, disposed of and continued, now and then on another device, and must end in the digests of the first. Prints
// what was right and what the memory did; exit 1 if a digest was wrong, a buffer stayed behind, or the process grew. --json writes each
// round's memory.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withModules } from "./modules.js";
import { grew, memoryOf } from "./soak-memory.js";

/** Pieces of a long run in a later round, and the share of its steps that is made. */
const PIECES = 4;
const SHARE = { short: 1, long: 1 / 4 };

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const minutes = Number(positionals[0] ?? 60);
if (!(minutes > 0)) throw new Error(`minutes ${positionals[0]}: give a number above 0.`);
if (!globalThis.gc) process.stderr.write("soak: node --expose-gc gives steadier figures of memory\n");

/** Numerical Recipes' linear congruential generator: a soak can be repeated. */
let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

await withModules(async (load) => {
  const { openDevice } = await load("/host-node/open.ts");
  const { models } = await load("/src/models/index.ts");
  const { stepsOf } = await load("/src/validation/promises.ts");
  process.exitCode = (await soak({ openDevice, models, stepsOf })) ? 0 : 1;
});

/** @returns whether all was right */
async function soak({ openDevice, models, stepsOf }) {
  const device = await openDevice();
  process.stdout.write(`${device.info.description}, ${minutes} minutes\n`);
  /** By model: digests of the first round, runs since then, and those that ended elsewhere. */
  const rows = models.map((model) => ({ model, digests: {}, pieces: 0, runs: 0, wrong: 0 }));
  const samples = [];
  const start = performance.now();
  for (let round = 0; round < 2 || performance.now() - start < 60_000 * minutes; round++) {
    for (const row of rows) {
      for (const kind of ["short", "long"]) {
        const make = row.digests[kind] === undefined || kind === "short" ? whole : inPieces;
        const digest = await make(row, kind);
        row.digests[kind] ??= digest;
        row.runs++;
        if (digest !== row.digests[kind]) {
          row.wrong++;
          process.stderr.write(`soak: round ${round}, ${row.model.name} ${kind}: ${digest} is wrong\n`);
        }
      }
    }
    samples.push({ round, minutes: (performance.now() - start) / 60_000, ...(await memoryOf(device)) });
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ device: device.info, samples }, null, 1)}\n`);
  }
  await device[Symbol.asyncDispose]();
  return report(rows, samples);

  async function begin({ model }, kind) {
    const example = model.examples[kind];
    const simulation = await model.create(device, example.parameters);
    return { simulation, steps: Math.ceil(SHARE[kind] * stepsOf(model, example, simulation)) };
  }

  async function whole(row, kind) {
    const { simulation, steps } = await begin(row, kind);
    await simulation.run(steps);
    await simulation.conclude?.();
    const digest = await simulation.digest();
    simulation[Symbol.dispose]();
    return digest;
  }

  /** The same run, stopped by a signal or at a step, kept and continued. One piece in eight moves to a device that is opened for it. */
  async function inPieces(row, kind) {
    let own;
    let { simulation, steps } = await begin(row, kind);
    for (let piece = 1; piece < PIECES; piece++) {
      const wanted = Math.ceil((steps - simulation.steps) * uniform());
      if (uniform() < 0.5) await stopped(simulation, steps - simulation.steps, wanted);
      else await simulation.run(wanted);
      const kept = await simulation.checkpoint();
      simulation[Symbol.dispose]();
      await own?.[Symbol.asyncDispose]();
      own = uniform() < 1 / 8 ? await openDevice() : undefined;
      simulation = await row.model.restore(own ?? device, kept);
      row.pieces++;
    }
    await simulation.run(steps - simulation.steps);
    await simulation.conclude?.();
    const digest = await simulation.digest();
    simulation[Symbol.dispose]();
    await own?.[Symbol.asyncDispose]();
    return digest;
  }
}

/** Runs until the signal that comes after so many steps; where a step is never seen alone, at the fourth submission. */
async function stopped(simulation, steps, wanted) {
  const controller = new AbortController();
  let submissions = 0;
  const onProgress = ({ done }) => {
    if (done >= wanted || (done === 0 && ++submissions > 4)) controller.abort();
  };
  await simulation.run(steps, { signal: controller.signal, onProgress }).catch((error) => {
    if (error !== controller.signal.reason) throw error;
  });
}

function report(rows, samples) {
  const table = rows.map(({ model, runs, wrong, pieces }) => ({
    ...{ model: model.name, runs, "digests right": runs - wrong, "kept and continued": pieces },
  }));
  console.table(table);
  const { lines, pass } = grew(samples);
  process.stdout.write(`${lines.join("\n")}\n`);
  return pass && rows.every(({ wrong }) => wrong === 0);
}
