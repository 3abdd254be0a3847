// A model's page: it asks the worker and shows what the worker tells. Nothing from the address reaches the page as HTML: the
// worker reads it, and texts are set as texts.

import { deviceName } from "../../src/device/device.ts";
import { zText } from "../../src/statistics/index.ts";
import type { RequestName, Requests, Row, ViewOptions, WorkerUpdate } from "../worker/protocol.ts";
import { CanvasControl } from "./canvas.ts";
import { download } from "./download.ts";
import { takeDrops } from "./drop.ts";
import { WORDS } from "./files.ts";
import { Form } from "./form.ts";
import { ABOUT, type Notice, notify, unnotify, unnotifyRun } from "./notices.ts";
import type { Plot } from "./plots.ts";
import { RefusedError, Session } from "./session.ts";
import { actOnUnavailable } from "./unavailable.ts";
import { keepVisits, lastVisit, type Visit } from "./visit.ts";

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const model = document.body.dataset.model!;
const embed = new URLSearchParams(location.search).get("embed");
if (embed === "canvas" || embed === "mini") document.documentElement.dataset.embed = embed;

const canvas = find<HTMLCanvasElement>("canvas");
const ratio = Math.min(devicePixelRatio, 2);
canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));

const session = new Session(model, canvas, show);
/** The console's way in, and the tests'. */
Object.assign(globalThis, { gibbs: session });

/** Whether the present view is one of those that the page names. */
const isOneOf = (views = "") => views.split(" ").includes(find<HTMLSelectElement>("look-mode").value);

const brush = document.getElementById("brush") as HTMLSelectElement | null; // not every state can be painted on
const view = new CanvasControl(canvas, {
  camera: (camera) => session.camera(camera),
  resize: (width, height, ratio) => session.resize(width, height, ratio),
  orbit: (orbit) => session.orbit(orbit),
  orbiting: () => isOneOf(canvas.dataset.orbits),
  pick: (at) => {
    if (isOneOf(canvas.dataset.picks)) void ask("pick", { at });
  },
  painting: () => (brush?.value ?? "") !== "",
  paint: (x, y) => {
    const radius = Number(find<HTMLInputElement>("brush-radius").value);
    void ask("paint", { x, y, radius, value: Number(brush!.value) });
  },
  stroke: () => void ask("stroke", {}),
  unpaint: () => void ask("unpaint", {}),
  painted: () => void ask("painted", {}),
});
if (brush) {
  brush.onchange = () => canvas.classList.toggle("brush", brush.value !== "");
  brush.dispatchEvent(new Event("change"));
}

const form = new Form(find<HTMLFormElement>("controls"), {
  async change(values, file) {
    const [about] = Object.keys(values);
    const taken = (await attempt("change", { values }, about, file)) !== undefined;
    if (taken && file) tellOfFile(file);
    return taken;
  },
  async input(input, file, bytes) {
    const taken = await attempt("input", { input, file, bytes }, input, file);
    if (taken) tellOfFile(`${file} (${WORDS[input]})`, taken.answer.kept);
    return taken !== undefined;
  },
  seed: (seed) => attempt("reset", { seed }, ABOUT.seed),
  look: async (look) => {
    if (look.mode !== undefined && canvas.dataset.orbits) view.fit(); // views differ in more than their colours
    if (await attempt("look", { look })) Object.assign(shownLook, look);
  },
  noted: (text) => notify({ about: ABOUT.file, kind: "note", text }),
  refused: (about, text) => notify({ about, text }),
});
takeDrops(form.fields, (file, field) => form.take(file, field));

/** Refusals are told to the user, and no longer than until the same is granted; the run goes on as it was. */
async function attempt<K extends RequestName>(
  name: K,
  what: Requests[K]["request"],
  about: string = name,
  file = "",
): Promise<{ answer: Requests[K]["response"] } | undefined> {
  try {
    const answer = await session.request(name, what);
    unnotify(about);
    return { answer };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof RefusedError && error.lost) return undefined; // of which the worker tells
    notify({ about, text: message.includes(file) ? message : `${file}: ${message}` });
    return undefined;
  }
}

