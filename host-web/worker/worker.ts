// The worker of a model's page: simulation and picture run here, so that nothing the page does can make them stutter.

import { Engine } from "./engine.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

const post = (message: FromWorker) => self.postMessage(message);

let engine: Engine | undefined;
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.name === "canvas") {
    engine = new Engine(data.model, data.canvas, post);
    void engine.live();
  } else engine?.receive(data); // the canvas is the first message; the engine queues what comes before it is ready
};
