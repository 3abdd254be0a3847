// The library build: one ES module an entry of package.json's `exports` and `bin`. Shaders and data come in as text (`?raw`);
// npm packages and Node's own modules stay imports. scripts/setup.js runs it.

import { isAbsolute } from "node:path";
import { defineConfig } from "vite";
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

export default defineConfig({
  define,
  plugins: [wgslLayouts()],
  publicDir: false,
  build: {
    target: "es2022",
    minify: false, // readable stack traces; whoever ships a page minifies it there
    sourcemap: true,
    reportCompressedSize: false,
    lib: {
      entry: {
        index: "src/index.ts",
        node: "host-node/index.ts",
        cli: "host-node/cli.ts",
        web: "host-web/index.ts",
      },
      formats: ["es"],
    },
    rolldownOptions: {
      // Helpers of the compiler itself (for `using`) are no dependency that a user has.
      external: (id) => !/^[.\0]|^virtual:|^@oxc-project\//.test(id) && !isAbsolute(id),
      output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js", codeSplitting: chunks },
    },
  },
});
