// The service worker: what was visited works without a network, a file that is not the build's is refused, and a new build takes over as
// a whole.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeOffline } from "../../host-web/build/offline.ts";
import { chrome } from "../chrome.ts";
import { LONGEST } from "../patience.ts";
import { stepsOf } from "./alone.ts";

const BUILT = new URL("../../.vite/site/below", import.meta.url).pathname;
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".jpg": "image/jpeg",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};
const RUN = "v=2&seed=5&size=64,64&temperature=2.2";

/** A server below a folder, whose files can change under its pages, and which can be gone. */
const host = { folder: BUILT, isGone: false, changed: new Map<string, string>(), asked: [] as string[] };
let server: Server;
let browser: Browser;
let url: string;
const contexts: BrowserContext[] = [];
const folders: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    if (host.isGone) return void request.socket.destroy();
    const path = decodeURI(request.url!.replace(/[?#].*/, "")).replace(/^\/below\//, "");
    const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    host.asked.push(file);
    try {
      const content = host.changed.get(file) ?? readFileSync(join(host.folder, file));
      response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/below/`;
  browser = await chromium.launch(await chrome());
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  Object.assign(host, { folder: BUILT, isGone: false, changed: new Map(), asked: [] });
});
afterAll(async () => {
  await browser.close();
  server.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A visitor who has never been there. */
async function visitor(): Promise<BrowserContext> {
  const context = await browser.newContext();
  context.setDefaultTimeout(LONGEST);
  contexts.push(context);
  return context;
}

async function open(context: BrowserContext, path: string): Promise<{ page: Page; errors: string[] }> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url + path);
  return { page, errors };
}

/** What the browser keeps, by cache. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const own = async (name: string) => (await (await caches.open(name)).keys()).map(({ url }) => url);
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await own(name)] as const)));
  });

/** The page has a service worker, and all that it loaded is kept. */
async function isKept(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { polling: 200 });
  const loaded = await page.evaluate(async () => {
    const { gibbs } = globalThis as { gibbs?: { request(name: string, what: object): Promise<string[]> } };
    const own = performance.getEntriesByType("resource").map(({ name }) => name);
    const all = [...own, ...((await gibbs?.request("loaded", {})) ?? [])];
    return all.map((address) => address.replace(/[?#].*/, "")).filter((address) => !address.startsWith("data:"));
  });
  const missing = async () => {
    const there = Object.values(await kept(page)).flat();
    return loaded.filter((address) => !there.includes(address));
  };
  await expect.poll(missing).toEqual([]);
}

const disconnect = async (context: BrowserContext) => {
  host.isGone = true;
  await context.setOffline(true);
};

/** Another build: what the site's pages say is different, and a chunk that pages load late has another name. */
async function nextBuild(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "gibbs-site-"));
  folders.push(folder);
  cpSync(BUILT, folder, { recursive: true, filter: (path) => !path.includes("/docs/") });
  const assets = readdirSync(join(folder, "assets"));
  const [late] = assets.filter((name) => name.startsWith("saving-"));
  const files = [...assets.map((name) => `assets/${name}`), "ising/index.html", "potts/index.html"];
  for (const file of files.filter((name) => /\.(js|html)$/.test(name))) {
    const text = readFileSync(join(folder, file), "utf8");
    const renamed = text.replaceAll(late, "saving-next.js").replace("<title>", "<title>Next: ");
    if (renamed !== text) writeFileSync(join(folder, file), renamed);
  }
  cpSync(join(folder, "assets", late), join(folder, "assets/saving-next.js"));
  rmSync(join(folder, "assets", late));
  await makeOffline(folder);
  return folder;
}

describe("without a network", () => {
  it("runs a page that was visited once, and pages of other models", async () => {
    const context = await visitor();
    const { page } = await open(context, `ising/#${RUN}`);
    await isKept(page);
    await disconnect(context);
    await page.reload();
    await page.waitForSelector("html[data-drawn]");
    await page.click("#step");
    await expect.poll(() => stepsOf(page)).toBeGreaterThan(0);
    const { page: other } = await open(context, "potts/");
    await other.waitForSelector("html[data-drawn]");
    await expect.poll(() => stepsOf(other)).toBeGreaterThan(0);
  });

  it("keeps the data of a page that was visited, and nothing large of others", async () => {
    const context = await visitor();
    const { page } = await open(context, "hopfield/");
    await page.waitForSelector("html[data-drawn]");
    await isKept(page);
    const there = Object.values(await kept(page)).flat();
    expect(there.filter((address) => address.includes("/packed-digits-"))).toHaveLength(1);
    expect(there.filter((address) => /docs\/(?!files)|coefficients|\/ladder-|\/checks-/.test(address))).toEqual([]);
    // What draws digits and what unpacks them are programs; the digits in full are 1.8 MB.
    for (const address of there.filter((each) => /\/digits-/.test(each))) {
      const bytes = await page.evaluate(async (each) => (await (await caches.match(each))!.blob()).size, address);
      expect([address, bytes < 50_000]).toEqual([address, true]);
    }
    await disconnect(context);
    await page.reload();
    await page.waitForSelector("html[data-drawn]");
    await expect.poll(() => stepsOf(page)).toBeGreaterThan(0);
  });

  it("says of a page that is not kept that it is not, and keeps one of the docs once it was looked at", async () => {
    const context = await visitor();
    const { page } = await open(context, "docs/");
    await isKept(page);
    await disconnect(context);
    await page.reload();
    await page.waitForSelector("main h1, .vp-doc h1");
    expect(await page.textContent("h1")).not.toMatch(/not kept/);
    const response = await page.goto(`${url}docs/glossary.html`);
    expect(response?.status()).toBe(503);
    expect(await page.textContent("h1")).toBe("This page is not kept");
    await page.click("main a");
    await page.waitForURL(url);
    expect(await page.textContent("h1")).toMatch(/Statistical physics/);
  });

  it("has no service worker within a frame of another site, nor where the user has turned it off", async () => {
    const context = await visitor();
    const { page } = await open(context, "gallery/?offline=no");
    await page.waitForTimeout(6000);
    expect(await kept(page)).toEqual({});
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
    await page.goto(`${url}gallery/`); // it is remembered
    await page.waitForTimeout(6000);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
    await page.goto(`${url}gallery/?offline=yes`);
    await isKept(page);
    await page.goto(`${url}gallery/?offline=no`);
    await expect
      .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length))
      .toBe(0);

    const stranger = await visitor();
    const framing = await stranger.newPage();
    host.changed.set("frame.html", `<iframe src="${url}gallery/?embed=mini"></iframe>`);
    await framing.goto(`${url.replace("127.0.0.1", "localhost")}frame.html`);
    await framing.waitForTimeout(6000);
    const frame = framing.frames()[1];
    expect(await frame.textContent("h1")).toMatch(/Gallery/i);
    expect(await frame.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  });
});

