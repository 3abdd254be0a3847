// A worker that makes a link's run, or continues from a checkpoint, on the CPU reference.

import { ReferenceDevice } from "../../src/device/device.ts";
import { followLink, type Link } from "../../src/link.ts";
import { sceneOf } from "./scene.ts";

export interface ReplayRequest {
  model: string;
  link?: Link;
  checkpoint?: Uint8Array;
  steps?: number;
}

export interface ReplayResponse {
  data: ArrayLike<number>;
  digest: string;
  milliseconds: number;
}

self.onmessage = async ({ data: { model: name, link, checkpoint, steps } }: MessageEvent<ReplayRequest>) => {
  try {
    const { model, compare } = await sceneOf(name);
    const device = new ReferenceDevice("web");
    const start = performance.now();
    const simulation = link ? await followLink(device, link, model) : await model.restore(device, checkpoint!);
    await simulation.run(steps ?? 0);
    const data = compare ? await compare.numbers(simulation) : (await simulation.array()).data;
    const milliseconds = performance.now() - start;
    self.postMessage({ data, digest: await simulation.digest(), milliseconds } satisfies ReplayResponse);
  } catch (error) {
    self.postMessage({ message: (error as Error).message });
  }
};
