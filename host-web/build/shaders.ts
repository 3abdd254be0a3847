// Shaders as the site ships them: without comments, empty lines and indentation, which are half of their text. WGSL has no literals in
// which two slashes could stand for anything but a comment.

import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

/** Lines that name other files stay: src/device/shader.ts reads them. */
const shortened = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => (/^\/\/ requires:/.test(line) ? line : line.replace(/\/\/.*$/, "")).trim())
    .filter((line) => line !== "")
    .join("\n");

export function shaders(): Plugin {
  return {
    name: "gibbs-shaders",
    enforce: "pre",
    apply: "build",
    load: {
      filter: { id: /\.wgsl\?raw$/ },
      async handler(id) {
        const text = await readFile(id.slice(0, -"?raw".length), "utf8");
        return `export default ${JSON.stringify(shortened(text))};`;
      },
    },
  };
}
