import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  speed: 4,
  views: [
    ["both", "Samples and features"],
    ["samples", "Samples"],
    ["features", "Features"],
    ["reconstructions", "Data and reconstructions"],
  ],
  cells: { text: "Samples", help: "The model's chains as a sheet (PNG)" },
};