const ask = async <K extends RequestName>(name: K, what: Requests[K]["request"]) => (await attempt(name, what))?.answer;

/** Milliseconds that a notice stands at least: what is over in a moment shall be seen all the same. */
const LEAST_SHOWN = 5000;
const told = new Map<string, number>();
/** What the worker tells; without a text it is over. */
function tell({ about, text }: Notice): void {
  const now = performance.now();
  told.set(about, now);
  if (text !== "") notify({ about, text });
  else setTimeout(() => told.get(about) === now && unnotify(about), LEAST_SHOWN);
}

let playing = false;
let wanted = !matchMedia("(prefers-reduced-motion: reduce)").matches;
let steps = 0;
/** Which run it is, and how it is looked at. */
let run = "";
const shownLook = {} as ViewOptions;

function setPlaying(now: boolean): void {
  playing = now;
  if (now) unnotify(ABOUT.run);
  const button = find("play");
  button.textContent = now ? "Pause" : "Play";
  button.setAttribute("aria-pressed", String(now));
  if (!now) void address();
}

/** The address bar follows the run when it stands, and not more often: browsers limit how often it may change. */
async function address(): Promise<void> {
  const answer = await session.request("link", {}).catch(() => undefined);
  if (!answer) setAddress(""); // the run is too long for a link, and that of another would mislead
  if (answer && answer.text !== ownHash()) {
    setAddress(answer.text);
    find("shared").textContent = `step ${answer.steps}, ${answer.digest}`;
  } else if (answer) find("shared").textContent = `step ${answer.steps}, ${answer.digest}`;
}

const ownHash = () => location.hash.slice(1);
let set = "";
function setAddress(text: string): void {
  set = text;
  history.replaceState(null, "", `${location.search}#${text}`);
}

addEventListener("hashchange", () => {
  if (ownHash() === set) return;
  wanted = false;
  void ask("open", { text: ownHash() });
});

const plots = new Map<string, Promise<Plot>>();

/** The plotting library is most of a page's script; it is loaded with the first curve, behind the first picture. */
async function plot(
  key: string,
  title: string,
  x: string,
  place: string,
  curves: Parameters<Plot["show"]>[0],
  log = false,
) {
  let own = plots.get(key);
  if (!own) {
    // Its place is taken at once, for the first to be ready need not be the first to be shown.
    const mark = document.createComment(key);
    find(place).append(mark);
    own = import("./plots.ts").then(({ Plot }) => {
      const made = new Plot(title, x, log);
      mark.replaceWith(made.element);
      return made;
    });
    plots.set(key, own);
  }
  (await own).show(curves);
}

function show(news: WorkerUpdate): void {
  if (news.device) {
    const { software, kind } = news.device;
    const name = kind === "reference" ? "CPU reference (no GPU)" : deviceName(news.device);
    const element = find("device");
    element.textContent = software && kind === "gpu" ? `${name}: SOFTWARE, no real GPU` : name;
    element.title = element.textContent;
    element.classList.toggle("software", software);
    if (software) view.limit(Number(canvas.dataset.softwarePixels));
    if (kind === "gpu") unnotify(ABOUT.gpu);
  }
  if (news.unavailable) actOnUnavailable(news.unavailable);
  if (news.notice) tell(news.notice);
  if (news.run) {
    if (news.run.id !== run) leaveRun();
    run = news.run.id;
    Object.assign(shownLook, { time: undefined }, news.run.look);
    form.show(news.run);
    view.show(news.run.size);
    if (time && news.run.length !== undefined) time.max = String(news.run.length);
    document.documentElement.dataset.ready = "true";
  }
  if (news.values) form.values(news.values);
  if (news.address) unnotify(ABOUT.address);
  if (news.address !== undefined && !playing) setAddress(news.address);
  if (news.playing !== undefined) setPlaying(news.playing);
  if (news.steps !== undefined) {
    steps = news.steps;
    const counter = find("step-count");
    counter.textContent = `${counter.dataset.counts} ${steps}`;
  }
  if (news.time !== undefined) showTime(news.time);
  if (news.replaying !== undefined) showReplay(news.replaying);
  if (news.table) showTable(news.table);
  if (news.equilibrium !== undefined) find("equilibrium").textContent = steps > 0 ? news.equilibrium : "";
  if (news.series) showSeries(news.series);
  if (news.plots) showPlots(news.plots);
  if (news.timing) showTiming(news.timing);
}

