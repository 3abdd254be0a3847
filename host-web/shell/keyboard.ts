// Keys of a model's page; those of the canvas are the canvas' own.

import type { Toolbar } from "./toolbar.ts";

export function addKeys(toolbar: Toolbar): void {
  const actions: Record<string, () => unknown> = {
    " ": () => toolbar.play(),
    s: () => toolbar.step(),
    r: () => toolbar.reset(),
    f: () => toolbar.fullscreen(),
    0: () => toolbar.fit(),
  };
  addEventListener("keydown", (event) => {
    const typing = (event.target as Element).closest("input, select, button, summary, a, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) return;
    event.preventDefault();
    void actions[event.key]();
  });
}
