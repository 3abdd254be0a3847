// The site: `npm run web` serves it, `npm run web:build` makes dist-web/, a static folder that works under any path.

import { join } from "node:path";
import { defineConfig, type UserConfig } from "vite";
import { wgslLayouts } from "../scripts/wgsl.js";
import { chunks, define } from "../vite.config.ts";
import { declaredPages, scenes } from "./build/declared.ts";
import { layout } from "./build/layout.ts";
import { pages } from "./build/models.ts";
import { offline } from "./build/offline.ts";
import { schemas } from "./build/schemas.ts";
import { shaders } from "./build/shaders.ts";

/** What keeps its name: notebooks import the widget, and pages of the docs the other. */
const FIXED = { widget: join(import.meta.dirname, "widget.ts"), offline: join(import.meta.dirname, "sw-page.ts") };

export default defineConfig(
  async (): Promise<UserConfig> => ({
    root: import.meta.dirname,
    base: "./",
    define,
    plugins: [declaredPages(), layout(), scenes(), schemas(), shaders(), wgslLayouts(), offline()],
    worker: {
      format: "es",
      plugins: () => [scenes(), schemas(), shaders(), wgslLayouts()],
      rolldownOptions: { output: { codeSplitting: chunks } },
    },
    server: { fs: { allow: [".."] } },
    build: {
      target: "es2022",
      outDir: join(import.meta.dirname, "..", "dist-web"),
      emptyOutDir: true,
      rolldownOptions: {
        input: { ...(await pages()), ...FIXED },
        preserveEntrySignatures: "exports-only",
        output: {
          codeSplitting: chunks,
          entryFileNames: ({ name }) => (Object.hasOwn(FIXED, name) ? "[name].js" : "assets/[name]-[hash].js"),
        },
      },
    },
  }),
);
