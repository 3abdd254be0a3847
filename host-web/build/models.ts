// The models that have pages, which is all of them, and what each page is made of: files of its own in host-web/MODEL/, and where there
// are none, what follows from the model's declaration.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "vite";
import { wgslLayouts } from "../../scripts/wgsl.js";
import type { Device } from "../../src/device/device.ts";
import { escapeHtml } from "../../src/files/html.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { type Declared, declaredPage, type Page, type PageOptions } from "./page-options.ts";

export const ROOT = join(import.meta.dirname, "..");

export interface ModelPage {
  model: AnyModel;
  page: Page;
  /** What src/models/MODEL/index.ts exports the model as. */
  exported: string;
  /** The picture of a run, in the gallery and where there is no GPU. */
  hasPreview: boolean;
}

const own = (model: string, file: string) => join(ROOT, model, file);
export const sceneFile = (model: string) => own(model, "scene.ts");
const htmlFile = (model: string) => own(model, "index.html");

let loaded: Promise<readonly ModelPage[]> | undefined;

/** Once for all plugins. */
export function modelPages(): Promise<readonly ModelPage[]> {
  loaded ??= load();
  return loaded;
}

/** Through Vite, because shaders come in as text. */
async function load(): Promise<ModelPage[]> {
  const server = await createServer({
    configFile: false,
    plugins: [wgslLayouts()],
    root: join(ROOT, ".."),
    appType: "custom",
    logLevel: "error",
    server: { middlewareMode: true, ws: false },
    oxc: { target: "es2022" }, // Node 20 has no `using`
    optimizeDeps: { noDiscovery: true },
  });
  const open = <T>(path: string) => server.ssrLoadModule(path) as Promise<T>;
  try {
    const { models } = await open<{ models: readonly AnyModel[] }>("/src/models/index.ts");
    const { ReferenceDevice } = await open<{ ReferenceDevice: new (host: "web") => Device }>("/src/device/device.ts");
    const pageOf = async (model: AnyModel): Promise<ModelPage> => {
      const { name } = model;
      const exports = await open<Record<string, unknown>>(`/src/models/${name}/index.ts`);
      const [exported] = Object.entries(exports).find(([, value]) => value === model)!;
      const declared = await declaredOptions(model, new ReferenceDevice("web"));
      const options = existsSync(own(name, "page.ts"))
        ? (await open<{ page: PageOptions }>(`/host-web/${name}/page.ts`)).page
        : {};
      const hasPreview = existsSync(join(ROOT, "public", name, "preview.jpg"));
      return { model, page: { ...declared, ...options }, exported, hasPreview };
    };
    return await Promise.all(models.map(pageOf));
  } finally {
    await server.close();
  }
}

/** What a small run shows of the model. */
async function declaredOptions(model: AnyModel, device: Device): Promise<Page> {
  const simulation = await model.create(device, model.examples.short.parameters);
  await simulation.run(1);
  const { channels = 1 } = await simulation.picture();
  const shown: Declared = { hasSeries: simulation.series().columns.length > 0, isGrey: channels === 1 };
  simulation[Symbol.dispose]();
  // A scene of its own would say how much rounding explains.
  return { ...declaredPage(model, shown), verify: model.rounded !== true || existsSync(sceneFile(model.name)) };
}

/** Every page of the site: the models', and the other folders below host-web/ that have an index.html. */
export async function pages(): Promise<Record<string, string>> {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const texts = folders.map(({ name }) => name).filter((name) => existsSync(htmlFile(name)));
  const models = (await modelPages()).map(({ model: { name } }) => name);
  const all = [...new Set([...texts, ...models])].map((name) => [name, htmlFile(name)]);
  return { ...Object.fromEntries(all), index: join(ROOT, "index.html"), 404: join(ROOT, "404.html") };
}

/** The text of a model whose page is made from its declaration, by the file that there is none of; undefined for other files. */
export async function declaredHtml(file: string): Promise<string | undefined> {
  const found = (await modelPages()).find(({ model: { name } }) => htmlFile(name) === file);
  if (!found || existsSync(file)) return undefined;
  const { title, summary } = found.model;
  return `<!doctype html>
<html lang="en">
<head>
<title>${escapeHtml(title)} - gibbs</title>
<meta name="description" content="${escapeHtml(summary)}">
</head>
<body>
<h2>The model</h2>
<p>${escapeHtml(summary)}</p>
</body>
</html>
`;
}
