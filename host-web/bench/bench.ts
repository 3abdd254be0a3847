// The page of speeds: kept results, and the ladder on the visitor's device.

import type { KeptDocument } from "../../bench/harness/result.ts";
import { deviceName } from "../../src/device/device.ts";
import { download } from "../shell/download.ts";
import { takeDrops } from "../shell/drop.ts";
import type { LadderAsk, LadderUpdate } from "./ladder.ts";
import { section } from "./results.ts";

const kept = Object.values(
  import.meta.glob<KeptDocument>("../../bench/results/*.json", { import: "default", eager: true }),
).sort((a, b) => (b.date ?? "").localeCompare(a.date ?? ""));

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [run, stop, copy, save] = ["run", "stop", "copy", "save"].map((id) => find<HTMLButtonElement>(id));
const choice = find<HTMLSelectElement>("model");
/** What the visitor's device did. */
let own: KeptDocument | undefined;

const asked = new URLSearchParams(location.hash.slice(1)).get("model");
if ([...choice.options].some(({ value }) => value === asked)) choice.value = asked!;
choice.onchange = () => {
  history.replaceState(null, "", `#model=${choice.value}`);
  show();
};

function show(): void {
  const all = own ? [own, ...kept] : kept;
  for (const [id, software] of [
    ["gpus", false],
    ["software", true],
  ] as const) {
    const sections = all
      .filter(({ device }) => device.software === software)
      .flatMap((result) => {
        const made = section(result, choice.value);
        if (made && result === own) made.prepend(Object.assign(document.createElement("b"), { textContent: "Yours" }));
        return made ?? [];
      });
    const nothing = Object.assign(document.createElement("p"), { textContent: "No result yet." });
    find(id).replaceChildren(...(sections.length > 0 ? sections : [nothing]));
  }
}

function say(text: string): void {
  find("state").textContent = text;
}

run.onclick = () => {
  own = undefined;
  show();
  for (const button of [run, copy, save]) button.disabled = true;
  stop.disabled = false;
  say("Opening the device…");
  const worker = new Worker(new URL("./ladder.ts", import.meta.url), { type: "module" });
  const finish = (text: string) => {
    worker.terminate();
    run.disabled = false;
    stop.disabled = true;
    const whole = own !== undefined && own.rows.length > 0;
    for (const button of [copy, save]) button.disabled = !whole;
    say(text);
  };
  stop.onclick = () => {
    if (own) own = { ...own, ended: "stopped." };
    finish("Stopped; what was measured stays.");
  };
  worker.onerror = ({ message }) => finish(`The benchmark stopped: ${message || "its worker could not be loaded"}.`);
  worker.onmessage = ({ data }: MessageEvent<LadderUpdate>) => {
    if (data.name === "progress") say(`${data.done} of ${data.of} models; ${data.text}`);
    else if (data.name === "end") finish(data.message ?? "Done.");
    else {
      const { device } = data.document;
      own = data.document;
      find("device").textContent = `${deviceName(device)}${device.software ? ": SOFTWARE" : ""}`;
      find("device").classList.toggle("software", device.software);
      const [newest] = data.document.rows.slice(-1);
      if (newest?.model === choice.value) show();
    }
  };
  const only = find<HTMLSelectElement>("what").value === "one" ? { only: choice.value } : {};
  worker.postMessage({ quick: !find<HTMLInputElement>("full").checked, ...only } satisfies LadderAsk);
};

const text = () => `${JSON.stringify(own, null, 2)}\n`;
copy.onclick = () =>
  navigator.clipboard.writeText(text()).then(
    () => say("Copied."),
    () => say("The browser does not let this page copy; save the file."),
  );
save.onclick = () => download(new Blob([text()], { type: "application/json" }), "gibbs-bench.json");

takeDrops();
show();
