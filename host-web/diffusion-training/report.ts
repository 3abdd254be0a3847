// The table and plots of the page: the loss against that of the exact denoiser, and how far samples are from the data.

import { type DiffusionTrainingSimulation, diffusionTraining } from "../../src/models/diffusion-training/index.ts";
import type { Curve, PlotData, Row, WorkerUpdate } from "../worker/protocol.ts";
import { type Floor, floorOf } from "./floor.ts";
import { watchOf } from "./watch.ts";

const floors = new WeakMap<DiffusionTrainingSimulation, Floor>();

export async function report(
  simulation: DiffusionTrainingSimulation,
): Promise<Pick<WorkerUpdate, "table" | "equilibrium" | "plots">> {
  const watch = watchOf(simulation);
  watch.note(simulation);
  const floor = floors.get(simulation) ?? floorOf(simulation);
  floors.set(simulation, floor);
  const { description } = diffusionTraining.observables.loss;
  const loss = simulation.estimate().loss;
  const source = `the exact denoiser of these points, ± ${floor.error.toPrecision(1)}`;
  const table: Row[] = [
    { name: "loss", label: "Loss", description, unit: "", exact: { value: floor.value, source }, ...(loss ?? {}) },
  ];
  const { shown, chance } = watch;
  if (shown?.distance !== undefined) {
    table.push({
      ...{ name: "sliced W₁", label: "Sliced W₁" },
      description: `Sliced Wasserstein distance of samples from the data, at step ${shown.step}`,
      unit: "",
      value: shown.distance,
      ...(chance === undefined
        ? {}
        : {
            exact: {
              value: chance,
              source: "two sets of points of the distribution itself, which differ this much by chance",
            },
          }),
    });
  }
  return {
    table,
    equilibrium: [watch.failed ?? "", ...simulation.notes()].join(" ").trim(),
    plots: plotsOf(simulation, floor),
  };
}

function plotsOf(simulation: DiffusionTrainingSimulation, floor: Floor): PlotData[] {
  const { losses, distances, chance } = watchOf(simulation);
  const plots: PlotData[] = [];
  const level = (name: string, value: number, end: number): Curve => ({ name, x: [0, end], y: [value, value] });
  if (losses.length > 1) {
    const x = losses.map(({ step }) => step);
    const own = { name: "mean of 100 steps", x, y: losses.map(({ loss }) => loss) };
    const curves = [own, level("exact denoiser", floor.value, x[x.length - 1])];
    plots.push({ key: "loss", title: "Loss", x: "step", curves });
  }
  if (distances.length > 1) {
    const x = distances.map(({ step }) => step);
    const own = { name: "samples", x, y: distances.map(({ distance }) => distance) };
    const curves = chance === undefined ? [own] : [own, level("the law itself", chance, x[x.length - 1])];
    plots.push({
      key: "distance",
      title: "Distance of samples from the data, sliced W₁",
      x: "step",
      curves,
      log: true,
    });
  }
  return plots;
}
