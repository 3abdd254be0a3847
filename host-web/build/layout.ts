// The site's pages. An author writes a page's title and text; this plugin puts them into the shell, a model's page with the
// controls of its schema, and turns TeX into MathML. All at build time: a page needs no script to be read.

import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import temml from "temml";
import type { Plugin } from "vite";
import { escapeHtml } from "../../src/files/html.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { GROUPS } from "../../src/models/model.ts";
import { card } from "./cards.ts";
import { controls } from "./controls.ts";
import { type ModelPage, modelPages, ROOT } from "./models.ts";
import type { Page } from "./page-options.ts";
import { type Run, runs } from "./runs.ts";

export function layout(): Plugin {
  return {
    name: "gibbs-layout",
    transformIndexHtml: {
      order: "pre",
      async handler(html, { filename }) {
        const folder = relative(ROOT, filename)
          .replace(/\\/g, "/")
          .replace(/\/?[^/]*$/, "");
        const title = /<title>(.*?)<\/title>/s.exec(html)?.[1] ?? "gibbs";
        const description = /<meta name="description" content="(.*?)"/s.exec(html)?.[1] ?? "";
        const body = (/<body>(.*)<\/body>/s.exec(html)?.[1] ?? html).trim();
        const models = await modelPages();
        const found = models.find(({ model: { name } }) => name === folder);
        const up = folder === "" ? "./" : "../";
        const content = equations(
          body
            .replaceAll("{{models}}", modelCards(models))
            .replaceAll("{{runs}}", runCards(models))
            .replaceAll("{{options}}", options(models.map(({ model: { name, title } }) => [name, title]))),
        );
        const main = found ? modelPage(found.model, found.page, content) : `<main class="text">${content}</main>`;
        return shell({ title, description, up, folder, main, models });
      },
    },
  };
}

/** `<tex>a^2</tex>`, and `<tex display>` on a line of its own. */
function equations(html: string): string {
  return html.replace(/<tex( display)?>(.*?)<\/tex>/gs, (_, display, tex) => {
    const displayMode = display !== undefined;
    const math = temml.renderToString(tex.replace(/&amp;/g, "&"), { displayMode, throwOnError: true });
    // On a phone a long one scrolls, which keys must be able to do, too.
    return displayMode ? `<div class="scroll" tabindex="0" role="group" aria-label="Equation">${math}</div>` : math;
  });
}

/** Models in groups, in the order of lists. */
const grouped = (models: readonly ModelPage[]) =>
  Object.entries(GROUPS).map(([group, title]) => ({ title, own: models.filter(({ model }) => model.group === group) }));

function modelCards(models: readonly ModelPage[]): string {
  const card = ({ model: { name, title, summary }, hasPreview }: ModelPage) =>
    `<li><a href="./${name}/">${hasPreview ? picture(`./${name}/preview.jpg`) : ""}<b>${escapeHtml(title)}</b></a><p>${escapeHtml(summary)}</p></li>`;
  return grouped(models)
    .map(({ title, own }) => `<h2>${escapeHtml(title)}</h2>\n<ul class="gallery">${own.map(card).join("\n")}</ul>`)
    .join("\n");
}

const picture = (source: string) => `<img src="${source}" alt="" width="320" height="200" loading="lazy">`;

/** The runs of the gallery, in the groups of their models; what the search looks through stands in each card. */
function runCards(models: readonly ModelPage[]): string {
  const card = (own: readonly ModelPage[]) => (run: Run) => {
    const { title } = own.find(({ model }) => model.name === run.model)!.model;
    const sought = escapeHtml([run.title, run.text, run.tags, title, run.model].join(" ").toLowerCase());
    const clip = run.clip ? ` data-clip="./${run.id}.webm"` : "";
    return `<li data-sought="${sought}"><a href="../${run.model}/#${escapeHtml(run.link)}"${clip}>${picture(`./${run.id}.jpg`)}<b>${escapeHtml(run.title)}</b></a>
<p>${escapeHtml(run.text)} <span class="unit">${escapeHtml(title)}</span></p></li>`;
  };
  return grouped(models)
    .map(({ title, own }) => {
      const cards = runs.filter((run) => own.some(({ model }) => model.name === run.model)).map(card(own));
      return `<section><h2>${escapeHtml(title)}</h2>\n<ul class="gallery">${cards.join("\n")}</ul></section>`;
    })
    .join("\n");
}

const OTHERS = [
  ["gallery", "Gallery"],
  ["verify", "Verify"],
  ["bench", "Speed"],
  ["docs", "Docs"],
] as const;

interface Shell {
  title: string;
  description: string;
  up: string;
  folder: string;
  main: string;
  models: readonly ModelPage[];
}

