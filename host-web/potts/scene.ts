// The page of the Potts model in the worker: the first layer as the simulation draws it, and a scan over the temperature.

import type { Device } from "../../src/device/device.ts";
import { type PottsSimulation, potts, pottsCriticalTemperature, pottsOfTwo } from "../../src/models/potts/index.ts";
import type { Curve, ScanResult } from "../worker/protocol.ts";
import type { SceneModule } from "../worker/scene.ts";

export const scene: SceneModule<PottsSimulation> = {
  model: potts,
  defaults: (device) => ({ size: device.info.software ? "128,128" : "512,512", temperature: "0.995" }),
  look: { mode: "layer", colours: "ink", block: 8, grid: false },
  size: ({ geometry }) => [geometry.size[0], geometry.size[1] ?? 1],
  scan,
};

const POINTS = 24;

/** Square lattices of the run's number of states at 24 temperatures around the critical one, as one batch. */
async function scan(device: Device, { points }: PottsSimulation): Promise<ScanResult> {
  const { states, coupling } = points.parameters;
  const side = device.kind === "reference" ? 8 : 24;
  const sweeps = device.kind === "reference" ? 40 : 1000;
  const critical = pottsCriticalTemperature(states);
  const temperature = Array.from({ length: POINTS }, (_, i) => Number((critical * (0.6 + 0.04 * i)).toFixed(4)));
  using batch = await potts.create(device, { states, coupling, size: [side, side], temperature, start: "ordered" });
  await batch.run(sweeps / 5);
  const series = await batch.collect(sweeps / 10, { every: 10 });
  const measured = temperature.map((_, i) => potts.estimate(batch, series, [i]));
  const fine = Array.from({ length: 120 }, (_, i) => critical * (0.6 + (0.92 * i) / 119));
  const plot = (name: "energy" | "order" | "specificHeat", title: string, unit: string) => {
    const curves: Curve[] = [
      {
        name: `measured, ${side}²`,
        x: temperature,
        y: measured.map((row) => row[name].value),
        errors: measured.map((row) => row[name].error),
      },
    ];
    if (states === 2 && coupling > 0 && name !== "order") {
      const exact = (t: number) => pottsOfTwo([side, side], { temperature: t, coupling })[name];
      curves.push({ name: `exact, ${side}²`, x: fine, y: fine.map(exact) });
    }
    return { title, unit, curves };
  };
  return {
    x: "temperature",
    plots: [
      plot("order", `m against T, T_c = ${critical.toFixed(4)}`, ""),
      plot("energy", "e against T", "J/site"),
      plot("specificHeat", "c against T", "k_B/site"),
    ],
  };
}
