// A model's controls as HTML, made at build time from its schema: labels, ranges, units and help stand there once. What one plays with
// is in sight; the rest is folded away, and has its help below it.

import * as z from "zod";
import { escapeHtml } from "../../src/files/html.ts";
import type { AnyModel } from "../../src/models/index.ts";
import type { Input } from "../../src/models/inputs.ts";
import { valueLabel, words } from "../../src/models/labels.ts";
import type { Archive } from "../../src/models/model.ts";
import { inner, metaOf, valueLabels } from "../../src/models/parameters.ts";

/** What a file dialogue offers, and what may be dropped; whoever chooses another file may try. */
const ACCEPTED = {
  picture: ".png,.jpg,.jpeg",
  series: ".csv,.tsv,.txt,.dat,.npy",
  points: ".csv,.tsv,.txt,.dat,.npy",
  labels: ".csv,.txt,.npy",
  text: ".xml,.sbml,.net,.ant,.txt",
  bytes: ".safetensors,.wgsl",
};

/** Controls in sight, of a model that does not say which. */
const IN_FRONT = 6;

type Named = [name: string, field: z.ZodType];

/** The parameters that a page has controls for: those in sight, and the others. */
export function layers(model: AnyModel): { front: Named[]; folded: Named[] } {
  const fields = Object.entries<z.ZodType>(model.parameters.shape).filter(([, field]) => metaOf(field).page !== false);
  const says = fields.some(([, field]) => metaOf(field).front);
  const isFront = ([, field]: Named, i: number) => (says ? metaOf(field).front === true : i < IN_FRONT);
  return { front: fields.filter(isFront), folded: fields.filter((each, i) => !isFront(each, i)) };
}

/** The controls in sight, and those that are folded away: empty where there are none. */
export function controls(model: AnyModel): { front: string; folded: string } {
  const { front, folded } = layers(model);
  const files = Object.entries(model.inputs ?? {}).map(([name, input]) => inputControl(name, input));
  const archives = Object.entries(model.archives ?? {}).map(([name, archive]) => archiveControl(name, archive));
  return {
    front: front.map(([name, field]) => control(name, field, hiddenHelp)).join("\n"),
    folded: [
      ...folded.map(([name, field]) => behind(name, control(name, field, shownHelp), defaultOf(field))),
      ...files,
      ...archives,
    ].join("\n"),
  };
}

/** By its default a page knows whether what is folded away must be seen. */
const behind = (name: string, control: string, initial = "") =>
  `<div data-folded="${name}" data-default="${escapeHtml(initial)}">${control}</div>`;

/** A file that stands for a whole run. */
function archiveControl(name: string, { description, accept }: Archive): string {
  const help = escapeHtml(description);
  return behind(
    name,
    `<div class="control" title="${help}"><label for="f-${name}">Archive</label>
<input type="file" id="f-${name}" data-file="${name}" data-holds="archive" accept="${accept.join(",")}" aria-describedby="f-${name}-help">${shownHelp(`f-${name}`, help)}</div>`,
  );
}

/** A file that a run begins with. */
function inputControl(name: string, { description, accept, label = words(name) }: Input): string {
  const id = `f-${name}`;
  const help = escapeHtml(description);
  return behind(
    name,
    `<div class="control" title="${help}"><label for="${id}">${label} from file</label>
<input type="file" id="${id}" data-file="${name}" data-holds="${name}" accept="${accept.join(",")}" aria-describedby="${id}-help"><output class="held" data-input="${name}"></output>${shownHelp(id, help)}</div>`,
  );
}

