// The worker of the page of speeds: the benchmarks on the visitor's device.

import { gpuOnly } from "../../bench/harness/case.ts";
import type { BenchDocument } from "../../bench/harness/result.ts";
import { runBenches } from "../../bench/harness/run.ts";
import { benched, benchOf } from "../../bench/index.ts";
import { version } from "../../src/version.ts";
import { openDevice } from "../index.ts";

export interface LadderAsk {
  quick: boolean;
  /** One model alone. */
  only?: string;
}

export type LadderUpdate =
  | { name: "progress"; text: string; done: number; of: number }
  /** The result so far. */
  | { name: "result"; document: BenchDocument }
  | { name: "end"; message?: string };

const post = (update: LadderUpdate) => self.postMessage(update);

self.onmessage = async ({ data: { quick, only } }: MessageEvent<LadderAsk>) => {
  const chosen = benched
    .filter((model) => only === undefined || model === only)
    .map((model) => ({ model, load: () => benchOf(model) }));
  let done = 0;
  const say = (text: string) => post({ name: "progress", text, done, of: chosen.length });
  try {
    await using device = await openDevice();
    gpuOnly(device);
    const document: BenchDocument = {
      ...{ gibbs: version, commit: __GIBBS_COMMIT__, date: new Date().toISOString(), device: device.info },
      ...{ driver: device.info.description, system: { browser: navigator.userAgent }, rows: [], exponents: [] },
    };
    await runBenches(device, chosen, document, {
      ...{ quick, log: say, onUpdate: () => post({ name: "result", document }) },
      onProgress(text, models) {
        done = models;
        say(text);
      },
    });
    post({ name: "end" });
  } catch (error) {
    post({ name: "end", message: (error as Error).message });
  }
};
