// The built site in headless Chrome: built once, served from a folder below the root, as GitHub Pages does.

import { type Browser, chromium, type Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { chrome } from "../chrome.ts";

const CONFIG = "host-web/vite.config.ts";

export interface Site {
  url: string;
  browser: Browser;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const outDir = new URL("../../.vite/site/", import.meta.url).pathname;
  const root = new URL("../../.vite/", import.meta.url).pathname;
  await build({ configFile: CONFIG, logLevel: "warn", build: { outDir: `${outDir}below`, emptyOutDir: true } });
  const server: PreviewServer = await preview({
    configFile: false,
    root,
    logLevel: "warn",
    build: { outDir },
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
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}
