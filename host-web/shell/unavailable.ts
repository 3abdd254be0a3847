// No GPU: why, and what to do. The page goes on with the model in plain TypeScript at a small size, beside a recorded picture.

import type { News } from "../worker/protocol.ts";

const TITLES: Record<string, string> = {
  insecure: "This address is not secure, so the browser hides the GPU.",
  "no-webgpu": "This browser has no WebGPU.",
  "no-adapter": "The browser offers no GPU.",
  "request-failed": "The browser failed while looking for a GPU.",
  failed: "The GPU cannot be used.",
};

export function actOnUnavailable({ reason, message }: NonNullable<News["unavailable"]>): void {
  const box = document.getElementById("notice")!;
  const title = document.createElement("b");
  title.textContent = TITLES[reason] ?? TITLES.failed;
  const more = document.createElement("p");
  more.textContent = message;
  const small = document.createElement("p");
  small.textContent = "Below, the model runs in plain TypeScript on a small lattice. This is what a GPU shows:";
  const picture = new Image(320, 200);
  picture.src = "./preview.jpg";
  picture.alt = "A recorded picture of the model at full size";
  box.replaceChildren(title, more, small, picture);
  box.hidden = false;
  document.documentElement.dataset.unavailable = reason;
}
