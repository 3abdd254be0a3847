import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  counts: "trajectories",
  speeds: [1, 16, 64, 256, 1024, 4096, 16_384],
  speed: 64,
  viewLabel: "Species",
  views: [],
  table: ["at the end", "mean ± error", "exact", "z"],
  cells: { text: "Histogram", help: "Counts against time, one block a cell (PNG)" },
};
