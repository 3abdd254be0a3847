// The report of a validation, one HTML file that needs nothing else: what was checked on which device, the figures and their bounds, and
// plots of measured against known values.

import { type DeviceInfo, deviceName } from "../device/device.ts";
import { escapeHtml } from "../files/html.ts";
import type { Check } from "../models/model.ts";
import { curvePlot, deviationPlot } from "./plot.ts";

/** A validation that has ended. */
export interface Validation {
  gibbs: string;
  /** Of the sources; "" where they are not known. */
  commit: string;
  device: DeviceInfo;
  /** Where it ran: system and versions, as the host reports them. */
  system: Record<string, string>;
  effort: "quick" | "full";
  /** What was checked, by name. */
  models: readonly string[];
  /** How to do it again: a command, or what to press. */
  again: string;
  /** ISO 8601. */
  date: string;
  seconds: number;
  checks: readonly Check[];
  /** Why it ended before its end. */
  ended?: string;
}

const ORACLES: readonly Check["oracle"][] = ["known answer", "reference", "exact", "promise"];

/** The whole file. */
export function reportHtml(validation: Validation): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>gibbs validate: ${escapeHtml(verdict(validation))}</title>
<style>${COLOURS}${REPORT_STYLE}</style>
</head>
<body><main class="report"><h1>gibbs validate</h1>${reportParts(validation)}</main></body>
</html>
`;
}

/** Its content, for a page that has its own head; `REPORT_STYLE` is its style. */
export function reportParts(validation: Validation): string {
  const { checks } = validation;
  const models = [...new Set(checks.map(({ model }) => model))];
  const failed = checks.filter(({ pass }) => !pass);
  const good = failed.length === 0 && validation.ended === undefined;
  return [
    `<p class="verdict ${good ? "good" : "bad"}">${escapeHtml(verdict(validation))}</p>`,
    record(validation),
    failed.length > 0 ? `<h2>What failed</h2>${checksTable("What failed", failed)}` : "",
    `<h2>Checks by model and oracle</h2>${overview(checks, models)}`,
    deviationsOf(checks, models),
    ...models.map((model) => ofModel(model, checks)),
  ].join("\n");
}

function verdict({ checks, device, ended }: Validation): string {
  const passed = checks.filter(({ pass }) => pass).length;
  const software = device.kind === "gpu" && device.software ? " (software: a CPU does the work of a GPU)" : "";
  const passing = `${passed} of ${checks.length} checks passed on ${deviceName(device)}${software}.`;
  return ended === undefined ? passing : `INCOMPLETE: ${passing} It ended before its end: ${ended}`;
}

function record({ gibbs, commit, device, system, effort, models, again, date, seconds }: Validation): string {
  const { kind, vendor, architecture, description, host } = device;
  const entries = {
    gibbs: commit ? `${gibbs}, commit ${commit}` : gibbs,
    device: kind === "reference" ? description : [description, vendor, architecture].filter(Boolean).join(", "),
    host,
    ...system,
    date,
    form: `${effort}, ${seconds.toFixed(0)} s`,
    models: models.join(", "),
    again,
  };
  const rows = Object.entries(entries).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  return `<dl>${rows.join("")}</dl>`;
}

function overview(checks: readonly Check[], models: readonly string[]): string {
  const cell = (own: readonly Check[]) => {
    const passed = own.filter(({ pass }) => pass).length;
    return own.length === 0
      ? "<td>–</td>"
      : `<td class="${passed === own.length ? "good" : "bad"}">${passed} of ${own.length}</td>`;
  };
  const rows = models.map((model) => {
    const own = checks.filter((check) => check.model === model);
    const cells = ORACLES.map((oracle) => cell(own.filter((check) => check.oracle === oracle)));
    return `<tr><th scope="row"><a href="#${escapeHtml(model)}">${escapeHtml(model)}</a></th>${cells.join("")}</tr>`;
  });
  return table("Checks by model and oracle", ["model", ...ORACLES], rows);
}

/** All deviations together: they need not be independent, so their law is shown and not judged. */
function deviationsOf(checks: readonly Check[], models: readonly string[]): string {
  const of = (own: readonly Check[]) => own.flatMap(({ z }) => z ?? []).filter(Number.isFinite);
  const all = of(checks);
  if (all.length === 0) return "";
  const row = (name: string, z: readonly number[]) => {
    const mean = z.reduce((a, b) => a + b, 0) / z.length;
    const square = Math.sqrt(z.reduce((sum, value) => sum + value ** 2, 0) / z.length);
    const cells = [String(z.length), mean.toFixed(2), square.toFixed(2), Math.max(...z.map(Math.abs)).toFixed(2)];
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map((text) => `<td>${text}</td>`).join("")}</tr>`;
  };
  const own = models.map((model) => [model, of(checks.filter((check) => check.model === model))] as const);
  const rows = [...own.filter(([, z]) => z.length > 0).map(([model, z]) => row(model, z)), row("all", all)];
  const title = `${all.length} deviations from exact values, in standard errors`;
  return `<h2>Deviations from exact values, in standard errors</h2>
<p>They should be standard normal: mean 0, root mean square 1.</p>
<div class="plots"><figure>${deviationPlot(all, title)}<figcaption>${title}; line: standard normal</figcaption></figure></div>
${table("Deviations by model", ["model", "figures", "mean", "root mean square", "largest"], rows)}`;
}

