import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch:
    "A stored digit is recalled although 30 % of its pixels are flipped: store more than 0.138 patterns a neuron, and recall fails.",
  guide: "models/memories",
  speeds: [0.02, 0.1, 0.5, 1, 10],
  speed: 0.02,
  views: [
    ["recall", "Recall"],
    ["compare", "Classic, dense, modern"],
    ["map", "Capacity map"],
  ],
  brush: [
    ["1", "Draw light"],
    ["-1", "Draw dark"],
  ],
  cells: { text: "Cells", help: "The state, one pixel a neuron (PNG)" },
};
