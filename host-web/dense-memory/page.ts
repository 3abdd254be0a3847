import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  counts: "sweep",
  speeds: [0.02, 0.1, 0.5, 1, 10],
  speed: 0.02,
  softwarePixels: 2000, // the plain canvas draws, not the adapter
  viewLabel: "View",
  views: [
    ["recall", "Recall"],
    ["compare", "Classic, dense, modern"],
  ],
  brush: [
    ["1", "draw light"],
    ["-1", "draw dark"],
  ],
  table: ["observable", "now", "mean ± error", "exact", "z"],
  cells: { text: "Cells", help: "The state, one pixel a neuron (PNG)" },
};
