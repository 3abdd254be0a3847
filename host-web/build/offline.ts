// The site without a network: lists of all files with their SHA-256, and the service worker that goes by them. sw.js has the digest of the list,
// so it is another one for every build; pages register it by offline.js.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build, type Plugin } from "vite";
import { isData } from "../../scripts/data-chunk.js";
import { ROOT } from "./models.ts";
import { withPolicy } from "./policy.ts";

/** A list: paths and digests of what every visitor gets, and of what is kept once it has been looked at. */
export interface FileList {
  shell: Record<string, string>;
  more: Record<string, string>;
}

/** What is there without the service worker: what it is made of, and what notebooks import. */
const UNLISTED = ["sw.js", "widget.js", "files.json", "docs/files.json"];

/** What these pages load is kept as soon as they are visited: a megabyte of programs, which few visits need. */
const RARE = /^(bench|docs|verify)\//;
/** The same of what a page does when it is asked to. */
const ASKED = /^assets\/replay-/;

export function offline(): Plugin {
  let outDir = "";
  return {
    name: "gibbs-offline",
    apply: "build",
    enforce: "post",
    configResolved({ root, build: { outDir: given } }) {
      outDir = resolve(root, given);
    },
    transformIndexHtml: {
      order: "post",
      handler: (html, { path }) => finished(html, path.slice(1)),
    },
    async closeBundle() {
      for (const path of pathsOf(outDir).filter((path) => /^docs\/.*\.html$/.test(path))) {
        const file = join(outDir, path);
        writeFileSync(file, finished(readFileSync(file, "utf8"), path));
      }
      await makeOffline(outDir);
    },
  };
}

/** Writes the lists of a built site, and its service worker. */
export async function makeOffline(outDir: string): Promise<void> {
  const digest = writeLists(outDir);
  await build({
    configFile: false,
    logLevel: "warn",
    define: { __GIBBS_FILES__: JSON.stringify(digest) },
    build: {
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      target: "es2022",
      lib: { entry: join(ROOT, "sw.ts"), formats: ["iife"], name: "gibbs", fileName: () => "sw.js" },
    },
  });
}

/** A page with its policy, which registers the service worker. */
function finished(html: string, path: string): string {
  const up = "../".repeat(path.split("/").length - 1) || "./";
  return withPolicy(html).replace(/<\/body>/, `<script type="module" src="${up}offline.js"></script>\n</body>`);
}

/** Writes the list of a folder, and with it that of its docs, a thousand files that few visitors need. Returns its digest. */
function writeLists(folder: string): string {
  const paths = pathsOf(folder).filter((path) => !UNLISTED.includes(path));
  const shell = shellOf(folder, paths);
  const list: FileList = { shell: {}, more: {} };
  const docs: FileList = { shell: {}, more: {} };
  for (const path of paths) {
    const own = path.startsWith("docs/") ? docs.more : list[shell.has(path) ? "shell" : "more"];
    own[path] = digestOf(readFileSync(join(folder, path)));
  }
  const write = (name: string, content: FileList) => {
    const text = JSON.stringify(content);
    writeFileSync(join(folder, name), text);
    return digestOf(text);
  };
  if (Object.keys(docs.more).length > 0) list.more["docs/files.json"] = write("docs/files.json", docs);
  return write("files.json", list);
}

/** Pages and all that they may load by the names in their texts, but for pictures, data, and what is rare. */
function shellOf(folder: string, paths: readonly string[]): Set<string> {
  const named = new Map(paths.map((path) => [path.replace(/^.*\//, ""), path]));
  const shell = new Set<string>();
  const add = (path: string): void => {
    if (shell.has(path) || ASKED.test(path) || !/\.(html|css|js|webmanifest)$/.test(path)) return;
    const text = readFileSync(join(folder, path), "utf8");
    if (path.endsWith(".js") && isData(text)) return;
    shell.add(path);
    for (const [name] of text.matchAll(/[\w.-]+\.(css|js|webmanifest)\b/g)) {
      const next = named.get(name);
      if (next !== undefined && !RARE.test(next)) add(next);
    }
  };
  for (const path of paths) if (path.endsWith(".html") && !RARE.test(path)) add(path);
  return shell;
}

function pathsOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replace(/\\/g, "/"))
    .sort();
}

const digestOf = (content: string | Buffer) => createHash("sha256").update(content).digest("base64url");
