import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  speeds: [0.02, 0.1, 0.5, 1, 10],
  speed: 0.02,
  views: [
    ["recall", "Recall"],
    ["compare", "Classic, dense, modern"],
  ],
  brush: [
    ["1", "draw light"],
    ["-1", "draw dark"],
  ],
  cells: { text: "Cells", help: "The state, one pixel a neuron (PNG)" },
};
