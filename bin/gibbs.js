#!/usr/bin/env node
// The command `gibbs`. In a checkout it first installs and builds what is missing; the published package carries dist/ ready made.

import { existsSync } from "node:fs";

const setup = new URL("../scripts/setup.js", import.meta.url);
if (existsSync(setup)) {
  const { ensureInstalled, ensureBuilt } = await import(setup.href);
  ensureInstalled();
  ensureBuilt();
}
await import("../dist/cli.js");
