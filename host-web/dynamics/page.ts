import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  counts: "trajectories",
  speeds: [1, 4, 16, 64, 256, 1024],
  speed: 64,
  views: [],
  table: ["at the end", "mean ± error", "exact", "z"],
  cells: { text: "Density", help: "The first variable against time, or against the sweep (PNG)" },
};
