// The map of a task over spectral radius and input scaling: a scan, all its networks of one topology in one launch. A cell is chosen by
// a click.

import { type ReservoirSimulation, reservoir } from "../../src/models/reservoir/index.ts";
import { colourMap } from "../worker/colours.ts";
import { panel } from "../worker/panel.ts";
import type { ViewOptions } from "../worker/protocol.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, MARK, placeOf, shown, words } from "../worker/sheet.ts";

const RADII = { from: 0, to: 1.6 };
/** Input scalings lie evenly in their logarithm. */
const SCALINGS = { from: -2, to: 0.5 };
const HEADER = 52;

interface Entry {
  key: string;
  values?: Values;
}

interface Values {
  side: number;
  units: number;
  train: number;
  /** [input scaling][spectral radius]; NaN where a network diverged. */
  values: number[];
  name: string;
  unit: string;
}

/** The last map: another run from one of its cells has the same. */
let last: Entry | undefined;

const radius = (i: number, side: number) => Number((RADII.from + ((RADII.to - RADII.from) * i) / side).toFixed(4));
const scaling = (k: number, side: number) =>
  Number((10 ** (SCALINGS.from + ((SCALINGS.to - SCALINGS.from) * (k + 0.5)) / side)).toPrecision(3));

export class MapView {
  readonly #simulation: ReservoirSimulation;
  readonly #changed: () => void;
  #failed: string | undefined;
  #axes: { frame: { left: number; right: number; top: number; bottom: number } } | undefined;

  constructor(simulation: ReservoirSimulation, changed: () => void) {
    this.#simulation = simulation;
    this.#changed = changed;
  }