describe("a file that is not the build's", () => {
  const tampered = "globalThis.tampered = true;";

  it("would run without a service worker", async () => {
    const [chunk] = readdirSync(join(BUILT, "assets")).filter((name) => /^gallery-.*\.js$/.test(name));
    host.changed.set(`assets/${chunk}`, tampered);
    const { page } = await open(await visitor(), "gallery/?offline=no");
    expect(await page.evaluate(() => "tampered" in globalThis)).toBe(true);
  });

  it("is refused, and the page and the console say so", async () => {
    const context = await visitor();
    const { page } = await open(context, "gallery/");
    await isKept(page);
    const [chunk] = readdirSync(join(BUILT, "assets")).filter((name) => /^bench-.*\.js$/.test(name));
    host.changed.set(`assets/${chunk}`, tampered);
    const { page: bench, errors } = await open(context, "bench/");
    await bench.waitForSelector("#notice:not([hidden])");
    expect(await bench.textContent("#notice")).toContain(`assets/${chunk} is not the file of this build`);
    expect(errors.join("\n")).toContain(`assets/${chunk} is not the file of this build`);
    expect(await bench.evaluate(() => "tampered" in globalThis)).toBe(false);
    expect(
      Object.values(await kept(page))
        .flat()
        .join(),
    ).not.toContain(chunk);
  });

  it("is not shown where it is a page", async () => {
    const context = await visitor();
    const { page } = await open(context, "gallery/");
    await isKept(page);
    host.changed.set("verify/index.html", "<title>Another</title><h1>Another</h1>");
    const response = await page.goto(`${url}verify/`);
    expect(response?.status()).toBe(502);
    expect(await page.textContent("h1")).toBe("This page is not opened");
    host.changed.clear();
    await page.goto(`${url}verify/`);
    expect(await page.textContent("h1")).not.toBe("This page is not opened");
  });

  it("keeps a half deployed site from being installed", async () => {
    host.changed.set("potts/index.html", "<h1>Another build</h1>");
    const { page, errors } = await open(await visitor(), "gallery/");
    await page.waitForSelector("#notice:not([hidden])");
    expect(await page.textContent("#notice")).toContain("potts/index.html is not the file of this build");
    expect(errors.join("\n")).toContain("potts/index.html is not the file of this build");
    await expect
      .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active ?? null))
      .toBe(null);
  });
});

describe("a new build", () => {
  it("takes over as a whole, and an open page goes on with its own", async () => {
    const folder = await nextBuild();
    const context = await visitor();
    const { page } = await open(context, `ising/#${RUN}`);
    await isKept(page);
    const [first] = Object.keys(await kept(page));
    host.folder = folder;
    const taken = page.evaluate(() =>
      new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve)).then(() => {}),
    );
    await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())!.update()));
    await taken;
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === "activated");
    expect(Object.keys(await kept(page))).toHaveLength(2);

    const { page: next } = await open(context, `ising/#${RUN}`);
    await expect.poll(() => next.title()).toMatch(/^Next: /);
    // The open page loads a chunk that the server has no more.
    const files: string[] = [];
    page.on("download", (download) => files.push(download.suggestedFilename()));
    await page.click("#save-state");
    await expect.poll(() => files.length).toBe(3);
    expect(await page.title()).not.toMatch(/^Next: /);
    await page.close();

    const cachesOf = async () => {
      await next.reload();
      return Object.keys(await kept(next));
    };
    await expect.poll(cachesOf).toHaveLength(1);
    expect(Object.keys(await kept(next))).not.toContain(first);
    await disconnect(context);
    await next.reload();
    await next.waitForSelector("html[data-drawn]");
    expect(await next.title()).toMatch(/^Next: /);
  });

  it("opens a page that the build before it has not kept", async () => {
    const folder = await nextBuild();
    writeFileSync(
      join(folder, "verify/index.html"),
      readFileSync(join(folder, "verify/index.html"), "utf8").replace("<h1>", "<h1>New: "),
    );
    await makeOffline(folder);
    const context = await visitor();
    const { page } = await open(context, "gallery/");
    await isKept(page);
    host.folder = folder;
    await page.goto(`${url}verify/`);
    await expect.poll(() => page.textContent("h1")).toMatch(/^New: /);
  });
});
