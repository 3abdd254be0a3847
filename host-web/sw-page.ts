// A page's part of what works without a network: it registers the service worker once it is at rest, says what it has loaded, and shows
// what was refused. `?offline=no` in any page's address turns it off in this browser, `?offline=yes` on again.

import { ABOUT, notify } from "./shell/notices.ts";
import type { FromServiceWorker, ToServiceWorker } from "./sw.ts";

/** Milliseconds that a page has for itself first. */
const REST = 3000;

const site = new URL(/* @vite-ignore */ "./", import.meta.url).href;
const { serviceWorker } = navigator;
const isFramed = window.top !== window;

/** Whether the user wants it, as they said last; whoever saves data has to say so. */
function isWanted(): boolean {
  let said = new URLSearchParams(location.search).get("offline");
  try {
    if (said !== null) localStorage.setItem("gibbs:offline", said);
    said = localStorage.getItem("gibbs:offline");
  } catch {
    // the browser keeps nothing for this page
  }
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return said === "yes" || (said !== "no" && connection?.saveData !== true);
}

async function turnOff(): Promise<void> {
  const found = await serviceWorker.getRegistration(site);
  if (found?.scope === site) await found.unregister();
  for (const name of await caches.keys())
    if (name.startsWith(`gibbs ${new URL(site).pathname} `)) await caches.delete(name);
}

function listen(): void {
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<FromServiceWorker>) => {
    const text = `${data.refused} is not the file of this build, and is not used: the site is being renewed, or a server on the way has changed it. Reload the page in a few minutes.`;
    console.error(`gibbs: ${text}`);
    if (document.getElementById("notice")) notify({ about: ABOUT.site, text });
  });
  serviceWorker.startMessages();
}

/** The model's worker tells what it has loaded; there is none on other pages. */
interface Run {
  request(name: "loaded", request: object): Promise<string[]>;
}

async function tellLoaded(): Promise<void> {
  const { active } = await serviceWorker.ready;
  const { gibbs } = globalThis as { gibbs?: Run };
  const own = performance.getEntriesByType("resource").map(({ name }) => name);
  const loaded = [location.href, ...own, ...((await gibbs?.request("loaded", {}).catch(() => [])) ?? [])];
  active!.postMessage({
    loaded: [...new Set(loaded.map((address) => address.replace(/[?#].*/, "")))],
  } satisfies ToServiceWorker);
}

async function begin(): Promise<void> {
  listen();
  if (!isFramed) await serviceWorker.register(new URL("sw.js", site), { updateViaCache: "none" });
  await tellLoaded();
}

/** After the first picture, and when nothing else is to be done. */
async function atRest(): Promise<void> {
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve));
  if (document.body.dataset.model !== undefined && document.documentElement.dataset.drawn === undefined) {
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (document.documentElement.dataset.drawn === undefined) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(document.documentElement, { attributeFilter: ["data-drawn"] });
    });
  }
  await new Promise((resolve) => setTimeout(resolve, REST));
}

if (serviceWorker && isSecureContext && location.protocol.startsWith("http")) {
  if (isWanted()) void atRest().then(begin).catch(console.warn);
  else if (!isFramed) void turnOff();
}
