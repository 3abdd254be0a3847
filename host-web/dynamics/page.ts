import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch: "Trajectories from all starts end on one attractor, and neighbours on it soon part.",
  errors: "One standard error of a mean over the trajectories, which are independent.",
  counts: "trajectories",
  speeds: [1, 4, 16, 64, 256, 1024],
  speed: 64,
  views: [],
  table: ["at the end", "mean ± error", "exact", "z"],
  cells: { text: "Density", help: "The first variable against time, or against the sweep (PNG)" },
};
