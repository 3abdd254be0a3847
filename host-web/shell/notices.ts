// What a page tells its visitor above everything else. Each notice is about one thing, by whose name it is replaced or taken away.

export interface Notice {
  /** What it is about: a parameter's name, or one of the names below. */
  about: string;
  text: string;
  /** What is merely good to know is no fault. */
  kind?: "fault" | "note";
}

/** What notices are about, apart from names of parameters. */
export const ABOUT = {
  address: "address",
  device: "device",
  file: "file",
  gpu: "gpu",
  kept: "kept",
  link: "link",
  run: "run",
  seed: "seed",
  site: "site",
  worker: "worker",
} as const;

/** What stands as long as its cause does, whichever run the page shows. */
const OF_THE_PAGE: readonly string[] = [ABOUT.device, ABOUT.gpu, ABOUT.site, ABOUT.worker];

const shown = new Map<string, HTMLElement>();

/** Texts are set as texts: a notice may quote a link or the name of a file. */
export function notify({ about, text, kind = "fault" }: Notice, more: readonly HTMLElement[] = []): void {
  const words = document.createElement("span");
  words.textContent = text;
  put(about, kind, [words, ...more]);
}

/** A notice of more than a sentence. */
export function put(about: string, kind: "fault" | "note", content: readonly HTMLElement[]): void {
  const item = document.createElement("div");
  item.className = `notice ${kind}`;
  item.dataset.about = about;
  const body = document.createElement("div");
  body.append(...content);
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "close", title: "Dismiss" }); // the style has its sign
  close.setAttribute("aria-label", "Dismiss this notice");
  close.onclick = () => unnotify(about);
  item.append(body, close);
  const before = shown.get(about);
  shown.set(about, item);
  if (before) before.replaceWith(item);
  else place().append(item);
  place().hidden = false;
}

/** What it was about is mended, or has gone. */
export function unnotify(about: string): void {
  shown.get(about)?.remove();
  shown.delete(about);
  if (shown.size === 0) place().hidden = true;
}

/** Another run: what was said of the last one is over. */
export function unnotifyRun(): void {
  for (const about of [...shown.keys()]) if (!OF_THE_PAGE.includes(about)) unnotify(about);
}

const place = () => document.getElementById("notice")!;

/** Milliseconds that a notice of the worker's stands at least: what is over in a moment shall be seen all the same. */
const LEAST_SHOWN = 5000;
const reported = new Map<string, number>();

/** A notice of the worker's; without a text it is over. */
export function report(notice: Notice): void {
  const { about, text } = notice;
  const now = performance.now();
  reported.set(about, now);
  if (text !== "") notify(notice);
  else setTimeout(() => reported.get(about) === now && unnotify(about), LEAST_SHOWN);
}
