// How many steps a frame makes, and what steps and pictures cost, measured as the run goes on.

import type { Device } from "../../src/device/device.ts";
import type { AnyModel, AnySimulation } from "../../src/models/index.ts";
import type { Timing } from "./protocol.ts";

/** Milliseconds of steps that a replay makes between two pictures. */
const REPLAY_FRAME = 100;
/** Milliseconds of steps that a frame makes where only their number in all counts. */
const LONGEST_FRAME = 500;

/** When a frame began, had made its steps, and how many they were; milliseconds. */
interface Frame {
  start: number;
  stepped: number;
  steps: number;
}

export class Pace {
  /** Steps a frame; below one, frames a step. */
  #speed = 1;
  /** Frames since the run plays. */
  #frame = 0;
  #lastStart = 0;
  /** Milliseconds a step, of the present run. */
  #perStep = 1;
  #framesPerSecond = 0;
  /** Milliseconds a frame, steps and picture apart, and steps a frame. */
  #steps = 0;
  #draw = 0;
  #made = 0;
  /** By the GPU's own clock. */
  #exact = false;

  get speed(): number {
    return this.#speed;
  }

  /** @throws Error for a speed that makes no run */
  set speed(steps: number) {
    if (!(steps > 0)) throw new Error(`A speed of ${steps} steps a frame makes no run.`);
    this.#speed = steps < 1 ? steps : Math.round(steps);
  }

  /** The steps of another run may cost more, or less. */
  beginRun(): void {
    this.#perStep = 1;
  }

  beginPlaying(): void {
    this.#frame = 0;
  }

  /** Steps of the next frame that plays. */
  nextFrame(): number {
    this.#frame++;
    const every = Math.round(1 / this.#speed);
    return this.#speed >= 1 ? this.#speed : Number(this.#frame % every === 0);
  }

  /** Steps of a frame that can still be interrupted. */
  get affordable(): number {
    return Math.max(1, Math.floor(LONGEST_FRAME / this.#perStep));
  }

  /** Steps of a frame that replays; `least` where so many cost no more than one. */
  replayed(least: number): number {
    return Math.max(least, Math.floor(REPLAY_FRAME / this.#perStep));
  }

  /** Takes in a frame that has been drawn just now, smoothed over about ten. */
  async measure(device: Device, { start, stepped, steps }: Frame): Promise<void> {
    const mix = (old: number, now: number) => (old === 0 ? now : old + 0.1 * (now - old));
    const wall = { steps: stepped - start, draw: performance.now() - stepped };
    const own: Record<string, number> = device.kind === "gpu" ? ((await device.timer?.read()) ?? {}) : {};
    this.#exact = own.draw !== undefined;
    this.#draw = mix(this.#draw, own.draw ?? wall.draw);
    if (steps > 0) {
      this.#steps = mix(this.#steps, own.steps ?? wall.steps);
      this.#made = mix(this.#made, steps);
      this.#perStep = mix(this.#perStep, wall.steps / steps);
    }
    this.#framesPerSecond = mix(this.#framesPerSecond, 1000 / Math.max(1, start - this.#lastStart));
    this.#lastStart = start;
  }

  timing(model: AnyModel, { points, replicas }: AnySimulation): Timing {
    const steps = this.#steps;
    const { count, unit } = model.updates(points.parameters);
    const rate = steps > 0 ? (1000 * this.#made * count * replicas) / steps : 0;
    return {
      ...{ steps, draw: this.#draw, exact: this.#exact, framesPerSecond: this.#framesPerSecond },
      ...{ rate, unit: `${unit}/s` },
    };
  }
}
