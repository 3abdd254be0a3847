import type { PageOptions } from "../build/page-options.ts";

export const page: PageOptions = {
  watch:
    "Just below T = 1 the magnetization dwells near one of two opposite values and jumps between them: the colder, the rarer.",
  views: [["law", "Spins and law of m"]],
  scan: { text: "Scan", help: "A batch over the temperature, against the exact sums" },
  cells: { text: "Spins", help: "The spins, one pixel each (PNG)" },
};
