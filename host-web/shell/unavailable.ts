// No GPU: why, and what to do. The page continues with the model in plain TypeScript at a small size, next to a recorded picture.

import type { WorkerUpdate } from "../worker/protocol.ts";
import { ABOUT, put } from "./notices.ts";

const TITLES: Record<string, string> = {
  insecure: "This address is not secure, so the browser hides the GPU.",
  "no-webgpu": "This browser has no WebGPU.",
  "no-adapter": "The browser offers no GPU.",
  "request-failed": "The browser failed while looking for a GPU.",
  failed: "The GPU cannot be used.",
};

export function actOnUnavailable({ reason, message }: NonNullable<WorkerUpdate["unavailable"]>): void {
  const title = document.createElement("b");
  title.textContent = TITLES[reason] ?? TITLES.failed;
  const hasRecorded = document.body.dataset.preview !== undefined;
  const paragraph = (text: string) => Object.assign(document.createElement("p"), { textContent: text });
  put(ABOUT.gpu, "fault", [
    ...(hasRecorded ? [recorded()] : []),
    title,
    paragraph(message),
    paragraph(
      `What runs below is the CPU reference: the same model in plain TypeScript, slower, and smaller unless the link says otherwise. Its numbers are correct.${hasRecorded ? " The picture shows the same model on a GPU." : ""}`,
    ),
  ]);
  document.documentElement.dataset.unavailable = reason;
}

function recorded(): HTMLElement {
  const picture = new Image(160, 100);
  picture.src = "./preview.jpg";
  picture.alt = "A recorded picture of the model at full size";
  return picture;
}
