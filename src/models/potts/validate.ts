// Is this device right? The Potts model against the reference state for state, against transfer matrices, and against known energies.

import type { Device } from "../../device/device.ts";
import { checksOf, DEVIATION, linspace, zScores } from "../check.ts";
import { againstReference } from "../lattice/validate.ts";
import type { Check, Effort } from "../model.ts";
import { pottsTorus } from "./exact.ts";
import { estimatePotts } from "./observables.ts";
import { pottsCriticalTemperature } from "./parameters.ts";
import { createPotts, type PottsOptions } from "./simulation.ts";

const check = checksOf("potts");

export async function* validatePotts(device: Device, effort: Effort): AsyncGenerator<Check> {
  const cases = CASES.map((options) => ({ name: `q = ${options.states}`, options }));
  yield* againstReference(check, createPotts, cases, device, effort);
  yield* againstTransferMatrix(device, effort);
  yield* cube(device, effort);
}

const CASES: (PottsOptions & { size: [number, number, ...number[]] })[] = [
  { states: 3, size: [12, 8], temperature: 1 },
  { states: 2, size: [6, 4, 8], temperature: 2.2, start: "ordered", seed: 2n },
  { states: 256, size: [10, 7], temperature: 0.4, seed: 2n ** 63n },
  { states: 4, size: [5, 4, 3, 2], temperature: 1.2, edges: "free", replicas: 3 },
  { states: 3, size: [9, 9], temperature: 0.3, coupling: -1 },
  { states: 5, size: [64, 1], temperature: 0.7 },
  // More sites than a workgroup counts.
  { states: 3, size: [60, 40], temperature: 0.995 },
];

async function* againstTransferMatrix(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const count = device.kind === "reference" ? 20 : quick ? 150 : 1500;
  for (const { states, size, coupling = 1 } of [
    { states: 3, size: [4, 6] as [number, number] },
    { states: 3, size: [3, 5] as [number, number], coupling: -1 },
    { states: 2, size: [2, 3, 4] as [number, number, number] },
  ]) {
    const around = states === 2 ? 2.2 : pottsCriticalTemperature(states);
    const temperatures = linspace(0.7 * around, 1.6 * around, 5);
    const copies = device.kind === "reference" ? 4 : 32;
    const list = temperatures.flatMap((temperature) => Array<number>(copies).fill(temperature));
    using lattice = await createPotts(device, { states, size, coupling, temperature: list, seed: 7n });
    await lattice.run(100, { signal });
    const series = await lattice.collect(count, { every: 2, signal });
    const found = temperatures.map((_, i) => {
      const replicas = Array.from({ length: copies }, (_, k) => i * copies + k);
      return estimatePotts(series, replicas, { ...lattice.points.parameters, temperature: temperatures[i] });
    });
    const exactly = (temperature: number) => ({ temperature, ...pottsTorus(states, size, { temperature, coupling }) });
    const known = temperatures.map(exactly);
    const line = linspace(temperatures[0], temperatures[temperatures.length - 1], 30).map(exactly);
    for (const name of ["energy", "specificHeat"] as const) {
      const values = found.map((row) => row[name]);
      const { z, worst } = zScores(
        values,
        known.map((row) => row[name]),
      );
      const curve = {
        ...{ x: "temperature T / J", y: `${name === "energy" ? "energy / J" : "specific heat / k_B"} a site` },
        exact: line.map((row) => [row.temperature, row[name]] as const),
        measured: values.map(({ value, error }, i) => [temperatures[i], value, error] as const),
      };
      const where = `q = ${states}, ${size.join("×")}${coupling < 0 ? ", J = -1" : ""}, ${temperatures.length} temperatures`;
      yield check("exact", `${where}: ${name} against the transfer matrix, largest |z|`, worst, DEVIATION, {
        z,
        curve,
      });
    }
  }
}

/** Two states on the 4×4×4 torus at the critical point of the infinite cube, K = 0.221654626 (Ising at twice the temperature). */
async function* cube(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  // By 433 orbits of its layers: -1.293223303 J a site of the Ising model.
  const known = (-1.293223303 - 3) / 2;
  const replicas = device.kind === "reference" ? 8 : 64;
  using lattice = await createPotts(device, {
    states: 2,
    size: [4, 4, 4],
    temperature: 4.511528 / 2,
    replicas,
    seed: 3n,
  });
  await lattice.run(100, { signal });
  const series = await lattice.collect(device.kind === "reference" ? 50 : quick ? 200 : 2000, { every: 4, signal });
  const { z, worst } = zScores([lattice.estimate(series).energy], [known]);
  const name = "4×4×4 at the cube's critical point, as Ising: energy against the sum over all states, |z|";
  yield check("known answer", name, worst, DEVIATION, { z });
}
