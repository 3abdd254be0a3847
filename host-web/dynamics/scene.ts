// The page of dynamical systems in the worker: how often trajectories are where, in a plane of two variables, against time, or against the value
// that a sweep gives to a name, as in an orbit diagram.

import { type DynamicsSimulation, dynamics, systemTexts } from "../../src/models/dynamics/index.ts";
import { colourMap } from "../worker/colours.ts";
import { panel, range } from "../worker/panel.ts";
import type { Curve, PlotData } from "../worker/protocol.ts";
import type { SceneModule } from "../worker/scene.ts";
import { begin, SIZE } from "../worker/sheet.ts";

/** Trajectories that one frame adds to the picture, and numbers of all of them at most. */
const PART = 64;
const MOST_NUMBERS = 2 ** 22;
/** Trajectories that Verify makes once more. */
const COMPARED = 64;
/** Variables whose planes are offered. */
const PLANES = 4;

export const scene: SceneModule<DynamicsSimulation> = {
  model: dynamics,

  defaults: () => ({ example: "lorenz", points: "1001" }),

  options: { mode: "", colours: "cividis", block: 8, grid: false },

  size: () => SIZE,

  views: (simulation) => viewsOf(simulation).map(({ value, text }) => [value, text]),

  /** An example's own text stands in the field, ready to be changed. */
  values({ points: { parameters }, plan }) {
    const { system, example } = parameters;
    const own = example === "none" && system === "" ? "lorenz" : example;
    const text = own === "none" ? system : systemTexts[own].system.replaceAll(/;\s*/g, "\n");
    return { example: own, system: text, until: String(plan.times.at(-1)) };
  },

  async createCanvas(simulation) {
    const { times, points } = simulation.plan;
    const each = times.length * points.length * simulation.quantities.length;
    const most = Math.max(1, Math.floor(MOST_NUMBERS / each));
    /** Made once more, for their single values. */
    const parts: Part[] = [];
    let count = 0;
    let drawn: { key: string; parts: number; counts: Counts } | undefined;
    return {
      async prepare() {
        const more = Math.min(simulation.steps, most) - count;
        if (more <= 0) return;
        const own = Math.min(more, PART);
        parts.push({ data: (await simulation.samples(count, own)).data, count: own });
        count += own;
      },
      draw(context, { mode, colours }, _, picture) {
        const size = begin(context, picture);
        const views = viewsOf(simulation);
        const view = views.find(({ value }) => value === mode) ?? views[0];
        const pixels = [Math.max(2, Math.round(size[0] - 70)), Math.max(2, Math.round(size[1] - 56))] as const;
        const key = `${view.value} ${pixels}`;
        if (parts.length > 0 && (drawn?.key !== key || drawn.parts === 0)) {
          drawn = { key, parts: 0, counts: new Counts(view, parts[0], pixels) };
        }
        for (; drawn && drawn.parts < parts.length; drawn.parts++) drawn.counts.add(parts[drawn.parts]);
        const { x, y } = drawn?.counts.extent ?? { x: { from: 0, to: 1 }, y: { from: 0, to: 1 } };
        const axes = { x: { ...x, label: view.x }, y: { ...y, label: view.y } };
        panel(context, { at: [0, 0], size, ...axes }, ({ left, right, top, bottom }) => {
          context.imageSmoothingEnabled = false;
          if (drawn) context.drawImage(drawn.counts.image(colours), left, top, right - left, bottom - top);
        });
      },
    };
  },

  plots(simulation) {
    const { times, variables, mean, sd } = simulation.result();
    if (simulation.steps < 2 || simulation.plan.points.length > 1) return [];
    const stride = Math.max(1, Math.floor(times.length / 200));
    const some = [...times.keys()].filter((t) => t % stride === 0);
    return variables.slice(0, PLANES).map((name, i): PlotData => {
      const own = (values: number[][], sign: number): number[] => some.map((t) => mean[t][i] + sign * values[t][i]);
      const x = some.map((t) => times[t]);
      const curves: Curve[] = [
        { name: "mean", x, y: own(sd, 0) },
        { name: "mean + sd", x, y: own(sd, 1) },
        { name: "mean − sd", x, y: own(sd, -1) },
      ];
      return {
        key: `mean ${name}`,
        title: `${name} in time, over ${simulation.steps} trajectories`,
        x: "time",
        curves,
      };
    });
  },

  compare: {
    groups: COMPARED,
    allowed: 0.02,
    within: { bound: 1e-3, unit: "at the first time after the start" },
    unit: "trajectories",
    reason: "f32 and f64 part, and chaos makes the difference grow; so the first time after the start is compared.",
    async numbers(simulation) {
      const { data, shape } = await simulation.samples(0, COMPARED);
      const [times, points, count, quantities] = shape;
      const row = Math.min(1, times - 1) * points * count * quantities;
      return Array.from(data.subarray(row, row + count * quantities));
    },
  },
};

