// What `npm start` shows: a big lattice compared with exact results, checked against the reference, with a picture.

import { ReferenceDevice } from "../../src/device/device.ts";
import { png } from "../../src/files/png.ts";
import { ising } from "../../src/models/ising/index.ts";
import { writeFileWhole } from "../files/write.ts";
import { Arguments } from "./arguments.ts";
import { withDevice } from "./device.ts";
import { FailedError } from "./errors.ts";
import { DEVICE, QUIET } from "./flags.ts";
import { definitions } from "./format.ts";
import { Job } from "./job.ts";
import { complete } from "./keep.ts";
import { Progress } from "./progress.ts";
import { deviceLine, observableTable, rateLine, runDocument } from "./report.ts";

export const DEMO_FLAGS = [DEVICE, QUIET];

const PICTURE = "ising.png";
const REPLAYED = 20;

export async function demo(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, DEMO_FLAGS, "gibbs demo");
  given.noWords("gibbs demo");
  const quiet = given.has("quiet");
  const seed = 1n;
  await withDevice(given, async (device, signal) => {
    // SwiftShader would take two minutes for the larger one.
    const side = device.kind === "gpu" && device.adapterKind === "swiftshader" ? 512 : 1024;
    const parameters = { size: [side, side] as [number, number], temperature: 2 };
    process.stdout.write(
      `gibbs ${__GIBBS_VERSION__}: the 2-D Ising model, ${side} × ${side} spins at T = 2, 1,000 sweeps\n`,
    );
    process.stdout.write(`device  ${deviceLine(device.info)}\n\n`);
    using job = await Job.create(ising, device, {
      parameters,
      seed,
      plan: { warmup: 200, steps: 800, measureEvery: 2 },
      command: "run",
    });
    await complete(job, "run", { path: undefined, seconds: 60 }, { signal, quiet, copy: false, result: true });
    const document = await runDocument(job);
    process.stdout.write(`${observableTable({ ...document, observables: shown(document.observables) })}\n`);
    await writeFileWhole(PICTURE, png(await job.simulation.picture()));

    // The same 20 sweeps twice, by two programs that share no code.
    using replay = await ising.create(device, { ...parameters, seed });
    using reference = await ising.create(new ReferenceDevice("node"), { ...parameters, seed });
    await replay.run(REPLAYED, { signal });
    using progress = new Progress({ unit: "sweeps on the reference", total: REPLAYED, quiet });
    await reference.run(REPLAYED, { signal, onProgress: ({ done }) => progress.update(done) });
    progress[Symbol.dispose]();
    const [a, b] = [await replay.digest(), await reference.digest()];
    const lines: [string, string][] = [
      [
        "reference",
        `${a === b ? "equal" : "DIFFERENT"} after ${REPLAYED} sweeps: ${a} on the device, ${b} on the reference`,
      ],
      ["rate", rateLine(document.elapsed)],
      ["picture", PICTURE],
      ["next", "npx gibbs run ising --size 512,512 --temperature 2.269 --steps 5000 --out critical.png"],
      ["", "npx gibbs scan ising --temperature 1.5:3.5:41 --size 64,64"],
    ];
    process.stdout.write(definitions(lines, 0));
    if (a !== b) throw new FailedError("the device and the reference disagree; run gibbs validate.");
  });
}

const shown = <T>(observables: Record<string, T>) => ({
  energy: observables.energy,
  absMagnetization: observables.absMagnetization,
});