function ofModel(model: string, checks: readonly Check[]): string {
  const own = checks.filter((check) => check.model === model);
  const figures = own.flatMap(({ curve, name }) =>
    curve ? [`<figure>${curvePlot(curve, name)}<figcaption>${escapeHtml(name)}</figcaption></figure>`] : [],
  );
  const plots = figures.length > 0 ? `<div class="plots">${figures.join("")}</div>` : "";
  return `<h2 id="${escapeHtml(model)}">${escapeHtml(model)}</h2>${plots}${checksTable(`Checks of ${model}`, own)}`;
}

function checksTable(name: string, checks: readonly Check[]): string {
  const rows = checks.map(
    ({ oracle, name, value, bound, pass }) =>
      `<tr><td>${oracle}</td><td class="name">${escapeHtml(name)}</td><td>${figure(value)}</td><td>${figure(bound)}</td><td class="${pass ? "good" : "bad"}">${pass ? "pass" : "FAIL"}</td></tr>`,
  );
  return table(name, ["oracle", "check", "figure", "bound", "verdict"], rows);
}

/** A figure or a bound as it is shown. */
export const figure = (value: number) =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

/** Wide ones scroll, which keys must be able to do, too; so each has a name. */
const table = (name: string, head: readonly string[], rows: readonly string[]) =>
  `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(name)}"><table><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;

/** The site's pages have these already. */
const COLOURS = `
:root { color-scheme: light dark; --page: light-dark(#ffffff, #12161c); --text: light-dark(#1a202c, #e6e9ee);
  --quiet: light-dark(#4b5563, #a3adba); --line: light-dark(#d0d5dd, #38424f); --accent: light-dark(#1d4ed8, #8ab4ff);
  --bad: light-dark(#b01616, #ff9a9a); --good: light-dark(#0a6b3d, #7fdca8); }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }`;

export const REPORT_STYLE = `
.report .verdict { font-weight: 600; }
.report .good { color: var(--good); }
.report .bad { color: var(--bad); font-weight: 600; }
.report dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; }
.report dt { color: var(--quiet); }
.report dd { margin: 0; overflow-wrap: anywhere; }
.report .scroll { overflow-x: auto; }
.report table { border-collapse: collapse; }
.report th, .report td { padding: 0.15rem 0.8rem 0.15rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-variant-numeric: tabular-nums; }
.report td.name { min-width: 16rem; }
.report .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1rem; margin-bottom: 1rem; }
.report figure { margin: 0; }
.report figcaption { color: var(--quiet); font-size: 0.9rem; }
.report svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; fill: var(--text); }
.report svg .grid { stroke: var(--line); stroke-width: 0.6; fill: none; }
.report svg .exact { stroke: var(--text); stroke-width: 1.2; fill: none; }
.report svg .error { stroke: var(--accent); stroke-width: 1.4; fill: none; }
.report svg circle { fill: var(--accent); }
.report svg .bar { fill: var(--accent); fill-opacity: 0.5; }`;
