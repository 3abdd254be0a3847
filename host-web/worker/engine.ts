// One page's simulation: a loop of steps and pictures, and between two frames whatever the page asked for. The run and all that
// was done to it is kept as a link, so at any time it can be sent, replayed, verified, or rebuilt after the device was lost.

import { type Device, ReferenceDevice } from "../../src/device/device.ts";
import { DeviceLostError, DeviceUnavailableError } from "../../src/device/errors.ts";
import { Timer } from "../../src/device/timer.ts";
import { formatLink, LINK_VERSION, type Link, LinkError, paintOn, readLink, readValues } from "../../src/link.ts";
import type { AnyModel, AnySimulation } from "../../src/models/index.ts";
import { createWith, digestsOf, inputFile } from "../../src/models/inputs.ts";
import { metaOf } from "../../src/models/parameters.ts";
import { openDevice } from "../index.ts";
import { ABOUT } from "../shell/notices.ts";
import { filesBeside, isStorable, withFile } from "./files.ts";
import { Measured } from "./measured.ts";
import { createPainter, type Painter } from "./painter.ts";
import type { FromWorker, RequestName, Requests, Timing, ToWorker, ViewOptions, WorkerUpdate } from "./protocol.ts";
import { pictureOf, Recorder, stateFiles } from "./saving.ts";
import { type Picture, type SceneModule, sceneOf } from "./scene.ts";
import { Store } from "./store.ts";
import { verify } from "./verifying.ts";

/** Milliseconds of steps that a replay makes between two pictures. */
const REPLAY_FRAME = 100;
/** Milliseconds of steps that a frame makes where only their number in all counts. */
const LONGEST_FRAME = 500;
/** Milliseconds between two tables, plots and checkpoints. */
const TABLE_EVERY = 400;
const CHECKPOINT_EVERY = 10_000;
/** Larger states are kept less often: reading them back takes a frame or more. */
const LARGE_STATE = 2 ** 26;
const LARGE_EVERY = 60_000;

/** A device, and why it is no GPU. */
interface Opened {
  device: Device;
  unavailable?: WorkerUpdate["unavailable"];
}

type Request = Extract<ToWorker, { id: number }>;
type Answers = {
  [K in RequestName]: (request: Requests[K]["request"]) => Promise<Requests[K]["response"] | undefined>;
};

export class Engine {
  readonly #canvas: OffscreenCanvas;
  readonly #post: (message: FromWorker, transfer?: Transferable[]) => void;
  readonly #name: string;
  readonly #requests: Request[] = [];
  #wake: () => void = () => {};

  #module!: SceneModule;
  #model!: AnyModel;
  #device!: Device;
  #simulation!: AnySimulation;
  #painter!: Painter;
  #measured!: Measured;
  #link!: Link;
  /** Tells the run from those before and after it. */
  #id = "";
  /** How many of the link's changes have been made. */
  #changed = 0;
  /** The last checkpoint; without one the run begins at its beginning. */
  #kept: Uint8Array | undefined;
  /** The run before the stroke that a finger has begun. */
  #unpainted: { bytes: Uint8Array; changes: number } | undefined;
  /** Where a reload finds the run. */
  #store: Store | undefined;

  #camera = { x: 0, y: 0, scale: 1 };
  #orbit = { yaw: 0, pitch: 0, zoom: 1 };
  #ratio = 1;
  #look!: ViewOptions;
  /** The last verification painted cells red. */
  #marked = false;
  #playing = false;
  #speed = 1;
  #frame = 0;
  #stale = true;
  #recorder: Recorder | undefined;
  #last = { table: 0, checkpoint: 0, frame: 0 };
  #pace = { perStep: 1, fps: 0, steps: 0, draw: 0, made: 0, exact: false };

  constructor(model: string, canvas: OffscreenCanvas, post: (message: FromWorker, transfer?: Transferable[]) => void) {
    this.#name = model;
    this.#canvas = canvas;
    this.#post = post;
  }