/** What was said and found of a run does not stand beside the next one. */
function leaveRun(): void {
  unnotifyRun();
  find("verdict").textContent = "";
  find("shared").textContent = "";
}

const time = document.getElementById("time") as HTMLInputElement | null; // not every run has an end
let timeDue: ReturnType<typeof setTimeout> | undefined;
if (time) {
  time.oninput = () => {
    if (playing) void ask("play", { playing: false });
    // A slider that is dragged sends at most so often; beyond what is made there is nothing to show.
    timeDue ??= setTimeout(async () => {
      const at = Number(time.value);
      await ask("look", { look: { time: at < steps ? at : undefined } });
      timeDue = undefined;
    }, 60);
  };
}

function showTime(at: number): void {
  if (!time) return;
  shownLook.time = at < steps ? at : undefined;
  if (timeDue === undefined) time.value = String(at);
  const text = `${at} of ${time.max}`;
  find("time-text").textContent = text;
  time.setAttribute("aria-valuetext", text);
}

function showReplay(replaying: WorkerUpdate["replaying"]): void {
  const box = find("replay");
  box.hidden = !replaying;
  if (!replaying) return;
  box.querySelector("progress")!.value = replaying.done / Math.max(1, replaying.total);
  box.querySelector("span")!.textContent = `replaying: step ${replaying.done} of ${replaying.total}`;
}

const number = (value: number | undefined, digits = 5) =>
  value === undefined ? "" : Number(value.toPrecision(digits)).toString();

/** A mean to the second digit of its error; more say nothing, and make the table wider than a panel. */
function uncertain(value: number | undefined, error: number | undefined): string {
  if (value === undefined) return "";
  if (error === undefined) return number(value);
  const digits = 1 - Math.floor(Math.log10(error));
  if (!(error > 0) || digits > 8) return `${number(value)} ± ${number(error, 2)}`;
  const places = Math.max(0, digits);
  return `${value.toFixed(places)} ± ${error.toFixed(places)}`;
}

function showTable(rows: readonly Row[]): void {
  const body = find("table").querySelector("tbody")!;
  body.replaceChildren(
    ...rows.map(({ name, description, unit, now, value, error, exact, z, alarm }) => {
      const row = document.createElement("tr");
      const present = find("table").dataset.now === "true" ? [number(now, 4)] : [];
      const far = alarm === true;
      row.classList.toggle("alarm", far);
      const texts = [name, ...present, uncertain(value, error), number(exact?.value, 6)];
      for (const text of [...texts, z === undefined ? "" : zText(z, 1)]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        row.append(cell);
      }
      row.title = `${far ? "Far from its exact value: not in equilibrium, or stuck. " : ""}${description}${unit ? `, ${unit}` : ""}${exact ? `. Exact: ${exact.source}` : ""}.`;
      return row;
    }),
  );
  announce(rows);
}

let announced = 0;
/** For those who hear the page: the run in a sentence, at most every ten seconds. */
function announce(rows: readonly Row[]): void {
  if (performance.now() - announced < 10_000 && announced > 0) return;
  announced = performance.now();
  const values = rows.flatMap(({ name, now, value }) => {
    const present = now ?? value;
    return present === undefined ? [] : [`${name} ${number(present, 3)}`];
  });
  find("summary").textContent =
    `${playing ? "Running" : "Paused"}, ${find("step-count").textContent}. ${values.join(", ")}.`;
}

function showSeries({ steps: x, columns }: NonNullable<WorkerUpdate["series"]>): void {
  for (const [name, y] of Object.entries(columns)) {
    void plot(name, `${name} in time`, "step", "plots", [{ name, x: Array.from(x), y: Array.from(y) }]);
  }
}

