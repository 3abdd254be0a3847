// Builds the site once for all its tests, with the docs: files that run side by side would build over each other.

import { spawnSync } from "node:child_process";
import { buildSite } from "./browser.ts";

export default async () => {
  const { status } = spawnSync(process.execPath, ["scripts/docs.js", "--if-changed"], { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("the docs cannot be built: see above");
  await buildSite();
};
