// Pages of the site as tests visit them, and what a test asks of a page.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import { decode } from "fast-png";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll } from "vitest";
import { openPage, openSite, type Site } from "./browser.ts";

/** Evaluated, for the policy of a page keeps out scripts that are written into it. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/** Small runs that several pages are visited with. */
export const SMALL = "v=2&seed=5&size=64,64&temperature=2.2";
export const ENSEMBLE = "v=2&seed=5&example=dimerisation&points=21";

/** Opens a browser for the tests of a file, with or without a GPU; pages are closed after each test. */
export function useSite(options: Parameters<typeof openSite>[0] = {}) {
  let opened: Site | undefined;
  const pages: Page[] = [];
  beforeAll(async () => {
    opened = await openSite(options);
  });
  afterAll(() => opened?.close());
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });
  const site = () => opened!;
  /** A page of the site, or one at an address of its own, as soon as it is loaded. */
  async function visit(path: string, options: Parameters<typeof openPage>[2] = {}) {
    const url = /^(about|data):/.test(path) ? path : `${site().url}${path}`;
    const visited = await openPage(site(), url, options);
    pages.push(visited.page);
    return visited;
  }
  /** The same, as soon as its model runs. */
  async function ready(path: string, options: Parameters<typeof openPage>[2] = {}) {
    const visited = await visit(path, options);
    await visited.page.waitForSelector("html[data-ready]");
    return visited;
  }
  return { site, visit, ready };
}

/** What the page's worker answers. */
export const request = <T>(page: Page, name: string, what: object = {}): Promise<T> =>
  page.evaluate(
    ([name, what]) =>
      (globalThis as unknown as { gibbs: { request(...words: unknown[]): Promise<T> } }).gibbs.request(name, what),
    [name, what] as const,
  );
export const linkOf = (page: Page) => request<{ text: string; digest: string; steps: number }>(page, "link");
export const text = (page: Page, selector: string) => page.textContent(selector).then((found) => found ?? "");
/** Goes to the plots, which are loaded when they are nearly in view. */
export const goToPlots = (page: Page) => page.evaluate(() => document.getElementById("plots")!.scrollIntoView());
export const count = (page: Page, selector: string) => page.locator(selector).count();

/** What a browser sends for files dropped on an element; true if the page keeps it from opening them. */
export const drop = (
  page: Page,
  files: readonly { name: string; type?: string; content: string }[],
  selector = "main",
) =>
  page.$eval(
    selector,
    (element, files) => {
      const dataTransfer = new DataTransfer();
      for (const { name, type = "", content } of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name, { type }));
      }
      const send = (kind: string) =>
        !element.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      return send("dragover") && send("drop");
    },
    files.map((file) => ({ ...file, content: Buffer.from(file.content, "latin1").toString("base64") })),
  );

/** What axe says of the page as it is. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
}

/** The canvas' pixels as the visitor sees them. */
export async function pixels(page: Page) {
  const { data, channels } = decode(await page.locator("#canvas").screenshot());
  return Array.from({ length: data.length / channels }, (_, i) => [...data.subarray(i * channels, i * channels + 3)]);
}
/** How many colours the canvas shows. */
export const shades = async (page: Page) => new Set((await pixels(page)).map(String)).size;

/** The canvas without what the page writes on it, as a digest. */
export async function picture(page: Page) {
  await page.evaluate(() => {
    document.getElementById("hud")!.style.visibility = "hidden";
  });
  const seen = await pixels(page);
  return createHash("sha256").update(Uint8Array.from(seen.flat())).digest("hex");
}
/** The same, once it stands still: what is drawn comes after what is told. */
export async function settled(page: Page): Promise<string> {
  let before = "";
  for (;;) {
    const now = await picture(page);
    if (now === before) return now;
    before = now;
    await page.waitForTimeout(300);
  }
}
