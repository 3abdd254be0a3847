import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch: "A forecast follows the truth for some Lyapunov times, then parts from it, but stays on the same attractor.",
  errors: "One standard error of the median over random networks, from the values on either side of it in their order.",
  counts: "reservoirs",
  speeds: [0.02, 0.1, 1, 4, 16, 64],
  views: [], // they follow from the task
  orbits: ["attractor"],
  picks: ["map"],
  output: {
    text: "Network",
    help: "The best reservoir as .safetensors: load it as Trained network with new rows of the series",
    extension: ".safetensors",
  },
  table: ["observable", "median ± error", "exact", "z"],
  cells: {
    text: "Forecast",
    help: "The forecast beyond the end of your series, or the first one below the truth (PNG)",
  },
};
