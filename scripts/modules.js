// The project's TypeScript for scripts of plain JavaScript, through Vite: shaders and data are texts in its modules.

import { createServer } from "vite";
import { ROOT } from "./sources.js";
import { wgslLayouts } from "./wgsl.js";

/** Calls `action` with a function that loads a module by its path from the root, as in "/src/index.ts". */
export async function withModules(action, plugins = []) {
  const server = await createServer({
    ...{ root: ROOT, appType: "custom", logLevel: "error", plugins },
    server: { middlewareMode: true, ws: false, hmr: false, watch: null },
    oxc: { target: "es2022" }, // Node 20 has no `using`
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  try {
    return await action((path) => server.ssrLoadModule(path));
  } finally {
    await server.close();
  }
}

/** A server for scripts that need it to the end; `ssrLoadModule` gives a module by its path from the root. */
export const loadModules = () =>
  createServer({
    ...{ configFile: false, root: ROOT, appType: "custom", logLevel: "error", plugins: [wgslLayouts()] },
    server: { middlewareMode: true, ws: false },
    oxc: { target: "es2022" },
  });

/** What Playwright starts Chrome with, as in the tests. */
export async function browserOptions() {
  const modules = await loadModules();
  const { chrome } = await modules.ssrLoadModule("/tests/chrome.ts");
  const options = await chrome();
  await modules.close();
  return options;
}
