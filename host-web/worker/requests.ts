// What the page may request of its worker, and the responses. What few visits ask for is loaded with its first request: those that come
// meanwhile wait in the engine.

import { DeviceLostError } from "../../src/device/errors.ts";
import { LINK_VERSION, type Link, readLink } from "../../src/link.ts";
import { digestsOf, inputFile } from "../../src/models/inputs.ts";
import { ABOUT } from "../shell/notices.ts";
import { changeParameters, liveParameters } from "./changes.ts";
import { withFile } from "./files.ts";
import type { Playback } from "./playback.ts";
import type { RequestName, Requests } from "./protocol.ts";
import type { Run } from "./run.ts";
import { Store } from "./store.ts";
import { addressOf, linkText, linkTextIfShort, ownValues, valuesOf } from "./updates.ts";

export type Responders = {
  [K in RequestName]: (request: Requests[K]["request"]) => Promise<Requests[K]["response"] | undefined>;
};

export function responders(run: Run, playback: Playback): Responders {
  const { module, model, view, pace, history } = run;

  async function change(values: Record<string, string>): Promise<void> {
    const { isAtEnd } = playback;
    // Whoever looks at an end wants to see the next one.
    if ((await changeParameters(run, values)) && isAtEnd) playback.play();
  }

  return {
    open: async ({ text }) => {
      await open(run, text);
      return undefined;
    },
    keep: async ({ key }) => {
      history.store = await Store.open(key);
      return history.store !== undefined;
    },
    resume: async ({ run: id, step, options }) => {
      const kept = await history.store?.read(model.name);
      if (!kept) return false;
      const { link } = kept;
      Object.assign(view.options, { time: undefined }, options);
      await run.start({ ...link, step: kept.run === id ? Math.max(link.step, step) : link.step }, kept);
      return true;
    },
    afresh: async () => {
      history.store?.forget();
      playback.hold();
      view.options = { ...module.options };
      await open(run, "");
      playback.pause(); // of the new run, whose address this tells
      return undefined;
    },
    change: async ({ values }) => {
      try {
        await change(values);
      } finally {
        run.post({ values: valuesOf(run) });
      }
      return undefined;
    },
    input: async ({ input, file, bytes }) => {
      const link = { ...history.link, parameters: { ...history.link.parameters, ...liveParameters(run) } };
      view.options.time = undefined;
      await run.start(withFile(link, model, input, await inputFile(file, bytes)));
      return { kept: history.store !== undefined && history.isStorable };
    },
    play: async ({ playing }) => {
      if (!playing && run.isReplaying) run.stopReplay();
      if (playing) view.options.time = run.hasEnded ? (view.options.time ?? 0) : undefined;
      pace.beginPlaying();
      if (playing) playback.play();
      else {
        playback.pause();
        await run.postReport();
      }
      return undefined;
    },
    step: async ({ count }) => {
      playback.hold();
      view.options.time = undefined;
      run.stopReplay();
      await run.advance(count);
      await run.postReport();
      playback.pause();
      return undefined;
    },
    speed: async ({ steps }) => {
      pace.speed = steps;
      return undefined;
    },
    reset: async ({ seed }) => {
      const { link } = history;
      view.options.time = undefined;
      await run.start({ ...link, seed: seed === undefined ? link.seed : readSeed(seed), changes: [], step: 0 });
      return undefined;
    },
    view: async ({ options }) => {
      Object.assign(view.options, options);
      if (module.report) await run.postReport(); // the plots may be of what is looked at
      run.post(addressOf(run));
      return undefined;
    },
    paint: async (stroke) => {
      if (run.painter.paint) run.painter.paint(stroke);
      else await run.paint(stroke);
      return undefined;
    },
    stroke: async () => {
      if (!run.painter.paint) await run.beginStroke(); // else on a sheet of its own
      return undefined;
    },
    unpaint: async () => {
      run.painter.unpaint?.();
      await run.undoStroke();
      return undefined;
    },
    painted: async () => {
      run.endStroke();
      const values = run.painter.painted?.();
      if (!values) return undefined;
      await change(values);
      playback.play(); // whoever draws wants to see what becomes of it
      return undefined;
    },
    pick: async ({ at }) => {
      const values = run.painter.pick?.(at, view.picture);
      if (values) await change(values);
      return undefined;
    },
    link: async () => {
      const { steps } = run.simulation;
      return { text: linkText(run), digest: await run.simulation.digest(), steps };
    },
    picture: async () => {
      const image = await run.painter.pixels(view.picture);
      const canvas = new OffscreenCanvas(image.width, image.height);
      canvas.getContext("2d")!.putImageData(image, 0, 0);
      return canvas.convertToBlob({ type: "image/png" });
    },
    lattice: async () => (await saving()).pictureOf(module, run.simulation),
    state: async () => {
      const { stateFiles } = await saving();
      const about = { link: linkTextIfShort(run) ?? "", inputs: digestsOf(history.link.inputs ?? {}) };
      return stateFiles(run.simulation, about, await run.simulation.digest());
    },
    output: async ({ extension }) => {
      if (!run.simulation.output) throw new Error(`The model "${model.name}" has no file of its own.`);
      const content = await run.simulation.output(extension);
      if (!(content instanceof Uint8Array) && typeof content !== "string")
        throw new Error(`A page does not save ${extension}; gibbs run --out does.`);
      return new Blob([content as BlobPart]);
    },
    record: async ({ recording }) => {
      if (!recording) {
        const { recorder } = playback;
        playback.recorder = undefined;
        return recorder?.finish();
      }
      const { Recorder } = await saving();
      playback.recorder = await Recorder.start(view.canvas.width, view.canvas.height);
      return undefined;
    },
    verify: async () => {
      run.stopReplay();
      playback.pause();
      const { simulation, device } = run;
      const { verify } = await import("./verifying.ts");
      const { verdict, differs } = await verify(module, device, simulation, history.present(simulation.steps));
      run.mark(differs);
      return verdict;
    },
    scan: async () => {
      if (!module.scan) throw new Error("This model has no scan.");
      return module.scan(run.device, run.simulation);
    },
    correlation: async () => (await module.correlation?.(run.simulation)) ?? [],
    loaded: async () => performance.getEntriesByType("resource").map(({ name }) => name),
    lose: async () => {
      if (run.device.kind === "gpu") run.device.raw.destroy();
      return undefined;
    },
  };
}

const saving = () => import("./saving.ts");

/** A link that cannot be opened gives a notice: the present run stays, and where there is none yet, the page's own starts. */
async function open(run: Run, text: string): Promise<void> {
  const { model, view } = run;
  if (text === "") return run.start(ownLink(run));
  const before = { ...view.options };
  try {
    const link = readLink(text, [model], model.name);
    view.showLinked(link.view);
    await run.start(link);
  } catch (error) {
    if (error instanceof DeviceLostError) throw error;
    view.options = before;
    if (run.hasBegun) run.post(addressOf(run));
    else await run.start(ownLink(run));
    run.post({ notice: { about: ABOUT.link, text: `The link cannot be opened: ${messageOf(error)}` } });
  }
}

/** The page's own run. */
function ownLink(run: Run): Link {
  const { model } = run;
  const values = Object.entries(ownValues(run)).map(([name, value]) => `${name}=${value}`);
  return readLink(`v=${LINK_VERSION}&${values.join("&")}`, [model], model.name);
}

function readSeed(text: string): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) {
    throw new Error(`The seed "${text.slice(0, 40)}" must be a whole number from 0 to 18446744073709551615.`);
  }
  return BigInt(text);
}

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
