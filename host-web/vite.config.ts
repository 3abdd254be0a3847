// The site: `npm run web` serves it, `npm run web:build` makes dist-web/, a static folder that works under any path.

import { join } from "node:path";
import { defineConfig, type UserConfig } from "vite";
import { wgslLayouts } from "../scripts/wgsl.js";
import { chunks, define } from "../vite.config.ts";
import { declaredPages, scenes } from "./build/declared.ts";
import { layout } from "./build/layout.ts";
import { pages } from "./build/models.ts";
import { shaders } from "./build/shaders.ts";

export default defineConfig(
  async (): Promise<UserConfig> => ({
    root: import.meta.dirname,
    base: "./",
    define,
    plugins: [declaredPages(), layout(), scenes(), shaders(), wgslLayouts()],
    worker: {
      format: "es",
      plugins: () => [scenes(), shaders(), wgslLayouts()],
      rolldownOptions: { output: { codeSplitting: chunks } },
    },
    server: { fs: { allow: [".."] } },
    build: {
      target: "es2022",
      outDir: join(import.meta.dirname, "..", "dist-web"),
      emptyOutDir: true,
      rolldownOptions: {
        input: { ...(await pages()), widget: join(import.meta.dirname, "widget.ts") },
        // Notebooks import the widget by its name.
        preserveEntrySignatures: "exports-only",
        output: {
          codeSplitting: chunks,
          entryFileNames: ({ name }) => (name === "widget" ? "widget.js" : "assets/[name]-[hash].js"),
        },
      },
    },
  }),
);
