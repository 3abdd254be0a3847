// The contents of the docs: the headings of docs/README.md are the groups, its links the pages. The API reference has a group for
// each kind of export, as TypeDoc lists them.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";

const DOCS = join(import.meta.dirname, "..");

/** @throws Error where a group leads to no page */
export function sidebar(): DefaultTheme.SidebarItem[] {
  const [, ...groups] = readFileSync(join(DOCS, "README.md"), "utf8").split(/^## /m);
  return groups.map((group) => {
    const title = group.slice(0, group.indexOf("\n")).trim();
    const items = [...group.matchAll(/\[([^\]]+)\]\((?!https?:|\.\.\/)([^)#]+)\.md\)/g)].map(([, text, path]) => ({
      text,
      link: `/${path}`,
    }));
    if (items.length === 0) throw new Error(`docs/README.md: "${title}" leads to no page.`);
    return { text: title, items };
  });
}

/** Kinds of exports and their names, from the file that TypeDoc leaves with its pages. */
export function apiSidebar(): DefaultTheme.SidebarItem[] {
  const file = join(DOCS, "api/typedoc-sidebar.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}
