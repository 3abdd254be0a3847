// The run of a page: the simulation, how it came about, and its picture. It makes steps, is painted on, and is made
// once more from its history.

import type { Device } from "../../src/device/device.ts";
import { type Link, paintOn } from "../../src/link.ts";
import type { AnyModel, AnySimulation } from "../../src/models/index.ts";
import { createWith } from "../../src/models/inputs.ts";
import { ABOUT } from "../shell/notices.ts";
import { Checkpoints } from "./checkpoints.ts";
import { History } from "./history.ts";
import { Measured } from "./measured.ts";
import type { Pace } from "./pace.ts";
import { createPainter, type Painter } from "./painter.ts";
import type { Stroke, WorkerUpdate } from "./protocol.ts";
import type { SceneModule } from "./scene.ts";
import { addressOf, beginningOf, reportOf, valuesOf } from "./updates.ts";
import type { View } from "./view.ts";

/** A simulation, and how many of the link's changes it has. */
interface Made {
  simulation: AnySimulation;
  changed: number;
}

export interface RunParts {
  module: SceneModule;
  view: View;
  pace: Pace;
  post(update: WorkerUpdate): void;
  /** The picture has changed by itself. */
  redraw(): void;
}

export class Run {
  readonly module: SceneModule;
  readonly model: AnyModel;
  readonly view: View;
  readonly pace: Pace;
  readonly history = new History();
  readonly checkpoints = new Checkpoints();
  readonly post: RunParts["post"];
  readonly #redraw: () => void;
  device!: Device;
  simulation!: AnySimulation;
  painter!: Painter;
  measured!: Measured;
  /** What it measures is a series of observables, whose values lie equally far apart. */
  hasSeries = false;
  /** When the page was last told what is measured; milliseconds. */
  reported = 0;
  /** The run before the stroke that a finger has begun. */
  #unpainted: { bytes: Uint8Array; changes: number } | undefined;
  /** The last verification painted cells red. */
  #marked = false;
  /** The page knows that there is a picture. */
  #drawn = false;

