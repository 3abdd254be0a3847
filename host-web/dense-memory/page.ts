import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch: "Half a digit is enough to recall the other half, among 300 stored ones.",
  guide: "models/memories",
  speeds: [0.02, 0.1, 0.5, 1, 10],
  speed: 0.02,
  views: [
    ["recall", "Recall"],
    ["compare", "Classic, dense, modern"],
  ],
  brush: [
    ["1", "Draw light"],
    ["-1", "Draw dark"],
  ],
  cells: { text: "Cells", help: "The state, one pixel a neuron (PNG)" },
};
