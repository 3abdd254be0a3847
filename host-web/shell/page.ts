// A model's page: it sends requests to the worker and shows the worker's updates. Nothing from the address reaches the page as HTML:
// the worker reads it, and texts are set as texts.

import { deviceName } from "../../src/device/device.ts";
import type { ViewOptions, WorkerUpdate } from "../worker/protocol.ts";
import { addAnalyses } from "./analyses.ts";
import { CanvasControl } from "./canvas.ts";
import { setDrawn } from "./drawn.ts";
import { takeDrops } from "./drop.ts";
import { find, onClick } from "./elements.ts";
import { WORDS } from "./files.ts";
import { Form } from "./form.ts";
import { addKeys } from "./keyboard.ts";
import { ABOUT, notify, report, unnotify, unnotifyRun } from "./notices.ts";
import { showPreset } from "./presets.ts";
import { Requester } from "./requester.ts";
import { controlTexts, noteFile, resume } from "./returning.ts";
import { Session } from "./session.ts";
import { hashText, Share } from "./share.ts";
import { Telemetry } from "./telemetry.ts";
import { Toolbar } from "./toolbar.ts";
import { actOnUnavailable } from "./unavailable.ts";
import { keepVisits, lastVisit } from "./visit.ts";

const model = document.body.dataset.model!;
const query = new URLSearchParams(location.search);
const embed = query.get("embed"); // public/embed.js has shown the page accordingly
/** Controls that an embedded page keeps, by their parameters. */
const kept = query.get("show")?.split(",") ?? [];
for (const name of kept) {
  for (const input of document.querySelectorAll(`[data-parameter="${CSS.escape(name)}"]`))
    input.closest<HTMLElement>(".control")!.dataset.kept = "";
}
if (document.querySelector("[data-kept]")) document.documentElement.dataset.keeps = "";

const canvas = find<HTMLCanvasElement>("canvas");
const ratio = Math.min(devicePixelRatio, 2);
canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));

const session = new Session(model, canvas, show);
/** The console's way in, and the tests'. */
Object.assign(globalThis, { gibbs: session });
const requester = new Requester(session);

/** Whether the present view is one of those that the page names. */
const isOneOf = (views = "") => views.split(" ").includes(find<HTMLSelectElement>("look-mode").value);

const brush = document.getElementById("brush") as HTMLSelectElement | null; // not every state can be painted on
const view = new CanvasControl(canvas, {
  camera: (camera) => session.camera(camera),
  resize: (width, height, ratio) => session.resize(width, height, ratio),
  orbit: (orbit) => session.orbit(orbit),
  orbiting: () => isOneOf(canvas.dataset.orbits),
  pick: (at) => {
    if (isOneOf(canvas.dataset.picks)) void requester.request("pick", { at });
  },
  painting: () => (brush?.value ?? "") !== "",
  paint: (x, y) => {
    const radius = Number(find<HTMLInputElement>("brush-radius").value);
    void requester.request("paint", { x, y, radius, value: Number(brush!.value) });
  },
  stroke: () => void requester.request("stroke", {}),
  unpaint: () => void requester.request("unpaint", {}),
  painted: () => void requester.request("painted", {}),
});
if (query.get("fit") === "cover") view.cover();
if (brush) {
  // Without one the page's own choice stands: a sheet begins with its pen.
  const wanted = query.get("brush");
  if ([...brush.options].some(({ value }) => value === wanted)) brush.value = wanted!;
  brush.onchange = () => canvas.classList.toggle("brush", brush.value !== "");
  brush.dispatchEvent(new Event("change"));
}

const toolbar = new Toolbar(requester, view);
const telemetry = new Telemetry(toolbar);
addAnalyses(requester, telemetry);
addKeys(toolbar);
/** The page's own run plays from the beginning, unless the visitor wants it otherwise. */
let plays = !matchMedia("(prefers-reduced-motion: reduce)").matches;
const share = new Share(session, requester, model, {
  follow: (text) => {
    plays = false;
    void requester.request("open", { text });
  },
  steps: () => toolbar.steps,
});

