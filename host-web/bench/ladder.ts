// The worker of the page of speeds: the benchmarks on the visitor's device.

import { gpuOnly } from "../../bench/harness/case.ts";
import { measureMachine } from "../../bench/harness/machine.ts";
import type { BenchDocument } from "../../bench/harness/result.ts";
import { timeBench } from "../../bench/harness/time.ts";
import { benched, benchOf } from "../../bench/index.ts";
import { version } from "../../src/version.ts";
import { openDevice } from "../index.ts";

export interface LadderAsk {
  quick: boolean;
  /** One model alone. */
  only?: string;
}

export type LadderNews =
  | { name: "progress"; text: string; done: number; of: number }
  /** The result so far. */
  | { name: "result"; document: BenchDocument }
  | { name: "end"; message?: string };

const post = (news: LadderNews) => self.postMessage(news);

self.onmessage = async ({ data: { quick, only } }: MessageEvent<LadderAsk>) => {
  const chosen = benched.filter((model) => only === undefined || model === only);
  let done = 0;
  const onProgress = (text: string) => post({ name: "progress", text, done, of: chosen.length });
  try {
    await using device = await openDevice();
    gpuOnly(device);
    onProgress("measuring what the device does at most");
    const machine = await measureMachine(device, { quick });
    const document: BenchDocument = {
      ...{ gibbs: version, commit: __GIBBS_COMMIT__, date: new Date().toISOString(), device: device.info },
      ...{
        driver: device.info.description,
        system: { browser: navigator.userAgent },
        machine,
        rows: [],
        exponents: [],
      },
    };
    post({ name: "result", document });
    for (const model of chosen) {
      const options = { quick, machine, onProgress, log: onProgress };
      const { rows, exponents } = await timeBench(model, await benchOf(model), device, options);
      document.rows.push(...rows);
      document.exponents.push(...exponents);
      done++;
      post({ name: "result", document });
    }
    post({ name: "end" });
  } catch (error) {
    post({ name: "end", message: (error as Error).message });
  }
};
