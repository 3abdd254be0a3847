// `node scripts/diffusion-networks.js [NAME]`: trains the denoisers that come with gibbs, of all data sets or one, and writes them as
// safetensors with 16-bit weights, in base64, to src/data/networks/. On a GPU in seconds, on a software adapter some 15 minutes, most of it for
// the digits. The bits depend on the device, the samples hardly.

import { writeFileSync } from "node:fs";
import { withModules } from "./modules.js";

const PLANAR = {
  ...{ points: 100_000, width: 128, layers: 2, batch: 256, steps: 16_000, learningRate: 3e-3, ema: 500 },
  ...{ noiseMean: -1, noiseSd: 1.4, dropout: 0.5 },
};
const NETWORKS = {
  gmm8: PLANAR,
  rings: PLANAR,
  moons: PLANAR,
  spiral: PLANAR,
  digits: { points: 10_000, width: 512, layers: 3, batch: 256, steps: 6000, ema: 500, dropout: 0.1 },
};

const [only] = process.argv.slice(2);
await withModules(async (load) => {
  const { openDevice } = await load("/host-node/open.ts");
  const { diffusionTraining } = await load("/src/models/diffusion-training/index.ts");
  const { networkFile } = await load("/src/network/file.ts");
  const device = await openDevice();
  for (const [data, options] of Object.entries(NETWORKS)) {
    if (only !== undefined && only !== data) continue;
    const training = await diffusionTraining.create(device, { ...options, data, seed: 1n });
    await training.run(options.steps);
    // Pictures are decoded by the data's own decoder, which comes with gibbs already.
    const network = { ...(await training.network()), decoder: undefined };
    const file = networkFile(network, { half: true, metadata: { steps: String(options.steps) } });
    process.stdout.write(`${data}: loss ${training.estimate().loss.value.toFixed(4)}, ${file.length} bytes\n`);
    training.dispose();
    writeFileSync(
      new URL(`../src/data/networks/${data}.ts`, import.meta.url),
      `// Written by scripts/diffusion-networks.js: a denoiser trained on ${data}, a safetensors file as base64.\n\nexport const NETWORK =\n  "${Buffer.from(file).toString("base64")}";\n`,
    );
  }
  await device[Symbol.asyncDispose]();
});
