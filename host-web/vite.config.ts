// The site: `npm run web` serves it, `npm run web:build` makes dist-web/, a static folder that works under any path.

import { join } from "node:path";
import { defineConfig } from "vite";
import { wgslLayouts } from "../scripts/wgsl.js";
import { define } from "../vite.config.ts";
import { layout, pages } from "./build/layout.ts";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  define,
  plugins: [layout(), wgslLayouts()],
  worker: { format: "es", plugins: () => [wgslLayouts()] },
  server: { fs: { allow: [".."] } },
  build: {
    target: "es2022",
    outDir: join(import.meta.dirname, "..", "dist-web"),
    emptyOutDir: true,
    rolldownOptions: { input: pages() },
  },
});
