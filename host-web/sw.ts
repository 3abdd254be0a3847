// The service worker: pages that were visited work without a network, and no file is used whose SHA-256 is not that of the build.
//
// A build is kept as a whole, in a cache of its own. The next one is fetched behind the pages that are open; when all of it is there it takes
// over what is opened from then on. Pages of the build before find their files, whose names nobody else has, in its cache, which goes when
// the last of them is closed.

import type { FileList } from "./build/offline.ts";

/** The digest of the list of files; host-web/build/offline.ts puts it in. */
declare const __GIBBS_FILES__: string;

/** What TypeScript's own library has for workers only. */
interface Client {
  id: string;
  postMessage(message: unknown): void;
}
interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetch extends Waiting {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Worker {
  registration: ServiceWorkerRegistration;
  clients: {
    claim(): Promise<void>;
    get(id: string): Promise<Client | undefined>;
    matchAll(options: { type: "window"; includeUncontrolled: true }): Promise<Client[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", listener: (event: Waiting) => void): void;
  addEventListener(name: "fetch", listener: (event: Fetch) => void): void;
  addEventListener(name: "message", listener: (event: Waiting & { data: ToServiceWorker }) => void): void;
}
const worker = self as unknown as Worker;

/** What a page says: the addresses of all that it has loaded. */
export interface ToServiceWorker {
  loaded: string[];
}
/** What it is told: a file that is not the build's. */
export interface FromServiceWorker {
  refused: string;
}

/** The site's folder. */
const site = worker.registration.scope;
/** Caches of this site; another one may lie at the same host. */
const OWN = `gibbs ${new URL(site).pathname} `;
const NAME = `${OWN}${__GIBBS_FILES__}`;
/** The list, and that of the docs, whose digest it has: a thousand files of their own. */
const LIST = "files.json";
const DOCS = "docs/files.json";
/** Where the caches of earlier builds stand, and the pages that were open before this one. */
const BEFORE = `${site}?before`;
/** Fetched at a time, behind what pages load. */
const AT_ONCE = 4;

/** It is not the file of the build. */
class RefusedError extends Error {
  override name = "RefusedError";
}

const cache = () => caches.open(NAME);

async function digestOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return btoa(String.fromCharCode(...digest))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/** Some servers have a folder's page under the folder's name alone. */
const addressOf = (path: string) => `${site}${path.replace(/(^|\/)index\.html$/, "$1")}`;

/** A file from the server. What the browser has kept of an earlier build is asked for anew. @throws RefusedError, TypeError without a network */
async function fetched(path: string, digest: string): Promise<Response> {
  let status = 0;
  for (const mode of ["default", "reload"] as const) {
    const response = await fetch(addressOf(path), { cache: mode });
    status = response.status;
    if (!response.ok) continue;
    const bytes = await response.arrayBuffer();
    if ((await digestOf(bytes)) !== digest) continue;
    const headers = { "Content-Type": response.headers.get("Content-Type") ?? "", "X-SHA-256": digest };
    return new Response(bytes, { headers });
  }
  throw new RefusedError(status === 200 ? path : `${path} (${status})`);
}

/** A file of this build: kept, of an earlier build if it is the same, or from the server. */
async function fileOf(path: string, digest: string): Promise<Response> {
  const own = await cache();
  const kept = await own.match(addressOf(path));
  if (kept) return kept;
  const response = (await elsewhere(path, digest)) ?? (await fetched(path, digest));
  await own.put(addressOf(path), response.clone()).catch(() => {}); // a full disk costs what would be there without a network
  return response;
}

const otherCaches = async () => (await caches.keys()).filter((name) => name.startsWith(OWN) && name !== NAME);

/** A file of any other build: of the one before, or of the next one. */
async function elsewhere(path: string, digest?: string): Promise<Response | undefined> {
  for (const cacheName of await otherCaches()) {
    const found = await caches.match(addressOf(path), { cacheName });
    if (found && (digest === undefined || found.headers.get("X-SHA-256") === digest)) return found;
  }
  return undefined;
}

/** The list that has a path: digests by path. @param read a file of the build whose lists they are */
async function listFor(path: string, digest: string, read = fileOf): Promise<Record<string, string>> {
  const { shell, more }: FileList = await (await read(LIST, digest)).json();
  if (!path.startsWith("docs/")) return { ...shell, ...more };
  return more[DOCS] === undefined ? {} : ((await (await read(DOCS, more[DOCS])).json()) as FileList).more;
}

async function install(): Promise<void> {
  const { shell, more }: FileList = await (await fileOf(LIST, __GIBBS_FILES__)).json();
  const paths = Object.keys(shell);
  const work = async () => {
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) await fileOf(path, shell[path]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // What was looked at and is the same stays.
  const own = await cache();
  const docs = (await elsewhere(DOCS)) ? await listFor("docs/", __GIBBS_FILES__) : {};
  for (const [path, digest] of Object.entries({ ...more, ...docs })) {
    const same = await elsewhere(path, digest);
    if (same) await own.put(addressOf(path), same).catch(() => {});
  }
  // Not as it is activated: Chrome's list of pages waits for those being opened, which wait for the activation.
  const before: Before = { names: await otherCaches(), ids: (await windows()).map(({ id }) => id) };
  await own.put(BEFORE, Response.json(before));
}

interface Before {
  names: string[];
  ids: string[];
}

/** Caches of earlier builds go with the last page of theirs. */
async function tidy(): Promise<void> {
  const noted = await (await cache()).match(BEFORE);
  if (!noted) return;
  const { names, ids }: Before = await noted.json();
  const open = await Promise.all(ids.map((id) => worker.clients.get(id)));
  if (!open.some(Boolean)) for (const name of names) await caches.delete(name);
}

const windows = () => worker.clients.matchAll({ type: "window", includeUncontrolled: true });

/** Pages show it, and the console has it. */
async function tell(error: unknown): Promise<void> {
  if (!(error instanceof RefusedError)) return;
  console.error(`gibbs: ${error.message} is not the file of this build, and is not used.`);
  for (const client of await windows()) client.postMessage({ refused: error.message } satisfies FromServiceWorker);
}

/** A page of the service worker's own: it is shown at any address. */
async function page(title: string, text: string, status: number): Promise<Response> {
  const files = await listFor("", __GIBBS_FILES__).catch(() => ({}));
  const style = Object.keys(files).find((path) => /^assets\/[^/]*\.css$/.test(path));
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>gibbs: ${title}</title>
${style ? `<link rel="stylesheet" href="${site}${style}">` : ""}
</head>
<body>
<header class="site"><a class="name" href="${site}">gibbs</a></header>
<main class="text"><h1>${title}</h1><p>${text}</p></main>
</body>
</html>`;
  return new Response(html, { status, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

const withoutNetwork = () =>
  page(
    "This page is not kept",
    `There is no network, and this page has not been visited with one. The <a href="${site}">models</a> are kept.`,
    503,
  );

const notOpened = () =>
  page(
    "This page is not opened",
    "What the server sent is not the page of this build: its SHA-256 is another. The site may be half renewed, or a server on the way has changed it. Try again in a few minutes.",
    502,
  );

/** The page of a build that has just been put up, as soon as all of that is there; its files are found in its cache. */
async function renewed(path: string): Promise<Response | undefined> {
  await worker.registration.update().catch(() => {});
  const next = worker.registration.installing ?? worker.registration.waiting;
  if (!next) return undefined;
  await new Promise<void>((resolve) => {
    const look = () => next.state !== "installing" && resolve();
    next.addEventListener("statechange", look);
    look();
  });
  if (next.state === "redundant") return undefined;
  for (const name of await otherCaches()) {
    const digest = name.slice(OWN.length);
    const own = await caches.open(name);
    const read = async (list: string, listed: string) => (await own.match(addressOf(list))) ?? fetched(list, listed);
    try {
      const files = await listFor(path, digest, read);
      if (files[path] !== undefined) return await fetched(path, files[path]);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error; // an earlier build has another page there
    }
  }
  return undefined;
}

async function respond(request: Request, path: string): Promise<Response> {
  const isPage = request.mode === "navigate";
  let found = path;
  try {
    const files = await listFor(path, __GIBBS_FILES__);
    if (isPage && files[path] === undefined && files[`${path}/index.html`] !== undefined) {
      return Response.redirect(`${site}${path}/${new URL(request.url).search}`);
    }
    if (files[path] === undefined && files[`${path}.html`] !== undefined) found = `${path}.html`;
    if (files[found] !== undefined) return await fileOf(found, files[found]);
    // Of no list is what a page of another build asks for, and what the server says to any wrong address.
    return (isPage ? undefined : await elsewhere(path)) ?? (await fetch(request));
  } catch (error) {
    const refused = error instanceof RefusedError;
    const next = refused && isPage ? await renewed(found).catch(() => undefined) : undefined;
    if (next) return next;
    await tell(error);
    if (!isPage) return Response.error();
    return refused ? notOpened() : withoutNetwork();
  }
}

/** The path within the site, of a folder that of its page; undefined for what lies elsewhere. */
function pathOf(address: string): string | undefined {
  const { origin, pathname } = new URL(address);
  const root = new URL(site);
  if (origin !== root.origin || !pathname.startsWith(root.pathname)) return undefined;
  const path = decodeURI(pathname.slice(root.pathname.length));
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}

/** What a page had loaded before there was a service worker. */
async function keep(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const path = pathOf(address);
    if (path === undefined) continue;
    const digest = (await listFor(path, __GIBBS_FILES__))[path];
    if (digest !== undefined) await fileOf(path, digest);
  }
}

worker.addEventListener("install", (event) => {
  event.waitUntil(
    install().catch(async (error) => {
      await tell(error);
      throw error;
    }),
  );
  void worker.skipWaiting();
});

worker.addEventListener("message", (event) => {
  event.waitUntil(
    keep(event.data.loaded)
      .catch(tell)
      .then(() => tidy())
      .then(() => worker.clients.claim()), // the first visit has none
  );
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = request.method === "GET" ? pathOf(request.url) : undefined;
  if (path === undefined || path === "sw.js") return;
  event.respondWith(respond(request, path));
  if (request.mode === "navigate") event.waitUntil(tidy());
});
