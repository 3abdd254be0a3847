// Is the state on the canvas right? The run once more on the CPU reference, from its link if that takes seconds, otherwise some
// steps on from where it stands; then word for word.

import type { Device } from "../../src/device/device.ts";
import type { Link } from "../../src/link.ts";
import { formatLink } from "../../src/link.ts";
import type { AnyModel, AnySimulation } from "../../src/models/index.ts";
import type { Verdict } from "./protocol.ts";
import type { ReplayAnswer, ReplayAsk } from "./replay.ts";

/** Updates of single cells that the reference makes in some seconds. */
const AFFORDABLE = 3e7;

/** Returns also where the states differ, if they do. */
export async function verify(
  model: AnyModel,
  device: Device,
  simulation: AnySimulation,
  link: Link,
): Promise<{ verdict: Verdict; differs?: Uint8Array }> {
  const { count } = model.updates(simulation.points.parameters);
  const whole = count * link.step <= AFFORDABLE;
  const steps = Math.max(1, Math.floor(AFFORDABLE / 10 / count));
  const checkpoint = whole ? undefined : await simulation.checkpoint();
  const reference = replay(model.name, whole ? { link: formatLink(link) } : { checkpoint: checkpoint!, steps });

  const start = performance.now();
  let state: Awaited<ReturnType<AnySimulation["array"]>>;
  let digest: string;
  if (whole) {
    // The state as it stands on the canvas, however it came about.
    [state, digest] = [await simulation.array(), await simulation.digest()];
  } else {
    using copy = await model.restore(device, checkpoint!);
    await copy.run(steps);
    [state, digest] = [await copy.array(), await copy.digest()];
  }
  const taken = performance.now() - start;

  const other = await reference;
  const differs = Uint8Array.from(state.data, (value, i) => (value === other.data[i] ? 0 : 1));
  const differing = differs.reduce((sum, value) => sum + value, 0);
  const verdict = {
    equal: differing === 0 && digest === other.digest,
    cells: state.data.length,
    differing,
    from: whole ? 0 : link.step,
    to: whole ? link.step : link.step + steps,
    digests: { device: digest, reference: other.digest },
    milliseconds: { device: taken, reference: other.milliseconds },
  };
  return { verdict, differs: differing > 0 ? differs : undefined };
}

/** In a worker of its own, so that the canvas lives on. */
function replay(model: string, ask: Omit<ReplayAsk, "model">): Promise<ReplayAnswer> {
  const worker = new Worker(new URL("./replay.ts", import.meta.url), { type: "module" });
  return new Promise<ReplayAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ReplayAnswer | { message: string }>) =>
      "message" in data ? reject(new Error(data.message)) : resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || "The reference's worker could not be loaded."));
    worker.postMessage({ model, ...ask });
  }).finally(() => worker.terminate());
}