  /** Smaller networks than those of the run where the device is slow. */
  #plan() {
    const { device, points, task } = this.#simulation;
    const { parameters } = points;
    const slow = device.kind === "reference" || device.info.software;
    const least = (value: number, most: number) => (slow ? Math.min(value, most) : value);
    const side = device.kind === "reference" ? 5 : slow ? 8 : 32;
    return {
      side,
      settings: {
        ...parameters,
        units: Math.min(parameters.units, slow ? 50 : 200),
        train: Math.min(parameters.train, slow ? 800 : 4000),
        test: task.kind === "forecast" && parameters.task === "data" ? parameters.test : least(parameters.test, 300),
        starts: Math.min(parameters.starts, slow ? 2 : 8),
        reservoirs: 1,
      },
    };
  }

  #wanted(): Entry {
    const { side, settings } = this.#plan();
    const { device, seed } = this.#simulation;
    const key = JSON.stringify([{ ...settings, spectralRadius: 0, inputScaling: 0 }, String(seed), device.info]);
    if (last?.key === key) return last;
    const make = async (): Promise<Values> => {
      const cells = Array.from({ length: side * side }, (_, i) => i);
      const lists = {
        spectralRadius: cells.map((i) => radius(i % side, side)),
        inputScaling: cells.map((i) => scaling(Math.floor(i / side), side)),
      };
      using sweep = await reservoir.create(device, { ...settings, ...lists, seed });
      await sweep.run(1);
      const [name] = Object.keys(sweep.observables);
      const { unit } = sweep.observables[name];
      return {
        ...{ side, name, unit, units: settings.units, train: settings.train },
        values: cells.map((i) => sweep.estimate(i)[name].value),
      };
    };
    const entry: Entry = { key };
    last = entry;
    void make()
      .then((values) => {
        entry.values = values;
      })
      .catch((error: Error) => {
        this.#failed = error.message;
        if (last === entry) last = undefined;
      })
      .finally(this.#changed);
    return entry;
  }

  draw(context: Context, picture: Picture, { colours }: ViewOptions): void {
    const size = begin(context, picture);
    const values = this.#failed === undefined ? this.#wanted().values : undefined;
    if (!values) {
      const { side } = this.#plan();
      words(context, this.#failed ?? `${side * side} networks of one scan are running…`, [14, 20]);
      return;
    }
    const { side, name } = values;
    const error = name === "nrmse";
    const known = values.values.filter(Number.isFinite);
    // Errors span orders of magnitude.
    const level = (value: number) => (error ? Math.log10(Math.max(value, 1e-12)) : value);
    const [least, most] = [Math.min(...known.map(level)), Math.max(...known.map(level))];
    const share = (value: number) => (most > least ? (level(value) - least) / (most - least) : 0.5);
    const map = new Uint32Array(colourMap(colours === "ink" ? "cividis" : colours).buffer);
    const data = new ImageData(side, side);
    const pixels = new Uint32Array(data.data.buffer);
    values.values.forEach((value, i) => {
      const [x, y] = [i % side, side - 1 - Math.floor(i / side)];
      pixels[y * side + x] = Number.isFinite(value) ? map[Math.round(255 * share(value))] : 0xff2b1810;
    });
    const image = new OffscreenCanvas(side, side);
    image.getContext("2d")!.putImageData(data, 0, 0);
    const half = (RADII.to - RADII.from) / (2 * side);
    const axes = {
      at: [0, HEADER] as const,
      size: [size[0], size[1] - HEADER] as const,
      x: { from: RADII.from - half, to: RADII.to - half, label: "spectral radius ρ" },
      y: { ...SCALINGS, label: "input scaling, log₁₀ σ" },
    };
    panel(context, axes, (frame) => {
      this.#axes = { frame };
      context.imageSmoothingEnabled = false;
      context.drawImage(image, frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
      const { spectralRadius, inputScaling } = this.#simulation.points.parameters;
      const [x, y] = [frame.x(spectralRadius), frame.y(Math.log10(inputScaling))];
      for (const [colour, width] of [
        ["#10182b", 5],
        [MARK, 2.5],
      ] as const) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.beginPath();
        context.arc(x, y, 9, 0, 2 * Math.PI);
        context.stroke();
      }
    });
    this.#legend(context, values, [size[0], map]);
  }

  #legend(context: Context, values: Values, [width, map]: [number, Uint32Array]): void {
    const known = values.values.filter(Number.isFinite);
    const titles: Record<string, string> = {
      validPredictionTime: "valid prediction time",
      nrmse: "NRMSE",
      memoryCapacity: "memory capacity",
      criticalCoupling: "critical coupling",
    };
    const title = `${titles[values.name] ?? values.name}${values.unit ? `, ${values.unit}` : ""}`;
    words(context, title, [14, 14]);
    words(context, `N = ${values.units}, ${values.train} steps; click a cell to take it`, [14, 36], { size: 12 });
    const bar = 90;
    const left = width - bar - 14;
    for (let i = 0; i < bar; i++) {
      const [r, g, b] = [map[Math.round((255 * i) / bar)]].flatMap((c) => [c & 255, (c >> 8) & 255, (c >> 16) & 255]);
      context.fillStyle = `rgb(${r}, ${g}, ${b})`;
      context.fillRect(left + i, 8, 1.5, 14);
    }
    words(context, shown(Math.min(...known), 2), [left, 36], { size: 12 });
    words(context, shown(Math.max(...known), 2), [left + bar, 36], { size: 12, align: "right" });
  }

  pick(at: readonly [number, number], picture: Picture): Record<string, string> | undefined {
    const frame = this.#axes?.frame;
    const side = last?.values?.side;
    if (!frame || !side) return undefined;
    const [x, y] = placeOf(at, picture);
    const i = Math.floor((side * (x - frame.left)) / (frame.right - frame.left));
    const k = Math.floor((side * (frame.bottom + HEADER - y)) / (frame.bottom - frame.top));
    if (i < 0 || k < 0 || i >= side || k >= side) return undefined;
    return { spectralRadius: String(radius(i, side)), inputScaling: String(scaling(k, side)) };
  }
}
