import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  counts: "sweep",
  speeds: [0.1, 1, 4, 16, 64],
  speed: 1,
  softwarePixels: 2000, // the plain canvas draws, not the adapter
  viewLabel: "View",
  views: [["law", "Spins and law of m"]],
  table: ["observable", "now", "mean ± error", "exact", "z"],
  scan: { text: "Scan", help: "A batch over the temperature, against the exact sums" },
  cells: { text: "Spins", help: "The spins, one pixel each (PNG)" },
};
