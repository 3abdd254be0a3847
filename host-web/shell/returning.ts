// A run that is kept in the browser's storage: a reload takes it up again, and the visitor may start afresh.

import type { CanvasControl } from "./canvas.ts";
import type { Form } from "./form.ts";
import { ABOUT, notify } from "./notices.ts";
import type { Requester } from "./requester.ts";
import type { Visit } from "./visit.ts";

/** Controls that are the page's own, and none of the run. */
const OWN = ["speed", "brush", "brush-radius"];

const ownControls = () => OWN.flatMap((id) => (document.getElementById(id) as HTMLInputElement | null) ?? []);

/** Their texts, by id. */
export const controlTexts = () => Object.fromEntries(ownControls().map(({ id, value }) => [id, value]));

export interface Returning {
  requester: Requester;
  view: CanvasControl;
  form: Form;
  afresh: () => Promise<void>;
}

/** Takes up the run of the last visit, as it was looked at; false if it is not kept. */
export async function resume(
  { requester, view, form, afresh }: Returning,
  { run, step, options, sight, controls, files, playing }: Visit,
): Promise<boolean> {
  for (const field of ownControls()) {
    if (controls[field.id] === undefined) continue;
    field.value = controls[field.id];
    field.dispatchEvent(new Event("change"));
  }
  const found = await requester.attempt("resume", { run, step, options }, ABOUT.kept);
  if (!found?.response) return false;
  view.look(sight);
  for (const [parameter, file] of Object.entries(files)) form.name(parameter, file);
  const names = Object.values(files);
  const and =
    names.length > 0
      ? ` It has ${names.join(" and ")} from this browser's copy, which goes when you start afresh.`
      : "";
  noteKept(`This is the run as you left it, at step ${step}.${and}`, afresh);
  if (playing) void requester.request("play", { playing: true });
  return true;
}

/** Says of a file that it is in use, and whether a reload gives it back. @param stored the browser keeps something for this page */
export function noteFile(file: string, kept: boolean, stored: boolean, afresh: () => Promise<void>): void {
  const text = kept
    ? `${file} is in use. This browser keeps a copy on this machine, so that a reload gives the run back; it is sent nowhere.`
    : `${file} is in use. This browser keeps ${stored ? "no files as large as that" : "nothing for this page"}: after a reload it must be given again.`;
  noteKept(text, afresh);
}

function noteKept(text: string, afresh: () => Promise<void>): void {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Start afresh" });
  button.onclick = () => void afresh();
  notify({ about: ABOUT.kept, kind: "note", text }, [button]);
}
