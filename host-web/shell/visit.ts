// What a reload of the page takes up again. The worker keeps the run itself; here stand the name under which it does, how far the run
// was, and how it was looked at. It is written as the page is left, for which only the tab's own small storage is quick enough.

import type { ViewOptions } from "../worker/protocol.ts";
import type { Sight } from "./canvas.ts";

export interface Visit {
  /** Under which the worker keeps the run. */
  key: string;
  /** Which run it was, and at which step. */
  run: string;
  step: number;
  playing: boolean;
  options: ViewOptions;
  sight: Sight;
  /** Texts of controls that are the page's own, by id. */
  controls: Record<string, string>;
  /** Names of files that the run came from, by parameter. */
  files: Record<string, string>;
  /** What stood behind the # of the address: with another, another run is wanted. */
  hash: string;
}

const place = (model: string) => `gibbs:${location.pathname}:${model}`;

/** The last visit, if this page is that one once more. */
export function lastVisit(model: string): Visit | undefined {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (navigation?.type !== "reload" && navigation?.type !== "back_forward") return undefined;
  const visit = read(model);
  return visit?.hash === location.hash ? visit : undefined;
}

function read(model: string): Visit | undefined {
  try {
    const text = sessionStorage.getItem(place(model));
    return text === null ? undefined : (JSON.parse(text) as Visit);
  } catch {
    return undefined; // the browser keeps nothing for this page
  }
}

/** Calls `visit` as the page is left, and keeps what it says. */
export function keepVisits(model: string, visit: () => Visit | undefined): void {
  const keep = () => {
    const now = visit();
    if (!now) return;
    try {
      sessionStorage.setItem(place(model), JSON.stringify(now));
    } catch {
      // the browser keeps nothing for this page, and the address holds what it can
    }
  };
  addEventListener("pagehide", keep);
  // A phone ends pages without a word once they are out of sight.
  document.addEventListener("visibilitychange", keep);
}
