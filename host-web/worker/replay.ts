// A worker that runs a link, or goes on from a checkpoint, on the CPU reference.

import { ReferenceDevice } from "../../src/device/device.ts";
import { follow, parseLink } from "../../src/link.ts";
import { models } from "../../src/models/index.ts";

export interface ReplayAsk {
  model: string;
  link?: string;
  checkpoint?: Uint8Array;
  steps?: number;
}

export interface ReplayAnswer {
  data: ArrayLike<number>;
  digest: string;
  milliseconds: number;
}

self.onmessage = async ({ data: { model, link, checkpoint, steps } }: MessageEvent<ReplayAsk>) => {
  try {
    const device = new ReferenceDevice("web");
    const start = performance.now();
    const simulation =
      link !== undefined
        ? await follow(device, parseLink(link, model))
        : await models.find(({ name }) => name === model)!.restore(device, checkpoint!);
    await simulation.run(steps ?? 0);
    const milliseconds = performance.now() - start;
    const { data } = await simulation.array();
    self.postMessage({ data, digest: await simulation.digest(), milliseconds } satisfies ReplayAnswer);
  } catch (error) {
    self.postMessage({ message: (error as Error).message });
  }
};
