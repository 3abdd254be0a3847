// The widget in a plain page that stands in for a notebook: it imports widget.js and hands over a model with anywidget's methods.

import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { parseLink } from "../../src/links.ts";
import { ising } from "../../src/models/ising/index.ts";
import { openDevice } from "../open-device-node.ts";
import { useSite } from "./visit.ts";

const LINK = "ising#v=2&seed=5&size=64,48&temperature=2.2&step=20";

interface Host {
  values: Record<string, unknown>;
  set(name: string, value: unknown): void;
  end?: () => void;
}

/** The module rendered into an element of the page; `host` holds what the notebook shares. */
async function render(page: Page, values: Record<string, unknown>): Promise<void> {
  // As text: Vitest would make its own of an import.
  await page.evaluate(
    `import(new URL("../widget.js", location.href).href).then((made) => { globalThis.widget = made.default; })`,
  );
  await page.evaluate(async (values) => {
    const listeners = new Map<string, (() => void)[]>();
    const host: Host = {
      values,
      set(name, value) {
        values[name] = value;
        for (const listener of listeners.get(`change:${name}`) ?? []) listener();
      },
    };
    Object.assign(globalThis, { host });
    const { widget } = globalThis as unknown as { widget: { render(given: object): Promise<() => void> } };
    const model = {
      get: (name: string) => values[name],
      set: (name: string, value: unknown) => host.set(name, value),
      save_changes() {},
      on: (event: string, listener: () => void) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
      off: (event: string, own: () => void) =>
        listeners.set(
          event,
          (listeners.get(event) ?? []).filter((each) => each !== own),
        ),
    };
    const el = document.body.appendChild(document.createElement("div"));
    el.id = "cell";
    host.end = await widget.render({ model, el });
  }, values);
}

const hostOf = (page: Page) => page.evaluate(() => (globalThis as unknown as { host: Host }).host.values);
const set = (page: Page, name: string, value: unknown) =>
  page.evaluate(
    ([name, value]) => (globalThis as unknown as { host: Host }).host.set(name as string, value),
    [name, value],
  );
const painted = (page: Page) =>
  page.evaluate(() => document.querySelector<HTMLCanvasElement>("#cell canvas")!.toDataURL());

describe("in a notebook", () => {
  const { visit } = useSite();

  it("a link is shown, moves on while it plays, and gives the digest of Node", async () => {
    const { page, complaints } = await visit("verify/", {});
    await render(page, { link: LINK, playing: false, speed: 5 });
    await expect.poll(async () => (await hostOf(page)).digest).toMatch(/^sha256:/);
    const { digest, steps } = await hostOf(page);
    expect(steps).toBe(20);
    const device = await openDevice();
    const { parameters, seed } = parseLink(LINK);
    const own = await ising.create(device, { ...parameters, seed });
    await own.run(20);
    expect(digest).toBe(await own.digest());
    own.dispose();
    device.dispose();
    const before = await painted(page);
    await set(page, "playing", true);
    await expect.poll(async () => (await hostOf(page)).steps).toBeGreaterThan(20);
    await set(page, "playing", false);
    await expect.poll(async () => (await hostOf(page)).digest).toMatch(/^sha256:/);
    expect((await hostOf(page)).digest).not.toBe(digest);
    expect(await painted(page)).not.toBe(before);

    await set(page, "link", "potts#v=2&seed=1&states=3&size=16,16&temperature=1&step=2");
    await expect.poll(async () => (await hostOf(page)).steps).toBe(2);
    await page.evaluate(() => (globalThis as unknown as { host: Host }).host.end!());
    expect(complaints).toEqual([]);
  });

  it("a link that cannot be read is an error in words, for the notebook and the eye", async () => {
    const { page, complaints } = await visit("verify/", {});
    await render(page, { link: "isnig#temperature=2", playing: true });
    await expect.poll(async () => (await hostOf(page)).error).toMatch(/begin it with one of ising, potts/);
    expect(await page.textContent("#cell p")).toMatch(/begin it with one of/);
    await set(page, "link", "ising#v=2&temperature=-1");
    await expect.poll(async () => (await hostOf(page)).error).toMatch(/temperature/);
    expect(complaints).toEqual([]);
  });
});
