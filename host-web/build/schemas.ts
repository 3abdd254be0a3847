// Schemas as the site ships them: without their translation to JSON Schema, a quarter of zod, which each of its types names and no page
// asks for.

import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

/** What the module exports, all of it a function that says why it is none. */
const emptied = (code: string) => {
  const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
  return `function none() { throw new Error("The site has no JSON Schema."); }
export { ${names.map((name) => `none as ${name}`).join(", ")} };
`;
};

export function schemas(): Plugin {
  return {
    name: "gibbs-schemas",
    enforce: "pre",
    apply: "build",
    load: {
      filter: { id: /zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/ },
      handler: async (id) => emptied(await readFile(id, "utf8")),
    },
  };
}
