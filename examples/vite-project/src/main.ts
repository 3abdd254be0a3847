// The page: it hands its canvas to the worker, sends it the temperature, and shows what it reports.

import type { Report, Request } from "./messages.ts";

const canvas = document.querySelector("canvas")!;
const slider = document.querySelector("input")!;
const temperature = document.querySelector("#temperature")!;
const status = document.querySelector("#status")!;

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const send = (request: Request, transfer: Transferable[] = []) => worker.postMessage(request, transfer);

worker.addEventListener("message", ({ data }: MessageEvent<Report>) => {
  status.textContent =
    "error" in data
      ? data.error
      : `${data.sweeps} sweeps, energy ${data.energy.toFixed(3)}, magnetization ${data.magnetization.toFixed(3)}`;
});
slider.addEventListener("input", () => {
  temperature.textContent = slider.value;
  send({ temperature: slider.valueAsNumber });
});

const offscreen = canvas.transferControlToOffscreen();
send({ canvas: offscreen, temperature: slider.valueAsNumber }, [offscreen]);
