import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  counts: "sweep",
  speeds: [0.1, 1, 4, 16, 64],
  speed: 1,
  softwarePixels: 2000, // the plain canvas draws, not the adapter
  viewLabel: "View",
  ownColours: true,
  views: [["layer", "First layer"]],
  brush: [
    ["0", "paint state 0"],
    ["1", "paint state 1"],
  ],
  table: ["observable", "now", "mean ± error", "exact", "z"],
  scan: { text: "Scan", help: "A batch over the temperature, against what is known" },
  cells: { text: "Sites", help: "The first layer, one pixel a site (PNG)" },
};
