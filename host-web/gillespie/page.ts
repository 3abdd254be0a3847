import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch:
    "Single trajectories go where their mean and the rate equations do not: look for two ridges where there are two steady states.",
  errors: "One standard error of a mean over the trajectories, which are independent.",
  counts: "trajectories",
  speeds: [1, 16, 64, 256, 1024, 4096, 16_384],
  speed: 64,
  viewLabel: "Species",
  views: [],
  table: ["at the end", "mean ± error", "exact", "z"],
  cells: { text: "Histogram", help: "Counts against time, one block a cell (PNG)" },
};
