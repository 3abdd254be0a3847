import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch:
    "Near T = 2.269 domains of every size form and dissolve: drag the temperature to either side, or paint spins with the brush.",
  counts: "step",
  speeds: [0.1, 1, 4, 16, 64, 256],
  softwarePixels: 400,
  views: [
    ["spins", "Spins"],
    ["walls", "Domain walls"],
    ["blocks", "Block means"],
  ],
  blocks: [2, 4, 8, 16, 32, 64, 128],
  grid: true,
  brush: [
    ["1", "Paint up"],
    ["-1", "Paint down"],
  ],
  scan: { text: "Scan", help: "A batch over the main parameter, against the exact curve" },
  correlation: { text: "Correlations", help: "The correlation function of the present state" },
  cells: { text: "Lattice", help: "The whole lattice, one pixel a cell (PNG)" },
};
