// COMBINE archives as --omex and the page take them; what reads them is loaded with the first one.

import type { Archive } from "../../model.ts";

const reader = () => import("./omex-file.ts");

export const omex: Archive = {
  description: "A COMBINE archive (.omex): the model, times and method of a task in its SED-ML",
  accept: [".omex"],
  choice: { name: "task", description: "which task of the archive is run, by its id; required if there are several" },
  runs: async (file) => (await reader()).runsIn(file),
  read: async (file, wanted) => (await reader()).runIn(file, wanted),
};
