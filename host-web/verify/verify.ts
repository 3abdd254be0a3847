// Every model's oracles on the visitor's device, with a report to take away.

import { download } from "../shell/download.ts";
import type { CheckNews } from "./checks.ts";

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const start = find<HTMLButtonElement>("start");

start.onclick = () => {
  start.disabled = true;
  const body = find("checks").querySelector("tbody")!;
  body.replaceChildren();
  const worker = new Worker(new URL("./checks.ts", import.meta.url), { type: "module" });
  const report: { gibbs?: string; device?: object; checks: object[] } = { checks: [] };
  const say = (text: string) => {
    find("state").textContent = text;
  };
  say("Opening the device…");
  const finish = (text: string) => {
    say(text);
    worker.terminate();
    start.disabled = false;
    const json = `${JSON.stringify(report, null, 2)}\n`;
    for (const id of ["copy", "save"]) find<HTMLButtonElement>(id).disabled = false;
    find("copy").onclick = () => navigator.clipboard?.writeText(json);
    find("save").onclick = () => download(new Blob([json], { type: "application/json" }), "gibbs-verify.json");
  };
  worker.onerror = ({ message }) => finish(`The check stopped: ${message || "its worker could not be loaded"}.`);
  worker.onmessage = ({ data }: MessageEvent<CheckNews>) => {
    if (data.name === "device") {
      Object.assign(report, { gibbs: data.gibbs, device: data.device });
      const { description, vendor, software, kind } = data.device;
      find("device").textContent =
        `${kind === "reference" ? "CPU reference" : description || vendor}${software ? ": SOFTWARE" : ""}`;
      say("Checking…");
    } else if (data.name === "check") {
      report.checks.push(data.check);
      const { model, oracle, name, value, bound, pass } = data.check;
      const row = document.createElement("tr");
      for (const text of [model, oracle, name, Number(value.toPrecision(4)), bound, pass ? "pass" : "FAIL"]) {
        const cell = document.createElement("td");
        cell.textContent = String(text);
        row.append(cell);
      }
      body.append(row);
    } else {
      const failed = report.checks.filter((check) => !(check as { pass: boolean }).pass).length;
      finish(data.message ?? `${report.checks.length} checks, ${failed} failed.`);
    }
  };
};