function control(name: string, field: z.ZodType, helpText: Help): string {
  const { unit, slider, choices, parts, lines, inline, label: own } = metaOf(field);
  const file = inline ? undefined : metaOf(field).file; // it is typed; another control takes files
  const kind = inner(field);
  const help = escapeHtml(field.description ?? "");
  const initial = defaultOf(field);
  const label =
    (own ?? words(name)) + (unit && unit !== "sites" ? ` <span class="unit">${escapeHtml(unit)}</span>` : "");
  const id = `p-${name}`;
  const labels = valueLabels(field);
  if (choices || kind instanceof z.ZodEnum) {
    const values = choices ?? (kind as z.ZodEnum).options.map(String);
    const options = values.map(
      (value) =>
        `<option value="${escapeHtml(value)}"${value === initial ? " selected" : ""}>${escapeHtml(valueLabel(value, labels))}</option>`,
    );
    // What may be left out is nothing until it is chosen.
    if (isOptional(field)) options.unshift(`<option value="" selected>Default</option>`);
    const or = file
      ? `${fileInput(`${id}-file`, name, file, `aria-label="${words(name)}, a file"`)}${reading(id, name, field)}`
      : "";
    return `<div class="control" title="${help}"><label for="${id}">${label}</label>
<select id="${id}" data-parameter="${name}"${unoffered(values, labels)} aria-describedby="${id}-help">${options.join("")}</select>${or}${helpText(id, help)}</div>`;
  }
  if (file) {
    return `<div class="control" title="${help}"><label for="${id}">${label}</label>
${fileInput(id, name, file, `aria-describedby="${id}-help"`)}${inUse(name)}${reading(id, name, field)}${helpText(id, help)}</div>`;
  }
  if (lines) {
    const attributes = `id="${id}" data-parameter="${name}" spellcheck="false" aria-describedby="${id}-help"`;
    const entry =
      lines > 1
        ? `<textarea rows="${lines}" ${attributes}>${escapeHtml(initial)}</textarea>`
        : `<input type="text" value="${escapeHtml(initial)}" ${attributes}>`;
    return `<div class="control${lines > 1 ? " tall" : ""}" title="${help}"><label for="${id}">${label}</label>
${entry}${helpText(id, help)}</div>`;
  }
  const range = (part: number, text: string, value: string) => {
    const own = `${id}${parts ? `-${part}` : ""}`;
    // A size is a list of numbers, which is a text.
    const type = Number.isNaN(Number(value))
      ? `type="text" spellcheck="false"`
      : `type="number" step="any" inputmode="decimal"`;
    return `<div class="control" title="${help}"><label for="${own}">${text}</label>
${slider ? `<input type="range" min="${slider[0]}" max="${slider[1]}" step="${slider[2]}" value="${value}" data-slides="${own}" aria-label="${words(name)}${parts ? ` ${parts[part]}` : ""}, slider">` : ""}
<input ${type} id="${own}" data-parameter="${name}" data-part="${part}" value="${escapeHtml(value)}" aria-describedby="${id}-help">${part === (parts?.length ?? 1) - 1 ? helpText(id, help) : ""}</div>`;
  };
  if (parts)
    return parts
      .map((part, i) => range(i, `${escapeHtml(part)} <span class="unit">${unit ?? ""}</span>`, initial.split(",")[i]))
      .join("\n");
  return range(0, label, initial);
}

/** The page makes a text of the file, which is sent like any other value. */
const fileInput = (id: string, name: string, file: keyof typeof ACCEPTED, more: string) =>
  `<input type="file" id="${id}" data-file="${name}" data-holds="${file}" accept="${ACCEPTED[file]}" ${more}>`;

const COLUMNS = ["columns", "Columns", "all that are data"] as const;
const TIMES = [
  ["time", "Time", "its column, or none"],
  ["sequence", "Sequence", "which sequence a row belongs to"],
  ["label", "Label", "class of each sequence"],
] as const;

/** How a series is read, once there is one: which of its columns are what. */
function reading(id: string, name: string, field: z.ZodType): string {
  const { file } = metaOf(field);
  if (file !== "series" && file !== "points") return "";
  const entries = [COLUMNS, ...(file === "points" ? [] : TIMES)].map(
    ([choice, label, hint]) =>
      `<label for="${id}-${choice}">${label}</label><input type="text" id="${id}-${choice}" data-choice="${choice}" placeholder="${hint}" spellcheck="false" autocapitalize="off">`,
  );
  return `<fieldset class="reading" data-reading="${name}"${file === "points" ? ` data-rows="points"` : ""} hidden><legend>Columns by name or number</legend>${entries.join("")}<output></output></fieldset>`;
}

/** Says which file is in use, for the browser's own field forgets it. */
const inUse = (name: string) => `<output class="held" data-held="${name}"></output>`;

type Help = (id: string, help: string) => string;

/** For those who hear the page; others have it as a title. */
const hiddenHelp: Help = (id, help) => `<span id="${id}-help" class="hidden">${help}</span>`;
const shownHelp: Help = (id, help) => `<p id="${id}-help" class="help">${help}</p>`;

/** Labels of values that the page does not offer, for a link may have one. */
function unoffered(offered: readonly string[], labels: Record<string, string>): string {
  const others = Object.entries(labels).filter(([value]) => !offered.includes(value));
  return others.length === 0 ? "" : ` data-labels="${escapeHtml(JSON.stringify(Object.fromEntries(others)))}"`;
}

const isOptional = (field: z.ZodType) => field instanceof z.ZodOptional;

const defaultOf = (field: z.ZodType) => String(field.parse(undefined) ?? "");
