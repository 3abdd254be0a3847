// The built site in headless Chrome, served from a folder below the root, as GitHub Pages does.

import { type Browser, chromium, type Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { chrome } from "../chrome.ts";
import { LONGEST, watch } from "../patience.ts";

const VITE = new URL("../../.vite/", import.meta.url).pathname;
/** What is served, by the name of a site; the site lies in a folder of it. */
const served = (name: string) => `${VITE}${name}/`;

export interface Site {
  url: string;
  browser: Browser;
  close(): Promise<void>;
}

/** Builds the site of this folder, or that of a copy of it, under a name of its own. */
export async function buildSite(folder = ".", name = "site"): Promise<void> {
  const outDir = `${served(name)}below`;
  const configFile = `${folder}/host-web/vite.config.ts`;
  await build({ configFile, logLevel: "warn", build: { outDir, emptyOutDir: true } });
}

/** Serves what `buildSite` built, and starts a browser, which has no GPU if `gpu` is false. */
export async function openSite({ gpu = true, name = "site" } = {}): Promise<Site> {
  const server: PreviewServer = await preview({
    configFile: false,
    root: VITE,
    logLevel: "warn",
    build: { outDir: served(name) },
    preview: { port: 0, host: "127.0.0.1" },
  });
  const address = server.httpServer.address() as { port: number };
  const { args = [], ...options } = await chrome();
  const browser = await chromium.launch({
    ...options,
    args: gpu ? args : args.filter((word) => !/gpu|vulkan/i.test(word)),
  });
  return {
    url: `http://127.0.0.1:${address.port}/below/`,
    browser,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

export interface Visit {
  width?: number;
  height?: number;
  dark?: boolean;
  reducedMotion?: boolean;
  /** A phone has fingers. */
  touch?: boolean;
  locale?: string;
}

/** What Playwright says where it keeps a page from its service worker. */
const BLOCKED = "Service Worker registration blocked by Playwright";

/** A page, everything that it complained of, and all that stands in its console. */
export async function openPage(
  { browser }: Site,
  url: string,
  { width = 1440, height = 900, dark = false, reducedMotion = false, touch = false, locale = "en-US" }: Visit = {},
): Promise<{ page: Page; complaints: string[]; messages: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height },
    locale,
    hasTouch: touch,
    isMobile: touch,
    colorScheme: dark ? "dark" : "light",
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
    serviceWorkers: "block", // what they fetch behind a page is no part of its test; tests/site/offline.test.ts is theirs
  });
  page.setDefaultTimeout(LONGEST);
  const complaints: string[] = [];
  // What waits for a page that stands still fails as soon as the page is closed.
  const giveUp = () => {
    console.error(`${page.url()} has shown nothing new for minutes, and is closed`);
    void page.close();
  };
  const watching = watch(() => page.evaluate(() => `${location.href} ${document.body.textContent}`), giveUp);
  page.on("close", () => watching[Symbol.dispose]());
  const messages: string[] = [];
  page.on("console", (message) => {
    if (message.text() === BLOCKED) return;
    messages.push(`${message.type()}: ${message.text()}`);
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => {
    messages.push(String(error));
    complaints.push(String(error));
  });
  await page.goto(url);
  return { page, complaints, messages };
}
