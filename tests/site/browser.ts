// The built site in headless Chrome, served from a folder below the root, as GitHub Pages does.

import { type Browser, chromium, type Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { chrome } from "../chrome.ts";
import { LONGEST, watch } from "../patience.ts";

const VITE = new URL("../../.vite/", import.meta.url).pathname;
/** What is served; the site lies in a folder of it. */
const SERVED = `${VITE}site/`;

export interface Site {
  url: string;
  browser: Browser;
  close(): Promise<void>;
}

export async function buildSite(): Promise<void> {
  const outDir = `${SERVED}below`;
  await build({ configFile: "host-web/vite.config.ts", logLevel: "warn", build: { outDir, emptyOutDir: true } });
}

/** Serves what `buildSite` built, and starts a browser. */
export async function openSite(): Promise<Site> {
  const server: PreviewServer = await preview({
    configFile: false,
    root: VITE,
    logLevel: "warn",
    build: { outDir: SERVED },
    preview: { port: 0, host: "127.0.0.1" },
  });
  const address = server.httpServer.address() as { port: number };
  const browser = await chromium.launch(await chrome());
  return {
    url: `http://127.0.0.1:${address.port}/below/`,
    browser,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** A page and everything that it complained of. */
export async function openPage(
  { browser }: Site,
  url: string,
  { width = 1440, height = 900, dark = false, reducedMotion = false } = {},
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height },
    locale: "en-US", // the environment may name one that no browser knows
    colorScheme: dark ? "dark" : "light",
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
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
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}