  receive(message: ToWorker): void {
    if (message.name === "camera") this.#camera = message.camera;
    else if (message.name === "orbit") this.#orbit = message.orbit;
    else if (message.name === "resize") {
      Object.assign(this.#canvas, { width: message.width, height: message.height });
      this.#ratio = message.ratio;
    } else if (message.name !== "canvas") this.#requests.push(message);
    this.#stale = true;
    this.#wake();
  }

  /** Lives as long as the page. */
  async live(): Promise<void> {
    this.#module = await sceneOf(this.#name);
    this.#model = this.#module.model;
    this.#look = { ...this.#module.look };
    this.#use(await this.#openDevice());
    for (;;) {
      try {
        if (this.#requests.length > 0) await this.#serve(this.#requests.shift()!);
        else if (this.#simulation && (this.#stale || this.#playing || this.#replaying)) await this.#oneFrame();
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      } catch (error) {
        await this.#fail(error);
      }
    }
  }

  /** What goes wrong stops the run in the state that it has; a lost device is replaced. */
  async #fail(error: unknown): Promise<void> {
    if (!(error instanceof DeviceLostError && this.#link)) return this.#halt(ABOUT.run, error);
    await this.#recover().catch((again: unknown) => this.#halt(ABOUT.device, again));
  }

  #halt(about: string, error: unknown): void {
    // A page that is told so asks for the address of the run, which fails for the same reason: once is enough.
    const stops = this.#playing ? { playing: false } : {};
    this.#playing = false;
    this.#news({ notice: { about, text: message(error) }, ...stops });
  }

  #news(news: WorkerUpdate, transfer: Transferable[] = []): void {
    this.#post({ name: "update", ...news }, transfer);
  }

  async #openDevice(): Promise<Opened> {
    try {
      const device = await openDevice();
      if (device.raw.features.has("timestamp-query")) device.timer = new Timer(device);
      void device.lost.then(() => this.#wake());
      return { device };
    } catch (error) {
      if (!(error instanceof DeviceUnavailableError)) throw error;
      const unavailable = { reason: error.reason ?? "failed", message: error.message };
      return { device: new ReferenceDevice("web"), unavailable };
    }
  }

  #use({ device, unavailable }: Opened): void {
    this.#device = device;
    this.#news({ device: device.info, ...(unavailable ? { unavailable } : {}) });
  }

  #createPainter(simulation: AnySimulation): Promise<Painter> {
    return createPainter(this.#device, this.#canvas, simulation, this.#module, () => {
      this.#last.table = 0;
      this.#stale = true;
      this.#wake();
    });
  }

  /** A lost device costs time and nothing else: the last checkpoint, and from there the same steps again. */
  async #recover(): Promise<void> {
    const about = ABOUT.device;
    this.#news({ notice: { about, text: "The GPU was lost; the run is rebuilt from its last checkpoint." } });
    const target = Math.max(this.#link.step, this.#simulation.steps);
    const opened = await this.#openDevice();
    // A canvas that a GPU has drawn on takes no other kind of picture. Whatever is asked next tries once more.
    if (opened.device.kind === "reference" && this.#module.create) {
      throw new Error(
        "The GPU was lost, and the browser offers no other. Reload the page: the run goes on from here, on the CPU.",
      );
    }
    this.#device.dispose();
    this.#use(opened);
    await this.#takeOver(await this.#made(this.#link, this.#kept), target);
    this.#news({ notice: { about, text: "" }, values: this.#values() });
  }

  /** An earlier state of the run takes the place of the present one, and makes what lies ahead. */
  async #takeOver(
    { simulation, changed }: { simulation: AnySimulation; changed: number },
    step: number,
  ): Promise<void> {
    this.#simulation = simulation;
    this.#changed = changed;
    this.#link.step = step;
    this.#painter.dispose();
    this.#painter = await this.#createPainter(simulation);
    this.#marked = false;
    // At once and before the next request, which would take what lies ahead for a link that the user leaves.
    while (this.#replaying) {
      await this.#replay();
      await this.#draw();
    }
    this.#stale = true;
  }

  /** The run as if the stroke had not been. */
  async #unpaint({ bytes, changes: before }: { bytes: Uint8Array; changes: number }): Promise<void> {
    const { changes } = this.#link;
    const others = changes.filter(({ paint }, i) => i < before || !paint);
    if (others.length === changes.length) return;
    const { steps } = this.#simulation;
    const made = await this.#made({ ...this.#link, changes: others }, bytes);
    this.#simulation[Symbol.dispose]();
    this.#link.changes = others;
    this.#kept = made.simulation.steps > 0 ? bytes : undefined;
    await this.#takeOver(made, steps);
    this.#measured.restart();
    this.#store?.keepState(this.#id, bytes, true);
    this.#store?.keep(this.#id, this.#link);
  }

  /** The run of a link at its beginning, or from a checkpoint of it; and how many of the link's changes it has. */
  async #made(link: Link, kept: Uint8Array | undefined): Promise<{ simulation: AnySimulation; changed: number }> {
    const simulation: AnySimulation = kept
      ? await this.#model.restore(this.#device, kept)
      : await createWith(this.#model, this.#device, link);
    try {
      await this.#module.note?.(simulation);
    } catch (error) {
      simulation[Symbol.dispose]();
      throw error;
    }
    // What was done at the checkpoint's own step is done once more, for it may have been done after it was made: it changes
    // nothing that it has changed already.
    const ahead = link.changes.findIndex(({ step }) => step >= simulation.steps);
    return { simulation, changed: ahead < 0 ? link.changes.length : ahead };
  }

  async #serve({ id, name, request }: Request): Promise<void> {
    try {
      this.#post({ name: "response", id, response: await this.#answer(name, request) });
    } catch (error) {
      const lost = error instanceof DeviceLostError && this.#link !== undefined;
      this.#post({ name: "error", id, message: message(error), lost });
    }
  }

  /** What a lost device left undone is done on the new one; steps that were made before are not made again. */
  async #answer(name: RequestName, request: Request["request"]): Promise<unknown> {
    // biome-ignore lint/suspicious/noExplicitAny: the pair of request and answer is checked where answers are declared
    const answer = () => (this.#answers[name] as any)(request);
    const before = this.#simulation?.steps;
    try {
      return await answer();
    } catch (error) {
      if (!(error instanceof DeviceLostError && this.#link)) throw error;
      await this.#recover().catch((again: unknown) => {
        this.#halt(ABOUT.device, again);
        throw error;
      });
      return name === "step" && this.#simulation.steps > before ? undefined : answer();
    }
  }

  readonly #answers: Answers = {
    open: async ({ text }) => {
      await this.#open(text);
      return undefined;
    },
    keep: async ({ key }) => {
      this.#store = await Store.open(key);
      return this.#store !== undefined;
    },
    resume: async ({ run, step, look }) => {
      const kept = await this.#store?.read(this.#name);
      if (!kept) return false;
      const { link } = kept;
      Object.assign(this.#look, { time: undefined }, look);
      await this.#start({ ...link, step: kept.run === run ? Math.max(link.step, step) : link.step }, kept);
      return true;
    },
    afresh: async () => {
      this.#store?.forget();
      this.#playing = false;
      this.#look = { ...this.#module.look };
      await this.#open("");
      return undefined;
    },
    change: async ({ values }) => {
      try {
        await this.#change(values);
      } finally {
        this.#news({ values: this.#values() });
      }
      return undefined;
    },
    input: async ({ input, file, bytes }) => {
      const link = { ...this.#link, parameters: { ...this.#link.parameters, ...this.#live } };
      this.#look.time = undefined;
      await this.#start(withFile(link, this.#model, input, await inputFile(file, bytes)));
      return { kept: this.#store !== undefined && isStorable(this.#link) };
    },
    play: async ({ playing }) => {
      if (!playing && this.#replaying) this.#stopReplay();
      if (playing) this.#look.time = this.#ended ? (this.#look.time ?? 0) : undefined;
      this.#playing = playing;
      this.#frame = 0;
      this.#news({ playing });
      if (!playing) await this.#tell();
    },
    step: async ({ count }) => {
      this.#playing = false;
      this.#look.time = undefined;
      this.#stopReplay();
      await this.#advance(count);
      await this.#tell();
      this.#news({ playing: false });
    },
    speed: async ({ steps }) => {
      if (!(steps > 0)) throw new Error(`A speed of ${steps} steps a frame makes no run.`);
      this.#speed = steps < 1 ? steps : Math.round(steps);
    },
    reset: async ({ seed }) => {
      const { parameters } = this.#link;
      this.#look.time = undefined;
      await this.#start({
        ...this.#link,
        parameters,
        seed: seed === undefined ? this.#link.seed : readSeed(seed),
        changes: [],
        step: 0,
      });
    },
    look: async ({ look }) => {
      Object.assign(this.#look, look);
      if (this.#module.report) await this.#tell(); // the plots may be of what is looked at
      this.#tellAddress();
    },
    paint: async (stroke) => {
      if (this.#painter.paint) return void this.#painter.paint(stroke);
      if (!this.#simulation.paint) throw new Error(`The model "${this.#model.name}" cannot be painted on.`);
      this.#stopReplay();
      if (!(await paintOn(this.#simulation, stroke))) return undefined;
      this.#note({ step: this.#simulation.steps, paint: stroke });
      this.#unmark();
      this.#measured.restart();
    },
    stroke: async () => {
      if (this.#painter.paint) return undefined; // on a sheet of its own
      this.#unpainted = { bytes: await this.#simulation.checkpoint(), changes: this.#link.changes.length };
      return undefined;
    },
    unpaint: async () => {
      this.#painter.unpaint?.();
      if (this.#unpainted) await this.#unpaint(this.#unpainted);
      this.#unpainted = undefined;
      return undefined;
    },
    painted: async () => {
      this.#unpainted = undefined;
      const values = this.#painter.painted?.();
      if (!values) return undefined;
      await this.#change(values);
      // Whoever draws wants to see what becomes of it.
      this.#playing = true;
      this.#news({ playing: true });
      return undefined;
    },
    pick: async ({ at }) => {
      const values = this.#painter.pick?.(at, this.#picture());
      if (values) await this.#change(values);
      return undefined;
    },
    link: async () => {
      const { steps } = this.#simulation;
      return { text: this.#text(), digest: await this.#simulation.digest(), steps };
    },
    picture: async () => {
      const image = await this.#painter.pixels(this.#picture());
      const canvas = new OffscreenCanvas(image.width, image.height);
      canvas.getContext("2d")!.putImageData(image, 0, 0);
      return canvas.convertToBlob({ type: "image/png" });
    },
    lattice: async () => pictureOf(this.#module, this.#simulation),
    state: async () => {
      const about = { link: this.#textIfShort() ?? "", inputs: digestsOf(this.#link.inputs ?? {}) };
      return stateFiles(this.#simulation, about, await this.#simulation.digest());
    },
    output: async ({ extension }) => {
      if (!this.#simulation.output) throw new Error(`The model "${this.#model.name}" has no file of its own.`);
      const content = await this.#simulation.output(extension);
      if (!(content instanceof Uint8Array) && typeof content !== "string")
        throw new Error(`A page does not save ${extension}; gibbs run --out does.`);
      return new Blob([content as BlobPart]);
    },
    record: async ({ recording }) => {
      if (!recording) {
        const recorder = this.#recorder;
        this.#recorder = undefined;
        return recorder?.finish();
      }
      this.#recorder = await Recorder.start(this.#canvas.width, this.#canvas.height);
      return undefined;
    },
    verify: async () => {
      this.#playing = false;
      this.#stopReplay();
      this.#news({ playing: false });
      const { verdict, differs } = await verify(this.#module, this.#device, this.#simulation, this.#present());
      this.#painter.mark(differs);
      this.#marked = differs !== undefined;
      this.#stale = true;
      return verdict;
    },
    scan: async () => {
      if (!this.#module.scan) throw new Error("This model has no scan.");
      return this.#module.scan(this.#device, this.#simulation);
    },
    correlation: async () => (await this.#module.correlation?.(this.#simulation)) ?? [],
    lose: async () => {
      if (this.#device.kind === "gpu") this.#device.raw.destroy();
    },
  };

  /** A link that cannot be opened gives a notice: the present run stays, and where there is none yet, the page's own starts. */
  async #open(text: string): Promise<void> {
    const phone = /Mobi/.test(navigator.userAgent);
    const defaults = Object.entries(this.#module.defaults(this.#device, phone)).map(
      ([name, value]) => `${name}=${value}`,
    );
    const start = () => readLink(`v=${LINK_VERSION}&${defaults.join("&")}`, [this.#model], this.#name);
    if (text === "") return this.#start(start());
    const before = { ...this.#look };
    try {
      const link = readLink(text, [this.#model], this.#name);
      const { camera: _, ...look } = link.view;
      Object.assign(this.#look, { time: undefined }, readLook(look, this.#look));
      await this.#start(link);
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      this.#look = before;
      if (this.#simulation) this.#tellAddress();
      else await this.#start(start());
      this.#news({ notice: { about: ABOUT.link, text: `The link cannot be opened: ${message(error)}` } });
    }
  }

  /** Starts the run of a link, or one that was kept; the present one goes on if that fails. */
  async #start(link: Link, kept?: { run: string; bytes?: Uint8Array }): Promise<void> {
    const { simulation, changed } = await this.#made(link, kept?.bytes);
    let painter: Painter;
    try {
      painter = await this.#createPainter(simulation);
    } catch (error) {
      simulation[Symbol.dispose]();
      throw error;
    }
    this.#painter?.dispose();
    this.#simulation?.[Symbol.dispose]();
    this.#simulation = simulation;
    this.#painter = painter;
    this.#measured = new Measured(this.#model);
    this.#link = { ...link, changes: [...link.changes], step: Math.max(link.step, simulation.steps) };
    this.#changed = changed;
    this.#unpainted = undefined;
    this.#id = kept?.run ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.#kept = kept?.bytes;
    this.#marked = false;
    this.#last.checkpoint = performance.now();
    this.#stale = true;
    this.#pace.perStep = 1;
    this.#remember();
    this.#news({ run: this.#run() });
    this.#tellAddress();
    await this.#tell();
  }

  async #change(given: Record<string, string>): Promise<void> {
    const values = this.#module.complete?.(given, this.#simulation) ?? given;
    const shape = this.#model.parameters.shape;
    // What may be left out and has no text is left out.
    const left = Object.keys(values).filter((name) => values[name] === "" && shape[name]?.def.type === "optional");
    const parameters = readValues(
      this.#model,
      Object.fromEntries(Object.entries(values).filter(([name]) => !left.includes(name))),
    );
    const isLive = (name: string) => shape[name] !== undefined && metaOf(shape[name]).live === true;
    if (left.length === 0 && Object.keys(parameters).every(isLive)) {
      this.#stopReplay();
      await this.#simulation.set(parameters);
      if (this.#simulation.steps === 0) {
        Object.assign(this.#link.parameters, parameters);
        this.#remember();
      } else this.#note({ step: this.#simulation.steps, parameters });
      this.#measured.restart();
      this.#tellAddress();
      await this.#tell();
    } else {
      const present = this.#simulation.points.parameters as Record<string, unknown>;
      const replaced = Object.keys(parameters).flatMap((name) => metaOf(shape[name]).replaces ?? []);
      const gone = [...replaced, ...left];
      const files = filesBeside(this.#link, this.#model, parameters, present);
      const kept = Object.entries({ ...files.left, ...this.#link.parameters }).filter(([name]) => !gone.includes(name));
      // Whoever looks at an end wants to see the next one.
      const again = this.#simulation.steps >= this.#end;
      this.#look.time = undefined;
      await this.#start({
        ...this.#link,
        parameters: { ...Object.fromEntries(kept), ...this.#live, ...parameters },
        inputs: files.inputs,
        changes: [],
        step: 0,
      });
      if (again) {
        this.#playing = true;
        this.#news({ playing: true });
      }
    }
  }

  /** What live parameters are by now. */
  get #live(): Record<string, unknown> {
    const { shape } = this.#model.parameters;
    const present = Object.entries(this.#simulation.points.parameters as Record<string, unknown>);
    return Object.fromEntries(present.filter(([name]) => shape[name] && metaOf(shape[name]).live));
  }

  /** For a reload. */
  #remember(): void {
    if (isStorable(this.#link)) this.#store?.keep(this.#id, this.#link);
    else this.#store?.forget();
  }

  /** Adds what was done to the run; of parameters changed twice at one step only the last value counts. */
  #note(change: Link["changes"][number]): void {
    const { changes } = this.#link;
    const last = changes.at(-1);
    if (change.parameters && last?.parameters && last.step === change.step && !last.paint) {
      last.parameters = { ...last.parameters, ...change.parameters };
    } else changes.push(change);
    this.#changed = changes.length;
    this.#link.step = change.step;
    this.#remember();
  }

  get #replaying(): boolean {
    return (
      (this.#link !== undefined && this.#simulation.steps < this.#link.step) ||
      this.#changed < (this.#link?.changes.length ?? 0)
    );
  }

  /** What of the link lies ahead is dropped: the user goes another way. */
  #stopReplay(): void {
    const replaying = this.#replaying;
    this.#link.changes.length = this.#changed;
    this.#link.step = this.#simulation.steps;
    if (replaying) this.#remember();
    this.#news({ replaying: null });
  }

  /** What differed from the reference did so in a state that is no more. */
  #unmark(): void {
    if (this.#marked) this.#painter.mark(undefined);
    this.#marked = false;
  }

  async #oneFrame(): Promise<void> {
    const start = performance.now();
    const { steps } = this.#simulation;
    this.#stale = false;
    if (this.#replaying) await this.#replay();
    else if (this.#playing) await this.#play();
    const stepped = performance.now();
    await this.#draw();
    if (this.#recorder) await this.#recorder.add(await this.#painter.pixels(this.#picture()));
    await this.#time(start, stepped, this.#simulation.steps - steps);
    if (performance.now() - this.#last.table > TABLE_EVERY) await this.#tell();
    if (performance.now() - this.#last.checkpoint > this.#keepEvery) await this.#keep();
    await nextFrame();
  }

  async #play(): Promise<void> {
    this.#frame++;
    const every = Math.round(1 / this.#speed);
    const count = this.#speed >= 1 ? this.#speed : Number(this.#frame % every === 0);
    if (this.#ended) return this.#film(count);
    const before = this.#simulation.steps;
    const most = this.#module.report ? this.#affordable : count;
    await this.#advance(Math.min(count, most, before < this.#end ? this.#end - before : count));
    await this.#rest(before);
  }

  /** Steps of a frame that can still be interrupted. Not for a series, whose values lie equally far apart. */
  get #affordable(): number {
    return Math.max(1, Math.floor(LONGEST_FRAME / this.#pace.perStep));
  }

  /** The kept steps of a run that is at its end once more. */
  async #film(count: number): Promise<void> {
    const { steps } = this.#simulation;
    const time = (this.#look.time ?? steps) + count;
    this.#look.time = time < steps ? time : undefined;
    if (time >= steps) await this.#stand();
  }

  /** A run that plays does not grow for ever. */
  async #rest(before: number): Promise<void> {
    const end = this.#end;
    if (before < end && this.#simulation.steps >= end) await this.#stand();
  }

  /** Where it comes to rest: it may be played on, or be at the end of the way. */
  get #end(): number {
    const { rest = Number.POSITIVE_INFINITY } = this.#module;
    return Math.min(this.#length, typeof rest === "number" ? rest : rest(this.#simulation));
  }

  async #stand(): Promise<void> {
    this.#playing = false;
    await this.#tell();
    this.#news({ playing: false });
  }

  /** Steps of the whole way. */
  get #length(): number {
    return this.#module.length?.(this.#simulation) ?? Number.POSITIVE_INFINITY;
  }

  get #ended(): boolean {
    return this.#simulation.steps >= this.#length;
  }

  async #advance(count: number): Promise<void> {
    if (this.#link.step > this.#simulation.steps) this.#stopReplay();
    await this.#make(count);
    this.#link.step = this.#simulation.steps;
  }

  /** Models with a report of their own have no series. */
  async #make(wanted: number): Promise<void> {
    const { report, note } = this.#module;
    const count = Math.min(wanted, this.#length - this.#simulation.steps);
    if (count < 1) return; // a speed below one step a frame makes none in most frames
    this.#unmark();
    if (!note) return report ? this.#simulation.run(count) : this.#measured.run(this.#simulation, count);
    for (let made = 0; made < count; made++) {
      await this.#simulation.run(1);
      await note(this.#simulation);
    }
  }

  async #replay(): Promise<void> {
    const { changes, step } = this.#link;
    const ahead = changes[this.#changed];
    const { steps } = this.#simulation;
    if (ahead && ahead.step === steps) {
      if (ahead.parameters) await this.#simulation.set(ahead.parameters);
      if (ahead.paint) await paintOn(this.#simulation, ahead.paint);
      this.#changed++;
      this.#measured.restart();
      this.#news({ values: this.#values() });
    } else {
      // Steps that are made side by side cost no more than one.
      const least = this.#module.report ? this.#speed : 1;
      const count = Math.min(
        (ahead?.step ?? step) - steps,
        Math.max(least, Math.floor(REPLAY_FRAME / this.#pace.perStep)),
      );
      await this.#make(count);
    }
    const done = !this.#replaying;
    this.#news({ replaying: done ? null : { done: this.#simulation.steps, total: step } });
    if (done) await this.#tell();
  }

  #picture(): Picture {
    const { width, height } = this.#canvas;
    return { width, height, ratio: this.#ratio, camera: this.#camera, orbit: this.#orbit, look: this.#look };
  }

  async #draw(): Promise<void> {
    await this.#painter.draw(this.#picture());
    if (this.#module.length) this.#news({ time: this.#look.time ?? this.#simulation.steps });
  }

  /** Steps and picture apart, smoothed over about ten frames. */
  async #time(start: number, stepped: number, steps: number): Promise<void> {
    const pace = this.#pace;
    const mix = (old: number, now: number) => (old === 0 ? now : old + 0.1 * (now - old));
    const wall = { steps: stepped - start, draw: performance.now() - stepped };
    const own: Record<string, number> = this.#device.kind === "gpu" ? ((await this.#device.timer?.read()) ?? {}) : {};
    pace.exact = own.draw !== undefined;
    pace.draw = mix(pace.draw, own.draw ?? wall.draw);
    if (steps > 0) {
      pace.steps = mix(pace.steps, own.steps ?? wall.steps);
      pace.made = mix(pace.made, steps);
      pace.perStep = mix(pace.perStep, wall.steps / steps);
    }
    pace.fps = mix(pace.fps, 1000 / Math.max(1, start - this.#last.frame));
    this.#last.frame = start;
  }

  #timing(): Timing {
    const { steps, draw, fps, made, exact } = this.#pace;
    const { count, unit } = this.#model.updates(this.#simulation.points.parameters);
    const rate = steps > 0 ? (1000 * made * count * this.#simulation.replicas) / steps : 0;
    return { steps, draw, exact, framesPerSecond: fps, rate, unit: `${unit}/s` };
  }

  async #tell(): Promise<void> {
    this.#last.table = performance.now();
    const report = await (this.#module.report?.(this.#simulation, this.#look) ??
      this.#measured.report(this.#simulation));
    this.#news({ steps: this.#simulation.steps, ...report, timing: this.#timing() });
  }

  /** A run whose steps are noted is made again from its beginning, or its notes would begin late. */
  async #keep(): Promise<void> {
    this.#last.checkpoint = performance.now();
    if (this.#module.note || this.#simulation.steps === 0) return;
    this.#kept = await this.#simulation.checkpoint();
    if (isStorable(this.#link)) this.#store?.keepState(this.#id, this.#kept);
  }

  get #keepEvery(): number {
    const [width, height] = this.#module.size(this.#simulation);
    return width * height > LARGE_STATE ? LARGE_EVERY : CHECKPOINT_EVERY;
  }

  #run(): NonNullable<WorkerUpdate["run"]> {
    const size = this.#module.size(this.#simulation);
    const views = this.#module.views?.(this.#simulation);
    // Another run may have other views.
    if (views && !views.some(([value]) => value === this.#look.mode)) this.#look.mode = views[0][0];
    const length = this.#module.length?.(this.#simulation);
    return {
      ...{ id: this.#id, size, values: this.#values(), seed: String(this.#link.seed), look: this.#look },
      files: Object.fromEntries(Object.entries(this.#link.inputs ?? {}).map(([name, file]) => [name, file.name])),
      ...(views ? { views } : {}),
      ...(length !== undefined ? { length } : {}),
    };
  }

  /** The present values of all parameters as texts of controls. */
  #values(): Record<string, string> {
    const parameters = this.#simulation.points.parameters as Record<string, unknown>;
    const own = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value ?? "")]));
    return { ...own, ...this.#module.values?.(this.#simulation) };
  }

  /** The run up to now. */
  #present(): Link {
    return { ...this.#link, changes: this.#link.changes.slice(0, this.#changed), step: this.#simulation.steps };
  }

  /** A run may be too long for a link, with a large network or a long history: it goes on without. */
  #tellAddress(): void {
    try {
      this.#news({ address: this.#text() });
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      // That of another run would mislead.
      this.#news({ notice: { about: ABOUT.address, text: error.message }, address: "" });
    }
  }

  #textIfShort(): string | undefined {
    try {
      return this.#text();
    } catch (error) {
      if (error instanceof LinkError) return undefined;
      throw error;
    }
  }

  #text(): string {
    const { mode, colours, block, time } = this.#look;
    const shown = { mode, colours, block: String(block), ...(time === undefined ? {} : { time: String(time) }) };
    const own = Object.entries(shown).filter(
      ([name, value]) => value !== String(this.#module.look[name as keyof ViewOptions]),
    );
    return formatLink({ ...(this.#replaying ? this.#link : this.#present()), view: Object.fromEntries(own) });
  }
}

const nextFrame = () => new Promise<void>((resolve) => void requestAnimationFrame(() => resolve()));

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

function readSeed(text: string): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) {
    throw new Error(`The seed "${text.slice(0, 40)}" must be a whole number from 0 to 18446744073709551615.`);
  }
  return BigInt(text);
}

/** What a link says of the look, where it makes sense. */
function readLook(view: Record<string, string>, present: ViewOptions): Partial<ViewOptions> {
  const block = Number(view.block ?? present.block);
  const time = Number(view.time ?? Number.NaN);
  return {
    ...(/^[\p{L}_][\p{L}\p{N}_-]{0,40}$/u.test(view.mode ?? "") ? { mode: view.mode } : {}),
    ...(/^[a-z]{1,20}$/.test(view.colours ?? "") ? { colours: view.colours } : {}),
    ...(Number.isInteger(block) && block >= 1 && block <= 1024 ? { block } : {}),
    ...(Number.isSafeInteger(time) && time >= 0 ? { time } : {}),
  };
}
