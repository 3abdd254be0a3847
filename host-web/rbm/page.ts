import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  counts: "update",
  speeds: [0.1, 1, 4, 16, 64],
  speed: 4,
  softwarePixels: 2000, // the plain canvas draws, not the adapter
  viewLabel: "View",
  views: [
    ["both", "Samples and features"],
    ["samples", "Samples"],
    ["features", "Features"],
    ["reconstructions", "Data and reconstructions"],
  ],
  table: ["observable", "now", "mean ± error", "exact", "z"],
  cells: { text: "Samples", help: "The model's chains as a sheet (PNG)" },
};
