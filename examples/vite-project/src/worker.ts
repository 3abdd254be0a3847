// The worker: the lattice lives on the GPU, is drawn there straight from its bits, and never comes back to be drawn.

import { IsingView, ising, openDevice } from "gibbs/web";
import type { Report, Request } from "./messages.ts";

const SIDE = 512;
/** What each frame adds, and how often the page is told of it. */
const SWEEPS = 2;
const FRAMES = 15;

const report = (message: Report) => postMessage(message);
let temperature = 2.269;

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  temperature = data.temperature;
  if ("canvas" in data) start(data.canvas).catch((error: Error) => report({ error: error.message }));
});

async function start(canvas: OffscreenCanvas): Promise<void> {
  const device = await openDevice(); // throws DeviceUnavailableError, whose message says what to do
  const lattice = await ising.create(device, { size: [SIDE, SIDE], temperature, start: "random", seed: 1n });
  // Where TypeScript does not know that this is a context for WebGPU.
  const context = canvas.getContext("webgpu") as unknown as GPUCanvasContext;
  const format = navigator.gpu.getPreferredCanvasFormat();
  context.configure({ device: device.raw, format });
  const view = await IsingView.create(device, lattice, format);
  const picture = {
    ...{ width: canvas.width, height: canvas.height },
    camera: { x: 0, y: 0, scale: SIDE / canvas.width },
    colours: Uint8Array.from({ length: 4 * 256 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2)), // from black, down, to white, up
    background: [0, 0, 0],
  } as const;

  for (let frame = 0; ; frame++) {
    await new Promise(requestAnimationFrame);
    if (lattice.points.parameters.temperature !== temperature) await lattice.set({ temperature });
    await lattice.run(SWEEPS);
    const target = context.getCurrentTexture().createView();
    await device.submit("the picture", (encoder) => view.draw(encoder, target, picture));
    if (frame % FRAMES !== 0) continue;
    const [{ energy, magnetization }] = await lattice.measure();
    report({ sweeps: lattice.steps, energy, magnetization });
  }
}
