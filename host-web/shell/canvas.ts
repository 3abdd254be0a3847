// The canvas as a thing to touch: size, camera, brush; pictures in space turn, and of some a place is chosen.

import { type Camera, cellAt, cover, fitAll, pan, zoom } from "./camera.ts";
import { approach, FIRST, type Orbit, turn } from "./orbit.ts";

export interface CanvasEvents {
  camera: (camera: Camera) => void;
  resize: (width: number, height: number, ratio: number) => void;
  orbit: (orbit: Orbit) => void;
  /** True while the picture is one in space. */
  orbiting: () => boolean;
  /** A click at a pixel of the canvas. */
  pick: (at: [number, number]) => void;
  /** A stroke of the brush at a cell. */
  paint: (x: number, y: number) => void;
  /** A finger begins a stroke, and it turns out to be the first of two. */
  stroke: () => void;
  unpaint: () => void;
  /** The pointer is up again. */
  painted: () => void;
  /** True while the brush is chosen. */
  painting: () => boolean;
}

/** Pixels that a pointer may move in a click. */
const CLICK = 4;
/** Milliseconds that a finger's first dabs wait: the first of two fingers is no brush. One that rests may wait for the other. */
const HELD_MOVING = 150;
const HELD_RESTING = 500;
/** If the second finger comes later than that, what was painted meanwhile goes, unless it was painted for so long. */
const REVOCABLE = 2000;

/** What a reload gives back of the way in which the canvas looks. */
export interface Sight {
  camera: Camera;
  orbit: Orbit;
  fitted: boolean;
  pixels: [number, number];
}

export class CanvasControl {
  readonly #element: HTMLCanvasElement;
  readonly #events: CanvasEvents;
  readonly #pointers = new Map<number, [number, number]>();
  #size: [number, number] = [1, 1];
  #pixels: [number, number];
  #camera: Camera = { x: 0, y: 0, scale: 1 };
  /** The user has not moved: a new canvas or lattice is shown whole, or fills the canvas. */
  #fitted = true;
  #fit = fitAll;
  /** The cell of the last dab. */
  #painted = "";
  /** Dabs that wait whether a second finger comes. */
  #held: [number, number][] | undefined;
  #heldSince = 0;
  #byFinger = false;
  #release: ReturnType<typeof setTimeout> | undefined;
  /** Two fingers were down: until the last is up, none paints or picks. */
  #gesture = false;
  #orbit = FIRST;
  /** Where the pointer went down, until it has moved away. */
  #pressed: [number, number] | undefined;
  /** Pixels a side that the device draws quickly enough. */
  #most = 4096;

