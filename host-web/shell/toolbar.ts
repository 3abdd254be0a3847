// The buttons below the picture, and the time slider of a run that has an end.

import type { CanvasControl } from "./canvas.ts";
import { find, onClick } from "./elements.ts";
import { ABOUT, unnotify } from "./notices.ts";
import type { Requester } from "./requester.ts";

/** A slider that is dragged sends at most so often; milliseconds. */
const EVERY = 60;

export class Toolbar {
  readonly #requester: Requester;
  readonly #view: CanvasControl;
  readonly #speed = find<HTMLSelectElement>("speed");
  readonly #time = document.getElementById("time") as HTMLInputElement | null; // not every run has an end
  #timeDue: ReturnType<typeof setTimeout> | undefined;
  #playing = false;
  #steps = 0;

  constructor(requester: Requester, view: CanvasControl) {
    this.#requester = requester;
    this.#view = view;
    onClick("play", () => this.play());
    onClick("step", () => this.step());
    onClick("reset", () => this.reset());
    onClick("fit", () => this.fit());
    onClick("fullscreen", () => this.fullscreen());
    onClick("clear", async () => {
      await requester.request("paint", { x: 0, y: 0, radius: 1e6, value: 0 });
      await requester.request("painted", {});
    });
    onClick("new-seed", () => {
      const words = crypto.getRandomValues(new Uint32Array(1));
      return requester.request("reset", { seed: String(words[0]) });
    });
    this.#speed.onchange = () => this.sendSpeed();
    if (this.#time) this.#time.oninput = () => this.#slide(this.#time!);
  }

  get playing(): boolean {
    return this.#playing;
  }

  get steps(): number {
    return this.#steps;
  }

  play(): Promise<unknown> {
    return this.#requester.request("play", { playing: !this.#playing });
  }

  step(): Promise<unknown> {
    return this.#requester.request("step", { count: 1 });
  }

  reset(): Promise<unknown> {
    return this.#requester.request("reset", {});
  }

  fit(): void {
    this.#view.showAll();
  }

  fullscreen(): Promise<void> {
    return document.fullscreenElement ? document.exitFullscreen() : find("frame").requestFullscreen();
  }

  sendSpeed(): Promise<unknown> {
    return this.#requester.request("speed", { steps: Number(this.#speed.value) });
  }

  showPlaying(playing: boolean): void {
    this.#playing = playing;
    if (playing) unnotify(ABOUT.run);
    const button = find("play");
    button.textContent = playing ? "Pause" : "Play";
    button.setAttribute("aria-pressed", String(playing));
  }

  showSteps(steps: number): void {
    this.#steps = steps;
    const counter = find("step-count");
    counter.textContent = `${counter.dataset.counts} ${steps}`;
  }

  /** Steps of the whole way, where the run has an end. */
  showLength(length: number | undefined): void {
    if (this.#time && length !== undefined) this.#time.max = String(length);
  }

  /** Shows the step that the picture is of, and returns it where it is not the last; undefined without a slider, too. */
  showTime(at: number): number | undefined {
    const time = this.#time;
    if (!time) return undefined;
    if (this.#timeDue === undefined) time.value = String(at);
    const text = `${at} of ${time.max}`;
    find("time-text").textContent = text;
    time.setAttribute("aria-valuetext", text);
    return this.#earlier(at);
  }

  /** Beyond what is made there is nothing to show. */
  #earlier(at: number): number | undefined {
    return at < this.#steps ? at : undefined;
  }

  #slide(time: HTMLInputElement): void {
    if (this.#playing) void this.#requester.request("play", { playing: false });
    this.#timeDue ??= setTimeout(async () => {
      await this.#requester.request("view", { options: { time: this.#earlier(Number(time.value)) } });
      this.#timeDue = undefined;
    }, EVERY);
  }
}
