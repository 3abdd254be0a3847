import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch: "Noise becomes samples of the data step by step: drag the slider to go back to any step.",
  errors: "One standard error over the samples, which are independent.",
  speeds: [0.1, 0.25, 0.5, 1, 4, 16],
  speed: 0.25, // steps are few and large
  views: [], // they follow from the data
  time: "Noise → data",
  table: ["observable", "value ± error", "exact", "z"],
  scan: {
    text: "Steps and error",
    help: "Distance from the distribution against the cost of sampling, for four samplers",
  },
  cells: { text: "Samples", help: "Samples as a sheet of pictures, or their density (PNG)" },
};
