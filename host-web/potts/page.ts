import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch:
    "At T = 0.995 three states are at their transition: below it one of them takes over, above it all of them mix.",
  ownColours: true,
  views: [["layer", "First layer"]],
  brush: [
    ["0", "Paint state 0"],
    ["1", "Paint state 1"],
  ],
  scan: { text: "Scan", help: "A batch over the temperature, against what is known" },
  cells: { text: "Sites", help: "The first layer, one pixel a site (PNG)" },
};
