// Every model's oracles on the visitor's device, with a report to take away: the one that `gibbs validate --out` writes.

import { deviceName } from "../../src/device/device.ts";
import { figure, REPORT_STYLE, reportHtml, reportParts, type Validation } from "../../src/validation/report.ts";
import { version } from "../../src/version.ts";
import { download } from "../shell/download.ts";
import { takeDrops } from "../shell/drop.ts";
import type { CheckRequest, CheckUpdate } from "./checks.ts";

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const start = find<HTMLButtonElement>("start");
const stop = find<HTMLButtonElement>("stop");
const results = ["copy", "save", "save-json"].map((id) => find<HTMLButtonElement>(id));

takeDrops();

const style = document.createElement("style");
style.textContent = REPORT_STYLE;
document.head.append(style);

start.onclick = () => {
  const effort = find<HTMLInputElement>("full").checked ? "full" : "quick";
  for (const button of [start, ...results]) button.disabled = true;
  stop.disabled = false;
  find("report").replaceChildren();
  const body = find("checks").querySelector("tbody")!;
  body.replaceChildren();
  find("table").hidden = false;

  const checks: Validation["checks"][number][] = [];
  const began = performance.now();
  let about: Pick<Validation, "device" | "models"> | undefined;
  const worker = new Worker(new URL("./checks.ts", import.meta.url), { type: "module" });
  const say = (text: string) => {
    find("state").textContent = text;
  };
  say("Opening the device…");

  const finish = (message: string, ended?: string) => {
    worker.terminate();
    start.disabled = false;
    stop.disabled = true;
    say(message);
    if (!about || checks.length === 0) return;
    const seconds = (performance.now() - began) / 1000;
    const system = { browser: navigator.userAgent };
    const date = new Date().toISOString();
    const early = ended === undefined ? {} : { ended };
    const validation: Validation = {
      ...{ gibbs: version, commit: __GIBBS_COMMIT__, ...about, system, effort },
      ...{ again: `${location.href}, ${effort === "full" ? "long form, " : ""}Start` },
      ...{ date, seconds, checks, ...early },
    };
    find("table").hidden = true; // the report has them all
    find("report").innerHTML = reportParts(validation);
    const json = `${JSON.stringify(validation, null, 2)}\n`;
    for (const button of results) button.disabled = false;
    const [copy, html, text] = results;
    copy.onclick = () =>
      navigator.clipboard.writeText(json).then(
        () => say(`${message} Copied.`),
        () => say(`${message} The browser does not let this page copy; save the report.`),
      );
    html.onclick = () => download(new Blob([reportHtml(validation)], { type: "text/html" }), "gibbs-validate.html");
    text.onclick = () => download(new Blob([json], { type: "application/json" }), "gibbs-validate.json");
  };

  stop.onclick = () => finish("Stopped; what was checked stays.", "Stopped.");
  worker.onerror = ({ message }) => {
    const why = `The check stopped: ${message || "its worker could not be loaded"}.`;
    finish(why, why);
  };
  worker.onmessage = ({ data }: MessageEvent<CheckUpdate>) => {
    if (data.name === "device") {
      const { device, models } = data;
      about = { device, models };
      find("device").textContent = `${deviceName(device)}${device.software ? ": SOFTWARE" : ""}`;
    } else if (data.name === "check") {
      checks.push(data.check);
      say(`${checks.length} checks, now ${data.check.model}…`);
      body.append(rowOf(data.check));
    } else {
      const failed = checks.filter(({ pass }) => !pass).length;
      finish(data.message ?? `${checks.length} checks, ${failed} failed.`, data.message);
    }
  };
  const names = new URLSearchParams(location.hash.slice(1)).get("models");
  worker.postMessage({ quick: effort === "quick", names: names ? names.split(",") : [] } satisfies CheckRequest);
};

function rowOf({ model, oracle, name, value, bound, pass }: Validation["checks"][number]): HTMLTableRowElement {
  const row = document.createElement("tr");
  for (const text of [model, oracle, name, figure(value), figure(bound), pass ? "pass" : "FAIL"]) {
    const cell = document.createElement("td");
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}
