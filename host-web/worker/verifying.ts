// Is the state on the canvas right? The run once more on the CPU reference, from its link if that takes seconds, otherwise some
// steps on from where it stands; then word for word.

import type { Device } from "../../src/device/device.ts";
import type { Link } from "../../src/link.ts";
import type { AnySimulation } from "../../src/models/index.ts";
import type { Verdict } from "./protocol.ts";
import type { ReplayRequest, ReplayResponse } from "./replay.ts";
import type { SceneModule } from "./scene.ts";

/** Updates of single cells that the reference makes in some seconds. */
const AFFORDABLE = 3e7;

/** Returns also where the states differ, if they do. */
export async function verify(
  module: SceneModule,
  device: Device,
  simulation: AnySimulation,
  link: Link,
): Promise<{ verdict: Verdict; differs?: Uint8Array }> {
  if (module.compare) return { verdict: await compared(module, module.compare, simulation, link) };
  const { model } = module;
  const { count, cost = 1 } = model.updates(simulation.points.parameters);
  const whole = count * cost * link.step <= AFFORDABLE;
  const steps = Math.max(1, Math.floor(AFFORDABLE / 10 / (count * cost)));
  const checkpoint = whole ? undefined : await simulation.checkpoint();
  const reference = replay(model.name, whole ? { link } : { checkpoint: checkpoint!, steps });

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
  const equal = differing === 0 && digest === other.digest;
  const [from, to] = whole ? [0, link.step] : [link.step, link.step + steps];
  const what = `${state.data.length} cells, steps ${from} to ${to}, CPU reference ${Math.round(other.milliseconds)} ms`;
  const verdict = {
    equal,
    summary: equal
      ? `Equal, word for word: ${what}, ${other.digest}`
      : `NOT equal: ${differing} of ${what} differ and are painted red; device ${digest}, reference ${other.digest}`,
    digests: { device: digest, reference: other.digest },
    milliseconds: { device: taken, reference: other.milliseconds },
  };
  return { verdict, differs: differing > 0 ? differs : undefined };
}

/** Numbers in groups, of which some may differ for a known reason. */
async function compared(
  { model }: SceneModule,
  { numbers, groups: given, allowed, unit, reason, within }: NonNullable<SceneModule["compare"]>,
  simulation: AnySimulation,
  link: Link,
): Promise<Verdict> {
  const reference = replay(model.name, { link: { ...link, step: 0 } });
  const start = performance.now();
  const own = await numbers(simulation);
  const taken = performance.now() - start;
  const other = await reference;
  const groups = given ?? own.length;
  const size = own.length / groups;
  const apart = (i: number) => Math.abs(own[i] - other.data[i]);
  const isEqual = (group: number) =>
    Array.from({ length: size }, (_, i) => group * size + i).every((i) =>
      within ? apart(i) <= within.bound : own[i] === other.data[i],
    );
  const same = Array.from({ length: groups }, (_, group) => isEqual(group)).filter(Boolean).length;
  const equal = own.length === other.data.length && groups - same <= allowed * groups;
  const few = (equal || within) && same < groups ? ` ${reason}` : "";
  const largest = within && Array.from(own, (_, i) => apart(i)).reduce((most, each) => Math.max(most, each), 0);
  const how = within
    ? `lie within ${within.bound} ${within.unit} of those of the CPU reference, at most ${largest!.toPrecision(2)} apart`
    : "equal those of the CPU reference";
  return {
    equal,
    summary: `${equal ? "" : "NOT equal: only "}${same} of ${groups} ${unit} ${how} (${Math.round(other.milliseconds)} ms).${few}`,
    digests: { device: "", reference: "" },
    milliseconds: { device: taken, reference: other.milliseconds },
  };
}

/** In a worker of its own, so that the canvas lives on. */
function replay(model: string, request: Omit<ReplayRequest, "model">): Promise<ReplayResponse> {
  const worker = new Worker(new URL("./replay.ts", import.meta.url), { type: "module" });
  return new Promise<ReplayResponse>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ReplayResponse | { message: string }>) =>
      "message" in data ? reject(new Error(data.message)) : resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || "The reference's worker could not be loaded."));
    worker.postMessage({ model, ...request });
  }).finally(() => worker.terminate());
}
