// TypeScript of the project for scripts, which Node 20 does not read by itself.

import { createServer } from "vite";
import { wgslLayouts } from "./wgsl.js";

/** A server whose `ssrLoadModule` gives a module by its path from the root. */
export const loadModules = () =>
  createServer({
    configFile: false,
    plugins: [wgslLayouts()],
    appType: "custom",
    logLevel: "error",
    server: { middlewareMode: true, ws: false },
    oxc: { target: "es2022" }, // Node 20 has no `using`
  });
