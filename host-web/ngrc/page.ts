import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  speeds: [0.02, 0.1, 1, 4, 16, 64],
  speed: 0.1,
  views: [["time", "In time"]],
  ownColours: true,
  output: { text: "Weights", help: "Weights of the first training segment as .safetensors", extension: ".safetensors" },
  table: ["observable", "median ± error", "exact", "z"],
  cells: { text: "Forecast", help: "The first forecast below the truth (PNG)" },
};
