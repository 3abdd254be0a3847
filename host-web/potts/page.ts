import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  ownColours: true,
  views: [["layer", "First layer"]],
  brush: [
    ["0", "paint state 0"],
    ["1", "paint state 1"],
  ],
  scan: { text: "Scan", help: "A batch over the temperature, against what is known" },
  cells: { text: "Sites", help: "The first layer, one pixel a site (PNG)" },
};