/** Measured numbers of some trajectories, [time][point][trajectory][quantity]. */
interface Part {
  data: Float32Array;
  count: number;
}

interface View {
  value: string;
  text: string;
  /** What lies to the right and upwards. */
  x: string;
  y: string;
  /** Numbers of a sample. */
  quantities: number;
  /** Places of a number of a part, which stands at so many samples from its start. */
  at(part: Part, sample: number): readonly [x: number, y: number];
  /** Columns of equal weight, where what lies to the right is a grid. */
  columns?: number;
}

/** Planes of two variables and each against the time; of a sweep each against what is swept. */
function viewsOf(simulation: DynamicsSimulation): View[] {
  const { plan } = simulation;
  const names = simulation.quantities;
  const [points, quantities] = [plan.points.length, names.length];
  if (points > 1) {
    const [swept = ""] = Object.keys(plan.points[0].set).filter(
      (name) => new Set(plan.points.map(({ set }) => set[name])).size > 1,
    );
    const values = plan.points.map(({ set }) => set[swept]);
    return names.map((name, i) => ({
      ...{ value: `sweep ${name}`, text: `${name} against ${swept}`, x: swept, y: name, quantities },
      at: ({ data, count }, sample) => [values[Math.floor(sample / count) % points], data[sample * quantities + i]],
      columns: new Set(values).size,
    }));
  }
  const few = names.slice(0, PLANES);
  const planes = few.flatMap((x, i) =>
    few.slice(i + 1).map((y, k): View => {
      const at: View["at"] = ({ data }, sample) => [
        data[sample * quantities + i],
        data[sample * quantities + i + 1 + k],
      ];
      return { value: `plane ${x} ${y}`, text: `${y} against ${x}`, x, y, quantities, at };
    }),
  );
  // Of three variables the first and the last: the butterfly is seen from the side.
  const order = planes.length === 3 ? [planes[1], planes[0], planes[2]] : planes;
  const inTime = names.map(
    (name, i): View => ({
      ...{ value: `time ${name}`, text: `${name} in time`, x: "time", y: name, quantities },
      at: ({ data, count }, sample) => [plan.times[Math.floor(sample / count)], data[sample * quantities + i]],
      columns: plan.times.length,
    }),
  );
  return [...order, ...inTime];
}

/** How often trajectories come into each pixel. */
class Counts {
  readonly extent: Record<"x" | "y", { from: number; to: number }>;
  readonly #view: View;
  readonly #width: number;
  readonly #height: number;
  readonly #counts: Float64Array;
  #image: { colours: string; picture: OffscreenCanvas } | undefined;

  /** The first part says how far the axes go. */
  constructor(view: View, part: Part, [width, height]: readonly [number, number]) {
    this.#view = view;
    // A grid with fewer columns than pixels has columns as wide as it takes.
    this.#width = view.columns === undefined ? width : Math.min(width, view.columns);
    this.#height = height;
    this.#counts = new Float64Array(this.#width * height);
    const places = (axis: 0 | 1) =>
      Array.from({ length: samplesOf(view, part) }, (_, i) => view.at(part, i)[axis]).filter(Number.isFinite);
    this.extent = { x: range(places(0), view.columns === undefined ? 0.04 : 0), y: range(places(1), 0.04) };
  }

  add(part: Part): void {
    const { x, y } = this.extent;
    const place = (value: number, { from, to }: { from: number; to: number }, pixels: number) =>
      Math.min(pixels - 1, Math.max(0, Math.floor(((value - from) / (to - from)) * pixels)));
    const samples = samplesOf(this.#view, part);
    for (let i = 0; i < samples; i++) {
      const [right, up] = this.#view.at(part, i);
      if (!Number.isFinite(right) || !Number.isFinite(up)) continue;
      const row = this.#height - 1 - place(up, y, this.#height);
      this.#counts[row * this.#width + place(right, x, this.#width)]++;
    }
    this.#image = undefined;
  }

  /** By the logarithms of the counts. */
  image(colours: string): OffscreenCanvas {
    if (this.#image?.colours === colours) return this.#image.picture;
    const most = this.#counts.reduce((top, n) => Math.max(top, n), 1);
    const map = new Uint32Array(colourMap(colours).buffer);
    const pixels = new ImageData(this.#width, this.#height);
    const shade = (n: number) => (n === 0 ? 0 : 40 + Math.round((215 * Math.log1p(n)) / Math.log1p(most)));
    new Uint32Array(pixels.data.buffer).set(Uint32Array.from(this.#counts, (n) => map[shade(n)]));
    const picture = new OffscreenCanvas(this.#width, this.#height);
    picture.getContext("2d")!.putImageData(pixels, 0, 0);
    this.#image = { colours, picture };
    return picture;
  }
}

const samplesOf = ({ quantities }: View, { data }: Part) => data.length / quantities;