function shell({ title, description, up, folder, main, models }: Shell): string {
  const link = (to: string, text: string) =>
    `<a href="${up}${to}/"${to === folder ? ' aria-current="page"' : ""}>${escapeHtml(text)}</a>`;
  const menu = grouped(models).map(
    ({ title, own }) =>
      `<section><h2>${escapeHtml(title)}</h2>${own.map(({ model: { name, title } }) => link(name, title)).join("")}</section>`,
  );
  const found = models.find(({ model: { name } }) => name === folder);
  const own = `${folder}/${folder}.ts`;
  const script = found ? "shell/page.ts" : existsSync(join(ROOT, own)) ? own : "shell/site.ts";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#12161c" media="(prefers-color-scheme: dark)">
${card({ title, description, folder })}
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'%3E%3Cpath d='M0 0h2v2H0zM2 2h2v2H2z' fill='%232563eb'/%3E%3C/svg%3E">
<link rel="apple-touch-icon" href="/icons/apple-touch-icon.png">
<link rel="manifest" href="/manifest.webmanifest">
<link rel="stylesheet" href="/shell/style.css">
${found ? `<script src="/embed.js"></script>` : ""}
</head>
<body${found ? ` data-model="${folder}"${found.hasPreview ? " data-preview" : ""}` : ""}>
<header class="site"><a class="name" href="${up}">gibbs</a><nav aria-label="Site"><button type="button" popovertarget="models">Models</button><div id="models" class="menu" popover>${menu.join("")}</div>${OTHERS.map(([to, text]) => link(to, text)).join("")}</nav><span id="device" class="device"></span></header>
<div id="notice" role="alert" hidden></div>
${main}
<script type="module" src="/${script}"></script>
</body>
</html>`;
}

const button = (id: string, text: string, help: string, more = "") =>
  `<button type="button" id="${id}" title="${help}"${more}>${text}</button>`;

const options = (choices: readonly (readonly [string, string])[], chosen?: string) =>
  choices
    .map(([value, text]) => `<option value="${value}"${value === chosen ? " selected" : ""}>${text}</option>`)
    .join("");

function look({ views, viewLabel, ownColours, blocks, grid, brush, brushed }: Page): string {
  const sides = blocks
    ? `<select data-look="block" aria-label="Block side">${options(
        blocks.map((n) => [String(n), String(n)]),
        "8",
      )}</select>`
    : "";
  const lines = grid ? `<label class="inline"><input type="checkbox" data-look="grid"> grid</label>` : "";
  const brushes = brush
    ? `<div class="control"><label for="brush">Brush</label><select id="brush">${options([["", "Off (drag moves)"], ...brush], brushed?.first)}</select>
    <input type="range" id="brush-radius" min="0" max="${brushed?.most ?? 64}" value="${brushed?.radius ?? 6}" aria-label="Brush radius in cells"></div>
    ${brushed ? `<div class="buttons">${button("clear", brushed.clear, "An empty sheet to paint on")}</div>` : ""}`
    : "";
  const colours = ownColours
    ? ""
    : `<div class="control"><label for="look-colours">Colours</label><select id="look-colours" data-look="colours">${options(
        [
          ["ink", "Ink"],
          ["cividis", "Cividis"],
          ["diverging", "Diverging"],
          ["grey", "Grey"],
        ],
      )}</select>${lines}</div>`;
  return `<div class="control"><label for="look-mode">${viewLabel}</label><select id="look-mode" data-look="mode">${options(views)}</select>${sides}</div>
    ${colours}${brushes}`;
}

/** Runs of the gallery, each a link that this page follows. What to look at stands below the picture while one is shown. */
function presets(model: AnyModel): string {
  const card = ({ id, title, text, link }: Run) =>
    `<li><a href="#${escapeHtml(link)}"><img src="../gallery/${id}.jpg" alt="${escapeHtml(text)}" width="320" height="200" loading="lazy"><b>${escapeHtml(title)}</b></a></li>`;
  const own = runs.filter((run) => run.model === model.name).map(card);
  return own.length === 0 ? "" : `<nav class="presets" aria-label="Runs of the gallery"><ul>${own.join("")}</ul></nav>`;
}

/** What a row of the table means; the page fills it in. */
function explanation({ errors, guide }: Page): string {
  const links = [
    ["glossary.html#statistics", "Glossary"],
    ...(guide ? [[`${guide}.html`, "Guide to the model"]] : []),
  ].map(([to, text]) => `<a href="../docs/${to}">${text}</a>`);
  return `<div id="explanation" class="explanation" popover role="dialog" tabindex="-1" aria-labelledby="explanation-name" data-errors="${escapeHtml(errors)}">
  <button type="button" class="close" popovertarget="explanation" popovertargetaction="hide" aria-label="Close" title="Close"></button>
  <h2 id="explanation-name"></h2>
  <dl></dl>
  <p>${links.join(" · ")}</p>
  </div>`;
}

/** Its length and where it stands come with the run. */
const timeSlider = (label: string) => `<div class="time"><label for="time">${escapeHtml(label)}</label>
    <input type="range" id="time" min="0" max="0" step="1" value="0"><output id="time-text" for="time"></output></div>`;

function modelPage(model: AnyModel, page: Page, text: string): string {
  const { front, folded } = controls(model);
  const speeds = page.speeds.map((n): [string, string] => [String(n), n < 1 ? `1 in ${1 / n} frames` : `${n} a frame`]);
  return `<main class="model">
<h1>${escapeHtml(model.title)}</h1>
<section class="stage" aria-label="Picture">
  <div class="frame" id="frame">
    <canvas id="canvas" tabindex="0" data-software-pixels="${page.softwarePixels}"${page.orbits ? ` data-orbits="${page.orbits.join(" ")}"` : ""}${page.picks ? ` data-picks="${page.picks.join(" ")}"` : ""} role="img" aria-label="${escapeHtml(model.title)}: the state. Arrow keys ${page.orbits ? "turn or move" : "move"}, plus and minus zoom, 0 fits, space plays."></canvas>
    <div class="hud" id="hud" aria-hidden="true"></div>
  </div>
  <p id="watch" class="watch" data-own="${escapeHtml(page.watch)}">${escapeHtml(page.watch)}</p>
  <div class="buttons" role="toolbar" aria-label="Run">
    ${button("play", "Play", "Run and pause (space)", ' aria-pressed="false"')}
    ${button("step", "Step", "One step (s)")}
    ${button("reset", "Reset", "From the start, same seed (r)")}
    ${button("fit", "Fit", "The whole lattice (0)")}
    ${button("fullscreen", "Full screen", "Full screen (f)")}
    <label class="inline">Speed <select id="speed">${options(speeds, String(page.speed))}</select></label>
    <span id="step-count" class="count" data-counts="${page.counts}"></span>
  </div>
  ${page.time ? timeSlider(page.time) : ""}
  <div class="progress" id="replay" hidden><progress max="1" value="0" aria-label="Replaying the link"></progress><span></span></div>
  <p id="summary" class="hidden" aria-live="polite"></p>
  ${presets(model)}
</section>
<section class="panel" aria-label="Controls">
  <form id="controls" autocomplete="off">
    ${front}
    <div class="control"><label for="seed">Seed</label><input id="seed" type="text" inputmode="numeric" value="1" pattern="[0-9]*">
    ${button("new-seed", "New", "Another random seed")}</div>
    ${look(page)}
    ${folded ? `<details id="more"><summary>More</summary>\n${folded}\n</details>` : ""}
  </form>
  <div id="equilibrium" class="equilibrium" role="status"></div>
  <div class="scroll" tabindex="0" role="region" aria-label="Observables">
  <table id="table" data-now="${page.table.includes("now")}"><thead><tr>${page.table.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead><tbody></tbody></table></div>
  ${explanation(page)}
  <div id="plots"></div>
  <div class="buttons">
    ${page.scan ? button("scan", page.scan.text, page.scan.help) : ""}
    ${page.correlation ? button("correlation", page.correlation.text, page.correlation.help) : ""}
    ${page.verify ? button("verify", "Verify on CPU", "The run once more on the reference, compared word for word") : ""}
  </div>
  <div id="verdict" class="verdict" role="status"></div>
  <div id="extra-plots"></div>
  <details id="share" open><summary>Share and save</summary>
    <div class="buttons">
      ${button("copy-link", "Copy link", "The address of exactly this state")}
      ${button("save-picture", "Picture", "The picture as seen (PNG)")}
      ${button("save-lattice", page.cells.text, page.cells.help)}
      ${button("save-state", "State", "NumPy array, JSON record, checkpoint for gibbs run --resume")}
      ${page.output ? button("save-output", page.output.text, page.output.help, ` data-extension="${page.output.extension}"`) : ""}
      ${button("video", "Video", "Record what the canvas shows", ' aria-pressed="false"')}
      ${button("embed", "Embed", "HTML for your own page")}
      ${button("afresh", "Start afresh", "The page's own run, as on a first visit; what this browser keeps of yours goes")}
    </div>
    <output id="shared"></output>
  </details>
  <details><summary>Timing</summary><output id="timing"></output></details>
</section>
<article>${text}</article>
</main>`;
}
