import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  speeds: [1, 4, 16, 64],
  speed: 16,
  views: [
    ["beside", "Data and samples"],
    ["weights", "Weights of the last layer"],
  ],
  brush: [
    ["255", "ink"],
    ["0", "eraser"],
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