  constructor({ module, view, pace, post, redraw }: RunParts) {
    this.module = module;
    this.model = module.model;
    this.view = view;
    this.pace = pace;
    this.post = post;
    this.#redraw = () => {
      this.reported = 0;
      redraw();
    };
  }

  /** A first run has begun. */
  get hasBegun(): boolean {
    return this.simulation !== undefined;
  }

  get size(): [number, number] {
    return this.module.size(this.simulation);
  }

  /** Steps of the whole way. */
  get length(): number {
    return this.module.length?.(this.simulation) ?? Number.POSITIVE_INFINITY;
  }

  /** All of the way is made. */
  get hasEnded(): boolean {
    return this.simulation.steps >= this.length;
  }

  /** There is room for no further step. */
  get isFull(): boolean {
    return this.simulation.steps >= this.simulation.most;
  }

  /** Starts the run of a link, or one that was kept; the present one goes on if that fails. */
  async start(link: Link, kept?: { run: string; bytes?: Uint8Array }): Promise<void> {
    const { simulation, changed } = await this.#made(link, kept?.bytes);
    let painter: Painter;
    try {
      painter = await this.#createPainter(simulation);
    } catch (error) {
      simulation[Symbol.dispose]();
      throw error;
    }
    this.painter?.dispose();
    this.simulation?.[Symbol.dispose]();
    this.simulation = simulation;
    this.painter = painter;
    this.measured = new Measured(this.model);
    this.hasSeries = !this.module.report && simulation.series().columns.length > 0;
    this.#unpainted = undefined;
    this.checkpoints.begin(kept?.bytes);
    this.#marked = false;
    this.view.stale = true;
    this.pace.beginRun();
    const own = { ...link, changes: [...link.changes], step: Math.max(link.step, simulation.steps) };
    this.history.begin(own, changed, kept?.run ?? crypto.getRandomValues(new Uint32Array(4)).join("-"));
    this.post({ run: beginningOf(this) });
    this.post(addressOf(this));
    await this.postReport();
  }

  /** A lost device costs time and nothing else: the last checkpoint, and from there the same steps again. */
  async rebuild(): Promise<void> {
    const target = Math.max(this.history.link.step, this.simulation.steps);
    await this.#takeOver(await this.#made(this.history.link, this.checkpoints.last), target);
  }

  /** The run of a link at its beginning, or from a checkpoint of it. */
  async #made(link: Link, kept: Uint8Array | undefined): Promise<Made> {
    const simulation: AnySimulation = kept
      ? await this.model.restore(this.device, kept)
      : await createWith(this.model, this.device, link);
    try {
      this.module.check?.(simulation);
      await this.module.note?.(simulation);
    } catch (error) {
      simulation[Symbol.dispose]();
      throw error;
    }
    // What was done at the checkpoint's own step is done once more, for it may have been done after it was made: it changes
    // nothing that it has changed already.
    const ahead = link.changes.findIndex(({ step }) => step >= simulation.steps);
    return { simulation, changed: ahead < 0 ? link.changes.length : ahead };
  }

  #createPainter(simulation: AnySimulation): Promise<Painter> {
    return createPainter(this.device, this.view.canvas, simulation, this.module, this.#redraw);
  }

  /** An earlier state of the run takes the place of the present one, and makes what lies ahead. */
  async #takeOver({ simulation, changed }: Made, step: number): Promise<void> {
    this.simulation = simulation;
    this.history.changed = changed;
    this.history.link.step = step;
    this.painter.dispose();
    this.painter = await this.#createPainter(simulation);
    this.#marked = false;
    // At once and before the next request, which would take what lies ahead for a link that the user leaves.
    while (this.isReplaying) {
      await this.replay();
      await this.draw();
    }
    this.view.stale = true;
  }

  async paint(stroke: Stroke): Promise<void> {
    if (!this.simulation.paint) throw new Error(`The model "${this.model.name}" cannot be painted on.`);
    this.stopReplay();
    if (!(await paintOn(this.simulation, stroke))) return;
    this.history.add({ step: this.simulation.steps, paint: stroke });
    this.#unmark();
    this.measured.restart();
  }

  /** A finger begins a stroke, which may have to be undone. */
  async beginStroke(): Promise<void> {
    this.#unpainted = { bytes: await this.simulation.checkpoint(), changes: this.history.link.changes.length };
  }

  endStroke(): void {
    this.#unpainted = undefined;
  }

  /** The run as if the stroke had not been. */
  async undoStroke(): Promise<void> {
    if (this.#unpainted) await this.#unpaint(this.#unpainted);
    this.#unpainted = undefined;
  }

  async #unpaint({ bytes, changes: before }: { bytes: Uint8Array; changes: number }): Promise<void> {
    const { history } = this;
    const { changes } = history.link;
    const others = changes.filter(({ paint }, i) => i < before || !paint);
    if (others.length === changes.length) return;
    const { steps } = this.simulation;
    const made = await this.#made({ ...history.link, changes: others }, bytes);
    this.simulation[Symbol.dispose]();
    history.link.changes = others;
    this.checkpoints.last = made.simulation.steps > 0 ? bytes : undefined;
    await this.#takeOver(made, steps);
    this.measured.restart();
    history.store?.keepState(history.id, bytes, true);
    history.store?.keep(history.id, history.link);
  }

  get isReplaying(): boolean {
    return this.hasBegun && this.history.isAhead(this.simulation.steps);
  }

  /** What of the link lies ahead is dropped: the user goes another way. */
  stopReplay(): void {
    this.history.dropAhead(this.simulation.steps);
    this.post({ replaying: null });
  }

  /** Makes steps that are the user's own. */
  async advance(count: number): Promise<void> {
    if (this.history.link.step > this.simulation.steps) this.stopReplay();
    await this.#make(count);
    this.history.link.step = this.simulation.steps;
    this.#tellIfFull();
  }

  /** The end of a way is where a run is meant to stop. */
  #tellIfFull(): void {
    if (!this.isFull || this.hasEnded) return;
    const { module, simulation } = this;
    const text = module.full?.(simulation) ?? `All ${simulation.most} steps that there is room for are made.`;
    this.post({ notice: { about: ABOUT.run, kind: "note", text } });
  }

  async #make(wanted: number): Promise<void> {
    const { note } = this.module;
    const count = Math.min(wanted, Math.min(this.length, this.simulation.most) - this.simulation.steps);
    if (count < 1) return; // a speed below one step a frame makes none in most frames
    this.#unmark();
    if (!note && this.hasSeries) return this.measured.run(this.simulation, count);
    if (!note) return this.simulation.run(count);
    for (let made = 0; made < count; made++) {
      await this.simulation.run(1);
      await note(this.simulation);
    }
  }

  /** Makes the next change of the link, or some steps towards it. */
  async replay(): Promise<void> {
    const { history, simulation } = this;
    const { changes, step } = history.link;
    const ahead = changes[history.changed];
    const { steps } = simulation;
    if (ahead && ahead.step === steps) {
      if (ahead.parameters) await simulation.set(ahead.parameters);
      if (ahead.paint) await paintOn(simulation, ahead.paint);
      history.changed++;
      this.measured.restart();
      this.post({ values: valuesOf(this) });
    } else {
      // Steps that are made side by side cost no more than one.
      const least = this.hasSeries ? 1 : Math.max(1, this.pace.speed);
      await this.#make(Math.min((ahead?.step ?? step) - steps, this.pace.replayed(least)));
      // The link wants more than there is room for.
      if (simulation.steps === steps) {
        this.stopReplay();
        this.#tellIfFull();
        this.post(addressOf(this));
      }
    }
    const done = !this.isReplaying;
    this.post({ replaying: done ? null : { done: simulation.steps, total: step } });
    if (done) await this.postReport();
  }

  async draw(): Promise<void> {
    await this.painter.draw(this.view.picture);
    if (!this.#drawn) this.post({ drawn: true });
    this.#drawn = true;
    if (this.module.length) this.post({ time: this.view.options.time ?? this.simulation.steps });
  }

  /** Paints cells red that differ from the reference's; undefined if none do. */
  mark(differs: Uint8Array | undefined): void {
    this.painter.mark(differs);
    this.#marked = differs !== undefined;
    this.view.stale = true;
  }

  /** What differed from the reference did so in a state that is no more. */
  #unmark(): void {
    if (this.#marked) this.painter.mark(undefined);
    this.#marked = false;
  }

  async postReport(): Promise<void> {
    this.reported = performance.now();
    this.post(await reportOf(this));
  }
}