const shown = new Set<string>();
/** Plots that this run no longer has go. */
function showPlots(all: NonNullable<WorkerUpdate["plots"]>): void {
  for (const { key, title, x, curves, log } of all) {
    shown.add(key);
    void plot(key, title, x, "plots", curves, log);
  }
  for (const key of shown) {
    if (all.some((own) => own.key === key)) continue;
    shown.delete(key);
    void plots.get(key)!.then(({ element }) => element.remove());
    plots.delete(key);
  }
}

function showTiming({
  steps: ms,
  draw,
  exact,
  framesPerSecond,
  rate,
  unit,
}: NonNullable<WorkerUpdate["timing"]>): void {
  const clock = exact ? "GPU clock" : "wall clock";
  find("hud").textContent =
    `${framesPerSecond.toFixed(0)} frames/s · steps ${ms.toFixed(2)} ms · picture ${draw.toFixed(2)} ms · ${rate.toPrecision(3)} ${unit}`;
  find("timing").textContent =
    `per frame, ${clock}: steps ${ms.toFixed(3)} ms, picture ${draw.toFixed(3)} ms; ${rate.toPrecision(4)} ${unit}; ${framesPerSecond.toFixed(1)} frames/s`;
}

// The buttons.
const on = (id: string, action: () => unknown) => {
  const button = document.getElementById(id); // not every model has every button
  if (button) button.onclick = action;
};
const play = () => ask("play", { playing: !playing });
on("play", play);
on("step", () => ask("step", { count: 1 }));
on("reset", () => ask("reset", {}));
on("fit", () => view.showAll());
on("clear", async () => {
  await ask("paint", { x: 0, y: 0, radius: 1e6, value: 0 });
  await ask("painted", {});
});
on("fullscreen", () => (document.fullscreenElement ? document.exitFullscreen() : find("frame").requestFullscreen()));
on("new-seed", () => {
  const words = crypto.getRandomValues(new Uint32Array(1));
  return ask("reset", { seed: String(words[0]) });
});
const speed = find<HTMLSelectElement>("speed");
const tellSpeed = () => ask("speed", { steps: Number(speed.value) });
speed.onchange = tellSpeed;
addEventListener("keydown", (event) => {
  const typing = (event.target as Element).closest("input, select, button, summary, a, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const keys: Record<string, () => unknown> = {
    " ": play,
    s: () => ask("step", { count: 1 }),
    r: () => ask("reset", {}),
    f: () => find("fullscreen").click(),
    0: () => view.showAll(),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  void keys[event.key]();
});

async function busy(id: string, action: () => Promise<unknown>): Promise<void> {
  const button = find<HTMLButtonElement>(id);
  button.disabled = true;
  await action().finally(() => {
    button.disabled = false;
  });
}

on("verify", () =>
  busy("verify", async () => {
    const box = find("verdict");
    box.className = "verdict";
    box.textContent = "The reference is working…";
    const verdict = await ask("verify", {});
    if (!verdict) {
      box.textContent = "";
      return;
    }
    box.classList.add(verdict.equal ? "good" : "bad");
    box.textContent = verdict.summary;
  }),
);

const extra = (title: string, x: string, curves: Parameters<Plot["show"]>[0], log = false) =>
  plot(`extra ${title}`, title, x, "extra-plots", curves, log);

on("scan", () =>
  busy("scan", async () => {
    const result = await ask("scan", {});
    for (const { title, unit, curves, log } of result?.plots ?? []) {
      await extra(`${title} (${unit})`, result!.x, curves, log);
    }
  }),
);
on("correlation", () =>
  busy("correlation", async () => {
    const curves = await ask("correlation", {});
    if (curves) await extra("Correlation function C(r)", "distance r", curves);
  }),
);

// Sharing and saving.
on("copy-link", async () => {
  const answer = await ask("link", {});
  if (!answer) return;
  setAddress(answer.text);
  await navigator.clipboard?.writeText(location.href).catch(() => {});
  find("shared").textContent = `Copied: ${location.href} - step ${answer.steps}, ${answer.digest}`;
});
const name = (ending: string) => `gibbs-${model}-${steps}${ending}`;
on("save-picture", async () => {
  const blob = await ask("picture", {});
  if (blob) download(blob, name(".png"));
});
on("save-lattice", async () => {
  const blob = await ask("lattice", {});
  if (blob) download(blob, name("-cells.png"));
});
on("save-state", async () => {
  const files = await ask("state", {});
  if (!files) return;
  download(files.npy, name(".npy"));
  download(files.record, name(".json"));
  download(files.checkpoint, name(".gibbs"));
});
on("save-output", async () => {
  const { extension } = find("save-output").dataset;
  const blob = await ask("output", { extension: extension! });
  if (blob) download(blob, name(extension!));
});
on("video", async () => {
  const button = find("video");
  const recording = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(recording));
  button.textContent = recording ? "Stop video" : "Video";
  const blob = await ask("record", { recording });
  if (blob) download(blob, name(blob.type === "video/mp4" ? ".mp4" : ".webm"));
});
on("embed", async () => {
  const answer = await ask("link", {});
  const source = `${location.origin}${location.pathname}?embed=mini#${answer?.text ?? ""}`;
  find("shared").textContent = `<iframe src="${source}" width="640" height="480" allow="fullscreen"></iframe>`;
});

