// The page of the Potts model in the worker: the first layer as the simulation draws it, and a scan over the temperature.

import type { Device } from "../../src/device/device.ts";
import { type PottsSimulation, potts, pottsCriticalTemperature } from "../../src/models/potts/index.ts";
import type { Curve, ScanResult } from "../worker/protocol.ts";
import type { SceneModule } from "../worker/scene.ts";

export const scene: SceneModule<PottsSimulation> = {
  model: potts,
  defaults: (device) => ({ size: device.info.software ? "128,128" : "512,512", temperature: "0.995" }),
  options: { mode: "layer", colours: "ink", block: 8, grid: false },
  size: ({ geometry }) => [geometry.size[0], geometry.size[1] ?? 1],
  scan,
};

const POINTS = 24;

/** Sides, and about where they order, in units of the square lattice's critical temperature: by dimension, from a chain on. */
const SIDES = [1, 64, 24, 8, 4];
const ORDERS = [1, 0.5, 1, 1.9, 2.9];

/** Lattices of the run's dimension and number of states at 24 temperatures around where they order, as one batch. */
async function scan(device: Device, { points }: PottsSimulation): Promise<ScanResult> {
  const { states, coupling } = points.parameters;
  const dimension = points.parameters.size.filter((length) => length > 1).length;
  const side = device.kind === "reference" ? Math.min(8, SIDES[dimension]) : SIDES[dimension];
  const size = (dimension === 1 ? [side, 1] : Array<number>(dimension).fill(side)) as [number, number];
  const sweeps = device.kind === "reference" ? 40 : 1000;
  const centre = ORDERS[dimension] * pottsCriticalTemperature(states);
  const temperature = Array.from({ length: POINTS }, (_, i) => Number((centre * (0.6 + 0.04 * i)).toFixed(4)));
  using batch = await potts.create(device, { states, coupling, size, temperature, start: "ordered" });
  await batch.run(sweeps / 5);
  const series = await batch.collect(sweeps / 10, { every: 10 });
  const measured = temperature.map((_, i) => potts.estimate(batch, series, [i]));
  const fine = Array.from({ length: 120 }, (_, i) => centre * (0.6 + (0.92 * i) / 119));
  const plot = (name: "energy" | "order" | "specificHeat", title: string, unit: string) => {
    const curves: Curve[] = [
      {
        name: `measured, ${size.join("×")}`,
        x: temperature,
        y: measured.map((row) => row[name].value),
        errors: measured.map((row) => row[name].error),
      },
    ];
    const known = fine.map((t) => potts.exact({ ...batch.points.parameters, temperature: t })[name]?.value);
    if (known.every((value) => value !== undefined)) curves.push({ name: "exact", x: fine, y: known });
    return { title, unit, curves };
  };
  return {
    x: "temperature",
    plots: [
      plot(
        "order",
        `m against T${dimension === 2 && coupling > 0 ? `, T_c = ${(coupling * centre).toFixed(4)}` : ""}`,
        "",
      ),
      plot("energy", "e against T", "J/site"),
      plot("specificHeat", "c against T", "k_B/site"),
    ],
  };
}
