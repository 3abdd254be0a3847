import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch: "Each forecast follows the truth for some Lyapunov times, before chaos draws the two apart.",
  errors:
    "One standard error of the median over forecasts, from the values on either side of it in their order; forecasts that share a training segment count as one.",
  speeds: [0.02, 0.1, 1, 4, 16, 64],
  speed: 0.1,
  views: [["time", "In time"]],
  ownColours: true,
  output: { text: "Weights", help: "Weights of the first training segment as .safetensors", extension: ".safetensors" },
  table: ["observable", "median ± error", "exact", "z"],
  cells: { text: "Forecast", help: "The first forecast below the truth (PNG)" },
};
