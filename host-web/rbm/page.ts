import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch: "Samples on the left turn from noise into digits, while the features on the right take shape.",
  speed: 4,
  views: [
    ["both", "Samples and features"],
    ["samples", "Samples"],
    ["features", "Features"],
    ["reconstructions", "Data and reconstructions"],
  ],
  cells: { text: "Samples", help: "The model's chains as a sheet (PNG)" },
};
