import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch: "While the loss falls, samples of the network take the shape of the data.",
  errors:
    "One standard error of a mean over the last 100 steps. It is found by blocking, so that correlation in time is taken into account.",
  guide: "models/diffusion",
  speeds: [1, 4, 16, 64],
  speed: 16,
  views: [
    ["beside", "Data and samples"],
    ["weights", "Weights of the last layer"],
  ],
  brush: [
    ["255", "Ink"],
    ["0", "Eraser"],
  ],
  brushed: { first: "255", radius: 2, most: 12, clear: "Clear the sheet" },
  table: ["observable", "value ± error", "exact", "z"],
  output: {
    text: "Network",
    help: "The network as .safetensors, which the diffusion page and gibbs run diffusion accept as denoiser",
    extension: ".safetensors",
  },
  cells: { text: "Weights", help: "Weights of the last layer (PNG)" },
};
