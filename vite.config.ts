// The library, built twice by scripts/build.js. For Node: one ES module an entry of package.json's `exports` and `bin`, in few chunks, which
// load fast. With `--mode web`, for bundlers: a module for each source file, because only a whole module that nothing uses is left out of a
// page. Shaders and data come in as text (`?raw`); npm packages and Node's own modules stay imports.

import { isAbsolute } from "node:path";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import packageJson from "./package.json" with { type: "json" };
import { commit } from "./scripts/sources.js";
import { wgslLayouts } from "./scripts/wgsl.js";

/** Constants for builds and tests alike; globals.d.ts declares them. */
export const define = {
  __GIBBS_VERSION__: JSON.stringify(packageJson.version),
  __GIBBS_COMMIT__: JSON.stringify(commit()),
};

/** The shaders of a folder in one chunk, which is loaded with the first of them that a kernel needs. */
export const chunks = {
  groups: [
    {
      debugName: "shaders",
      test: /\.wgsl\?raw$/,
      name: (id: string) => `shaders-${/shaders[\\/]([\w-]+)/.exec(id)?.[1]}`,
    },
  ],
};

/** Data are megabytes of text, which a source map would hold once more. */
const unmappedData: Plugin = {
  name: "unmapped-data",
  transform: (code, id) => (/[\\/]src[\\/]data[\\/]/.test(id) ? { code, map: { mappings: "" } } : undefined),
};

/** Modules that Rolldown would name after the folder in which it runs. */
const VIRTUAL: [RegExp, string][] = [
  [/gibbs\/layouts/, "src/device/layouts.js"],
  [/@oxc-project/, "src/using.js"],
];

export default defineConfig(({ mode }): UserConfig => {
  const web = mode === "web";
  return {
    define,
    plugins: [wgslLayouts(), unmappedData],
    publicDir: false,
    build: {
      target: "es2022",
      minify: false, // readable stack traces; whoever ships a page minifies it there
      sourcemap: !web, // a module for each file reads like its source
      reportCompressedSize: false,
      lib: {
        entry: web
          ? { "src/index": "src/index.ts", "host-web/index": "host-web/index.ts" }
          : { index: "src/index.ts", node: "host-node/index.ts", cli: "host-node/cli.ts" },
        formats: ["es"],
      },
      rolldownOptions: {
        checks: { pluginTimings: false }, // the plugin that reads shaders takes its time, as it should
        // Helpers of the compiler itself (for `using`) are no dependency that a user has.
        external: (id) => !/^[.\0]|^virtual:|^@oxc-project\//.test(id) && !isAbsolute(id),
        output: web
          ? {
              preserveModules: true,
              preserveModulesRoot: import.meta.dirname,
              entryFileNames: ({ name }) => VIRTUAL.find(([own]) => own.test(name))?.[1] ?? "[name].js",
            }
          : { entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js", codeSplitting: chunks },
      },
    },
  };
});
