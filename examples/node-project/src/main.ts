// The specific heat of the Ising model around its critical temperature, with a restart in the middle: the second half of the run
// continues from a file, and on another device it would give the same bits.

import { readFile } from "node:fs/promises";
import { type GpuDevice, type IsingSimulation, ising, onsager, openDevice, writeFileWhole } from "gibbs/node";

const TEMPERATURES = [2, 2.2, 2.4, 2.6];
const FILE = "lattices.gibbs";

async function begin(device: GpuDevice): Promise<void> {
  using lattices = await ising.create(device, { size: [64, 64], temperature: TEMPERATURES, seed: 42n });
  await lattices.run(1000);
  await writeFileWhole(FILE, await lattices.checkpoint());
}

async function measure(device: GpuDevice): Promise<IsingSimulation> {
  const lattices = await ising.restore(device, await readFile(FILE));
  const measured = await lattices.sampleEach(500, { every: 4 });
  for (const [i, { energy, specificHeat }] of measured.entries()) {
    const temperature = TEMPERATURES[i];
    const exact = onsager({ temperature }).energy;
    console.log(
      `T = ${temperature}: e = ${energy.value.toFixed(4)} ± ${energy.error.toFixed(4)}, infinite lattice ${exact.toFixed(4)}, ` +
        `c = ${specificHeat.value.toFixed(2)} ± ${specificHeat.error.toFixed(2)}`,
    );
  }
  return lattices;
}

await using device = await openDevice();
console.log(`on ${device.info.description}`);
await begin(device);
using lattices = await measure(device);
console.log(`${lattices.steps} sweeps, digest ${await lattices.digest()}`);
