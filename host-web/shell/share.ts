// Sharing and saving: the address of the run, and files of it.

import { download } from "./download.ts";
import { find, onClick } from "./elements.ts";
import type { Requester } from "./requester.ts";
import type { Session } from "./session.ts";

export interface ShareEvents {
  /** The user has followed a link, or typed another address. */
  follow: (text: string) => void;
  /** Steps made so far, for names of files. */
  steps: () => number;
}

/** What stands behind the # of the address. */
export const hashText = () => location.hash.slice(1);

export class Share {
  readonly #session: Session;
  /** The run that the address bar shows. */
  #address = "";

  constructor(session: Session, requester: Requester, model: string, { follow, steps }: ShareEvents) {
    this.#session = session;
    addEventListener("hashchange", () => {
      if (hashText() !== this.#address) follow(hashText());
    });
    onClick("copy-link", async () => {
      const response = await requester.request("link", {});
      if (!response) return;
      this.showAddress(response.text);
      await navigator.clipboard?.writeText(location.href).catch(() => {});
      find("shared").textContent = `Copied: ${location.href} - step ${response.steps}, ${response.digest}`;
    });
    onClick("embed", async () => {
      const response = await requester.request("link", {});
      const source = `${location.origin}${location.pathname}?embed=mini#${response?.text ?? ""}`;
      find("shared").textContent = `<iframe src="${source}" width="640" height="480" allow="fullscreen"></iframe>`;
    });
    addSaving(requester, (ending) => `gibbs-${model}-${steps()}${ending}`);
  }

  /** The one way in which the address bar is set: to the text of a link, as the worker makes it. */
  showAddress(text: string): void {
    this.#address = text;
    history.replaceState(null, "", `${location.search}#${text}`);
  }

  /** Says which state the address is that of, once a run stands. */
  async showDigest(): Promise<void> {
    const response = await this.#session.request("link", {}).catch(() => undefined);
    if (response) find("shared").textContent = `step ${response.steps}, ${response.digest}`;
  }
}

function addSaving(requester: Requester, name: (ending: string) => string): void {
  onClick("save-picture", async () => {
    const blob = await requester.request("picture", {});
    if (blob) download(blob, name(".png"));
  });
  onClick("save-lattice", async () => {
    const blob = await requester.request("lattice", {});
    if (blob) download(blob, name("-cells.png"));
  });
  onClick("save-state", async () => {
    const files = await requester.request("state", {});
    if (!files) return;
    download(files.npy, name(".npy"));
    download(files.record, name(".json"));
    download(files.checkpoint, name(".gibbs"));
  });
  onClick("save-output", async () => {
    const { extension } = find("save-output").dataset;
    const blob = await requester.request("output", { extension: extension! });
    if (blob) download(blob, name(extension!));
  });
  onClick("video", async () => {
    const button = find("video");
    const recording = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(recording));
    button.textContent = recording ? "Stop video" : "Video";
    const blob = await requester.request("record", { recording });
    if (blob) download(blob, name(blob.type === "video/mp4" ? ".mp4" : ".webm"));
  });
}