// The last visit of this page, if this is a reload.
const before = embed === null ? lastVisit(model) : undefined; // what is embedded shows what its link says
const key = before?.key ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
const own = ["speed", "brush", "brush-radius"].flatMap(
  (id) => (document.getElementById(id) as HTMLInputElement | null) ?? [],
);

function afreshButton(): HTMLButtonElement {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Start afresh" });
  button.onclick = () => void afresh();
  return button;
}

async function afresh(): Promise<void> {
  view.showAll();
  await attempt("afresh", {});
  if (wanted) void ask("play", { playing: true });
}
on("afresh", afresh);

function tellOfFile(file: string, kept = stored): void {
  const text = kept
    ? `${file} is in use. This browser keeps a copy on this machine, so that a reload gives the run back; it is sent nowhere.`
    : `${file} is in use. This browser keeps ${stored ? "no files as large as that" : "nothing for this page"}: after a reload it must be given again.`;
  notify({ about: ABOUT.kept, kind: "note", text }, [afreshButton()]);
}

/** The run of the last visit, as it was looked at. */
async function resume({ run, step, look, sight, controls, files, playing }: Visit): Promise<boolean> {
  for (const field of own) {
    if (controls[field.id] === undefined) continue;
    field.value = controls[field.id];
    field.dispatchEvent(new Event("change"));
  }
  const found = await attempt("resume", { run, step, look }, ABOUT.kept);
  if (!found?.answer) return false;
  view.look(sight);
  for (const [parameter, file] of Object.entries(files)) form.name(parameter, file);
  const names = Object.values(files);
  const and =
    names.length > 0
      ? ` It has ${names.join(" and ")} from this browser's copy, which goes when you start afresh.`
      : "";
  const text = `This is the run as you left it, at step ${step}.${and}`;
  notify({ about: ABOUT.kept, kind: "note", text }, [afreshButton()]);
  if (playing) void ask("play", { playing: true });
  return true;
}

let isOpen = false;
keepVisits(model, () => {
  if (!isOpen || run === "") return undefined;
  const controls = Object.fromEntries(own.map(({ id, value }) => [id, value]));
  const { sight } = view;
  return { key, run, step: steps, playing, look: shownLook, sight, controls, files: form.files, hash: location.hash };
});

const stored = await session.request("keep", { key });
await tellSpeed();
const atStep = /[&#]step=/.test(location.hash); // a link to a state shows that state
if (!before || !(await resume(before))) {
  await ask("open", { text: ownHash() });
  if (wanted && !atStep) void ask("play", { playing: true });
}
isOpen = true;
