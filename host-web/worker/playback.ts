// A run that plays: steps and a picture a frame, until it is paused or comes to its end, where its kept steps can be played again.

import type { WorkerUpdate } from "./protocol.ts";
import type { Run } from "./run.ts";
import type { Recorder } from "./saving.ts";
import { linkTextIfShort } from "./updates.ts";

/** Milliseconds between two tables and plots. */
const REPORT_EVERY = 400;

export class Playback {
  readonly #run: Run;
  #playing = false;
  /** The video that is being made of the frames. */
  recorder: Recorder | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  get isPlaying(): boolean {
    return this.#playing;
  }

  /** There is a frame to make. */
  get isDue(): boolean {
    const run = this.#run;
    return run.hasBegun && (run.view.stale || this.#playing || run.isReplaying);
  }

  play(): void {
    this.#playing = true;
    this.#run.post({ playing: true });
  }

  /** Stops; the page is told later. */
  hold(): void {
    this.#playing = false;
  }

  pause(): void {
    this.#run.post(this.stop());
  }

  /**
   * Stops, and returns what the page is to be told. The address follows the run when it stands, and not more often: browsers limit how
   * often it may change. It is empty where no link can hold the run, for that of another would mislead.
   */
  stop(): WorkerUpdate {
    this.hold();
    const run = this.#run;
    return { playing: false, ...(run.hasBegun ? { address: linkTextIfShort(run) ?? "" } : {}) };
  }

  async frame(): Promise<void> {
    const run = this.#run;
    const { view, pace } = run;
    const start = performance.now();
    const { steps } = run.simulation;
    view.stale = false;
    if (run.isReplaying) await run.replay();
    else if (this.#playing) await this.#playFrame();
    const stepped = performance.now();
    await run.draw();
    if (this.recorder) await this.recorder.add(await run.painter.pixels(view.picture));
    await pace.measure(run.device, { start, stepped, steps: run.simulation.steps - steps });
    if (performance.now() - run.reported > REPORT_EVERY) await run.postReport();
    await run.checkpoints.keep(run);
    await nextFrame();
  }

  async #playFrame(): Promise<void> {
    const run = this.#run;
    const count = run.pace.nextFrame();
    if (run.hasEnded) return this.#replayFrames(count);
    const before = run.simulation.steps;
    // Fewer where a frame would take too long; not for a series, whose values lie equally far apart.
    const most = run.hasSeries ? count : run.pace.affordable;
    await run.advance(Math.min(count, most, before < this.#end ? this.#end - before : count));
    const hasArrived = before < this.#end && run.simulation.steps >= this.#end;
    if (hasArrived || run.isFull) await this.#stopAtEnd();
  }

  /** The kept steps of a run that is at its end once more. */
  async #replayFrames(count: number): Promise<void> {
    const { simulation, view } = this.#run;
    const { steps } = simulation;
    const time = (view.options.time ?? steps) + count;
    view.options.time = time < steps ? time : undefined;
    if (time >= steps) await this.#stopAtEnd();
  }

  /** A run that plays does not grow for ever. */
  async #stopAtEnd(): Promise<void> {
    this.hold();
    await this.#run.postReport();
    this.pause();
  }

  /** Where a run that plays stops: it may be played on, or be at the end of the way. */
  get #end(): number {
    const { length, module, simulation } = this.#run;
    const { rest = Number.POSITIVE_INFINITY } = module;
    return Math.min(length, typeof rest === "number" ? rest : rest(simulation));
  }

  /** The run has come to where it stops. */
  get isAtEnd(): boolean {
    return this.#run.isFull || this.#run.simulation.steps >= this.#end;
  }
}

const nextFrame = () => new Promise<void>((resolve) => void requestAnimationFrame(() => resolve()));