  constructor(element: HTMLCanvasElement, events: CanvasEvents) {
    this.#element = element;
    this.#events = events;
    this.#pixels = [element.width, element.height];
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"] as const) {
      element.addEventListener(name, (event) => this.#up(event));
    }
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    element.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#resized()).observe(element);
    events.orbit(this.#orbit);
  }

  /** The lattice's size in cells. */
  show(size: [number, number]): void {
    const same = size[0] === this.#size[0] && size[1] === this.#size[1];
    this.#size = size;
    if (!same || this.#fitted) this.#refit();
  }

  /** Software draws fewer pixels, so that it draws them often enough. */
  limit(most: number): void {
    this.#most = most;
    this.#resized();
  }

  showAll(): void {
    this.#turned(FIRST);
    this.fit();
  }

  /** All of the plane; from where a picture in space is seen stays. */
  fit(): void {
    this.#fit = fitAll;
    this.#refit();
  }

  /** Until all of it is asked for: as much of the plane as fills the canvas. */
  cover(): void {
    this.#fit = cover;
    this.#refit();
  }

  #refit(): void {
    this.#fitted = true;
    this.#set(this.#fit(this.#size, this.#pixels));
  }

  get sight(): Sight {
    return { camera: this.#camera, orbit: this.#orbit, fitted: this.#fitted, pixels: this.#pixels };
  }

  /** As it was in another visit, whose canvas may have had another size. */
  look({ camera, orbit, fitted, pixels }: Sight): void {
    this.#turned(orbit);
    this.#fitted = fitted;
    if (fitted) {
      this.fit();
      return;
    }
    const scale = camera.scale * Math.max(pixels[0] / this.#pixels[0], pixels[1] / this.#pixels[1]);
    const middle = [camera.x + (camera.scale * pixels[0]) / 2, camera.y + (camera.scale * pixels[1]) / 2];
    const [x, y] = [0, 1].map((axis) => middle[axis] - (scale * this.#pixels[axis]) / 2);
    this.#set({ x, y, scale });
  }

  #turned(orbit: Orbit): void {
    this.#orbit = orbit;
    this.#events.orbit(orbit);
  }

  #set(camera: Camera): void {
    this.#camera = camera;
    this.#events.camera(camera);
  }

  #resized(): void {
    const { clientWidth, clientHeight } = this.#element;
    if (clientWidth === 0) return;
    const ratio = Math.min(devicePixelRatio, 2, this.#most / Math.max(clientWidth, clientHeight));
    const before = this.#pixels;
    this.#pixels = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    this.#events.resize(...this.#pixels, ratio);
    if (this.#fitted) this.#refit();
    else {
      // The middle stays in the middle.
      const { x, y, scale } = this.#camera;
      const shift = [0, 1].map((axis) => (scale * (before[axis] - this.#pixels[axis])) / 2);
      this.#set({ x: x + shift[0], y: y + shift[1], scale });
    }
  }

  #at(event: MouseEvent): [number, number] {
    const box = this.#element.getBoundingClientRect();
    const scale = this.#pixels[0] / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  #down(event: PointerEvent): void {
    this.#element.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, this.#at(event));
    if (this.#pointers.size > 1) {
      this.#gesture = true;
      this.#pressed = undefined;
      this.#drop();
      if (this.#byFinger && this.#painted !== "" && event.timeStamp - this.#heldSince < REVOCABLE) {
        this.#painted = "";
        this.#events.unpaint();
      } else this.#endStroke();
      return;
    }
    this.#pressed = this.#at(event);
    if (!this.#events.painting()) return;
    this.#byFinger = event.pointerType === "touch";
    if (this.#byFinger) this.#hold(event.timeStamp);
    this.#paint(this.#at(event));
  }

  #up({ pointerId, type }: PointerEvent): void {
    if (!this.#pointers.delete(pointerId)) return;
    // A finger that was up before another came has painted what it touched; one that the browser took away has not.
    if (type === "pointerup") this.#flush();
    else this.#drop();
    this.#endStroke();
    if (type === "pointerup" && this.#pressed && !this.#gesture) this.#events.pick(this.#pressed);
    this.#pressed = undefined;
    if (this.#pointers.size === 0) this.#gesture = false;
  }

  #endStroke(): void {
    if (this.#painted !== "") this.#events.painted();
    this.#painted = "";
  }

  /** @param since the time of the event: when the page comes to it says nothing of the finger */
  #hold(since: number): void {
    this.#held = [];
    this.#heldSince = since;
    this.#release = setTimeout(() => this.#flush(), HELD_RESTING);
  }

  /** No second finger has come: what was held is a stroke. */
  #flush(): void {
    const held = this.#held ?? [];
    this.#drop();
    if (held.length > 0) this.#events.stroke();
    for (const at of held) this.#paint(at);
  }

  #drop(): void {
    clearTimeout(this.#release);
    this.#held = undefined;
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = this.#at(event);
    this.#pointers.set(event.pointerId, now);
    const pressed = this.#pressed;
    if (pressed && Math.hypot(now[0] - pressed[0], now[1] - pressed[1]) > CLICK) this.#pressed = undefined;
    if (this.#pointers.size === 1) {
      if (this.#events.painting()) {
        if (!this.#gesture) this.#paint(now);
        if (this.#held && !this.#pressed && event.timeStamp - this.#heldSince > HELD_MOVING) this.#flush();
        return;
      }
      if (this.#events.orbiting()) {
        this.#turned(turn(this.#orbit, [now[0] - before[0], now[1] - before[1]], Math.max(...this.#pixels)));
        return;
      }
      this.#fitted = false;
      this.#set(pan(this.#camera, [now[0] - before[0], now[1] - before[1]], this.#size, this.#pixels));
      return;
    }
    // Two fingers: the other one is the fixed point of zoom, and half of the way moves the picture.
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)![1];
    const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    const factor = distance(now, other) / Math.max(1, distance(before, other));
    if (this.#events.orbiting()) {
      this.#turned(approach(this.#orbit, factor));
      return;
    }
    this.#fitted = false;
    const middle: [number, number] = [(before[0] + other[0]) / 2, (before[1] + other[1]) / 2];
    const zoomed = zoom(this.#camera, factor, middle, this.#size, this.#pixels);
    this.#set(pan(zoomed, [(now[0] - before[0]) / 2, (now[1] - before[1]) / 2], this.#size, this.#pixels));
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    this.#zoom(Math.exp(-0.002 * lines * event.deltaY), this.#at(event));
  }

  #zoom(factor: number, at: [number, number] = [this.#pixels[0] / 2, this.#pixels[1] / 2]): void {
    if (this.#events.orbiting()) {
      this.#turned(approach(this.#orbit, factor));
      return;
    }
    this.#fitted = false;
    this.#set(zoom(this.#camera, factor, at, this.#size, this.#pixels));
  }

  #key(event: KeyboardEvent): void {
    const step = Math.max(...this.#pixels) / 10;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [step, 0],
      ArrowRight: [-step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key] && this.#events.orbiting()) {
      this.#turned(turn(this.#orbit, moves[event.key], Math.max(...this.#pixels)));
    } else if (moves[event.key]) {
      this.#fitted = false;
      this.#set(pan(this.#camera, moves[event.key], this.#size, this.#pixels));
    } else if (event.key === "+" || event.key === "=") this.#zoom(1.5);
    else if (event.key === "-") this.#zoom(1 / 1.5);
    else if (event.key === "0") this.showAll();
    else return;
    event.preventDefault();
  }

  #paint(at: [number, number]): void {
    if (this.#held) {
      this.#held.push(at);
      return;
    }
    const cell = cellAt(this.#camera, at, this.#size);
    if (!cell || this.#painted === `${cell}`) return;
    this.#painted = `${cell}`;
    this.#events.paint(...cell);
  }
}
