// The docs as a part of the site: `npm run docs` builds docs/**/*.md and the API reference into host-web/public/docs/, from where the site
// takes them. Like the site they work under any path, and no page has an inline script.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tex } from "@mdit/plugin-tex";
import temml from "temml";
import { defineConfig } from "vitepress";
import { apiSidebar, sidebar } from "./sidebar.ts";

const ROOT = join(import.meta.dirname, "../..");
const outDir = join(ROOT, "host-web/public/docs");
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'%3E%3Cpath d='M0 0h2v2H0zM2 2h2v2H2z' fill='%232563eb'/%3E%3C/svg%3E";

export default defineConfig({
  title: "gibbs",
  description: "Documentation of gibbs, a GPU compute engine for statistical physics and learning dynamics",
  lang: "en",
  base: "./",
  srcDir: join(ROOT, "docs"),
  outDir,
  cacheDir: join(ROOT, ".vite/docs"),
  rewrites: { "README.md": "index.md" },
  // Of the repository, outside the docs; a check of the tests follows all links.
  ignoreDeadLinks: [/^(\.\.\/|\.\/\.\.\/)/],
  head: [["link", { rel: "icon", href: ICON }]],
  markdown: {
    config(md) {
      // On GitHub a folder shows its README.md; here that is its index.
      const normalize = md.normalizeLink.bind(md);
      md.normalizeLink = (url) => normalize(url.replace(/(^|\/)README\.md(?=#|$)/, "$1index.md"));
      md.use(tex, { delimiters: "dollars", render: mathml });
    },
  },
  themeConfig: {
    search: { provider: "local" },
    sidebar: { "/api/": apiSidebar(), "/": sidebar() },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: "/" },
      { text: "API", link: "/api/" },
    ],
  },
  transformHtml: withoutInlineScripts,
});

/** TeX as MathML, which needs no script and no font. @throws ParseError of Temml with the formula */
function mathml(content: string, displayMode: boolean): string {
  const math = temml.renderToString(content, { displayMode, throwOnError: true });
  // On a phone a long one scrolls, which keys must be able to do, too. Vue takes {{ for its own.
  return displayMode
    ? `<div class="equation" tabindex="0" role="group" aria-label="Equation" v-pre>${math}</div>`
    : `<span v-pre>${math}</span>`;
}

/** Scripts of a page as files, so that a policy without `unsafe-inline` holds. */
function withoutInlineScripts(html: string): string {
  const up = /<script>window\.__VP_SITE_ROOT__=new URL\("([^"]*)"/.exec(html)?.[1] ?? "./";
  return html.replace(/<script(?: id="[^"]*")?>([\s\S]*?)<\/script>/g, (_, code: string) => {
    const name = `inline-${createHash("sha256").update(code).digest("hex").slice(0, 8)}.js`;
    const folder = join(outDir, "assets");
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), code);
    return `<script src="${up}assets/${name}"></script>`;
  });
}