const form = new Form(find<HTMLFormElement>("controls"), {
  async change(values, file) {
    const [about] = Object.keys(values);
    const taken = (await requester.attempt("change", { values }, about, file)) !== undefined;
    if (!taken) form.reveal(about, "");
    if (taken && file) noteFile(file, stored, stored, afresh);
    return taken;
  },
  async input(input, file, bytes) {
    const taken = await requester.attempt("input", { input, file, bytes }, input, file);
    if (taken) noteFile(`${file} (${WORDS[input]})`, taken.response.kept, stored, afresh);
    return taken !== undefined;
  },
  seed: (seed) => requester.attempt("reset", { seed }, ABOUT.seed),
  view: async (options) => {
    if (options.mode !== undefined && canvas.dataset.orbits) view.fit(); // views differ in more than their colours
    if (await requester.attempt("view", { options })) Object.assign(viewOptions, options);
  },
  noted: (text) => notify({ about: ABOUT.file, kind: "note", text }),
  error(about, text) {
    notify({ about, text });
    form.reveal(about, text);
  },
});
takeDrops(form.fields, (file, field) => form.take(file, field));

/** Which run it is, and how it is looked at. */
let run = "";
const viewOptions = {} as ViewOptions;
/** Parameters of the page's own run. */
let own: Record<string, string> = {};

function show(update: WorkerUpdate): void {
  if (update.device) showDevice(update.device);
  if (update.unavailable) actOnUnavailable(update.unavailable);
  if (update.notice) {
    report(update.notice);
    form.reveal(update.notice.about, update.notice.text);
  }
  if (update.drawn) document.documentElement.dataset.drawn = "true";
  if (update.drawn || update.notice) setDrawn();
  if (update.run) showRun(update.run);
  if (update.values) form.values(update.values);
  if (update.playing !== undefined) showPlaying(update.playing);
  if (update.address) unnotify(ABOUT.address);
  if (update.run) own = update.run.own;
  if (update.address !== undefined) showPreset(update.address, own);
  if (update.address !== undefined && !toolbar.playing) share.showAddress(update.address);
  if (update.steps !== undefined) toolbar.showSteps(update.steps);
  if (update.time !== undefined) viewOptions.time = toolbar.showTime(update.time);
  telemetry.show(update);
}

function showDevice(device: NonNullable<WorkerUpdate["device"]>): void {
  const { software, kind } = device;
  const name = kind === "reference" ? "CPU reference (no GPU)" : deviceName(device);
  const element = find("device");
  element.textContent = software && kind === "gpu" ? `${name}: SOFTWARE, no real GPU` : name;
  element.title = element.textContent;
  element.classList.toggle("software", software);
  if (software) view.limit(Number(canvas.dataset.softwarePixels));
  if (kind === "gpu") unnotify(ABOUT.gpu);
}

function showRun(begun: NonNullable<WorkerUpdate["run"]>): void {
  if (begun.id !== run) {
    // Verdicts and messages about one run are not shown with the next one.
    unnotifyRun();
    find("verdict").textContent = "";
    find("shared").textContent = "";
  }
  run = begun.id;
  Object.assign(viewOptions, { time: undefined }, begun.options);
  form.show(begun);
  view.show(begun.size);
  toolbar.showLength(begun.length);
  document.documentElement.dataset.ready = "true";
}

function showPlaying(playing: boolean): void {
  toolbar.showPlaying(playing);
  if (!playing) void share.showDigest();
}

async function afresh(): Promise<void> {
  view.showAll();
  await requester.attempt("afresh", {});
  if (plays) void requester.request("play", { playing: true });
}
onClick("afresh", afresh);

// The last visit of this page, if this is a reload; what is embedded shows what its link says.
const before = embed === null ? lastVisit(model) : undefined;
const key = before?.key ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
let isOpen = false;
keepVisits(model, () => {
  if (!isOpen || run === "") return undefined;
  const { steps: step, playing } = toolbar;
  const { hash } = location;
  const { sight } = view;
  return { key, run, step, playing, options: viewOptions, sight, controls: controlTexts(), files: form.files, hash };
});

const stored = await session.request("keep", { key });
await toolbar.sendSpeed();
const atStep = /[&#]step=/.test(location.hash); // a link to a state shows that state
if (!before || !(await resume({ requester, view, form, afresh }, before))) {
  await requester.request("open", { text: hashText() });
  if (plays && !atStep) void requester.request("play", { playing: true });
}
isOpen = true;
