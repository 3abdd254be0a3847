// Pages and scenes that have no file: a model gets them from its declaration.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { declaredHtml, modelPages, ROOT, sceneFile } from "./models.ts";

const SCENES = "virtual:gibbs/scenes";
const SCENE = "virtual:gibbs/scene/";
const MODELS = "virtual:gibbs/models";

const imported = (path: string) => JSON.stringify(path.replaceAll("\\", "/"));

const indexOf = (model: string) => join(ROOT, "..", "src", "models", model, "index.ts");

/** The scenes of all models, and the models, each in a chunk of its own. */
export function scenes(): Plugin {
  return {
    name: "gibbs-scenes",
    resolveId: (id) => (id === SCENES || id === MODELS || id.startsWith(SCENE) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith("\0virtual:gibbs/")) return undefined;
      const models = await modelPages();
      if (id === `\0${SCENES}`) {
        const entries = models.map(({ model: { name } }) => {
          const file = sceneFile(name);
          return `${JSON.stringify(name)}: () => import(${imported(existsSync(file) ? file : `${SCENE}${name}`)})`;
        });
        return `export const scenes = {\n${entries.join(",\n")}\n};\n`;
      }
      if (id === `\0${MODELS}`) {
        const entries = models.map(
          ({ model: { name }, exported }) =>
            `${JSON.stringify(name)}: () => import(${imported(indexOf(name))}).then(({ ${exported}: model }) => model)`,
        );
        return `export const models = {\n${entries.join(",\n")}\n};\n`;
      }
      const found = models.find(({ model: { name } }) => id === `\0${SCENE}${name}`);
      if (!found) return undefined;
      const index = indexOf(found.model.name);
      return `import { ${found.exported} } from ${imported(index)};
import { pictureScene } from ${imported(join(ROOT, "worker", "picture-scene.ts"))};
export const scene = pictureScene(${found.exported});
`;
    },
  };
}

/** The HTML of models that have none. */
export function declaredPages(): Plugin {
  return {
    name: "gibbs-declared-pages",
    enforce: "pre",
    resolveId: async (id) => ((await declaredHtml(id)) === undefined ? undefined : id),
    load: (id) => declaredHtml(id),
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const { pathname } = new URL(request.url ?? "/", "http://localhost");
        const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
        // The docs are built files of the public folder, which Vite serves by name alone.
        if (path === "/docs/index.html" || path === "/docs/api/index.html") {
          request.url = path;
          return next();
        }
        const html = path.endsWith("/index.html") ? await declaredHtml(join(ROOT, path)) : undefined;
        if (html === undefined) return next();
        response.setHeader("Content-Type", "text/html");
        response.end(await server.transformIndexHtml(path, html));
      });
    },
  };
}
