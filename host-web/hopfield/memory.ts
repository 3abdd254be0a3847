// An associative memory as a picture: the state, large, next to stored patterns with their overlaps; or the same cue in three kinds of
// memory.

import { denseMemory } from "../../src/models/dense-memory/index.ts";
import { hopfield, type MemoryParameters, type MemorySimulation } from "../../src/models/hopfield/index.ts";
import { colourMap } from "../worker/colours.ts";
import type { CanvasScene, SceneModule } from "../worker/scene.ts";

type Context = OffscreenCanvasRenderingContext2D;
type Memory = MemorySimulation<MemoryParameters>;

/** Units of drawing: the state is a square of this side at the left. */
const SIDE = 400;
const WIDTH = 640;
/** Columns and rows of stored patterns next to it. */
const [COLUMNS, ROWS] = [3, 4];
const SHOWN = COLUMNS * ROWS;
/** Sweeps of the memories that are compared. */
const COMPARED = 10;

const INK = "#f1f5f9";
const PAPER = "#10182b";
const MARK = "#ff9d3b";
const FONT = "system-ui, sans-serif";

export function memoryScene<S extends Memory>(
  more: Record<string, (simulation: S, size: [number, number], changed: () => void) => CanvasScene>,
): Omit<SceneModule<S>, "model" | "defaults"> {
  return {
    options: { mode: "recall", colours: "ink", block: 8, grid: false },

    /** In neurons, so that the brush finds them; the state has the longer side of its picture. */
    size: (simulation) => {
      const side = sideOf(simulation);
      return [Math.ceil((WIDTH / SIDE) * side), side];
    },

    async createCanvas(simulation, changed) {
      const recall = await recallScene(simulation);
      const compare = compareScene(simulation, changed);
      const others = new Map<string, CanvasScene>();
      return {
        async draw(context, options, marked, picture) {
          const own = more[options.mode];
          if (own && !others.has(options.mode)) others.set(options.mode, own(simulation, [WIDTH, SIDE], changed));
          const scene = others.get(options.mode) ?? (options.mode === "compare" ? compare : recall);
          context.save();
          context.scale(sideOf(simulation) / SIDE, sideOf(simulation) / SIDE);
          context.fillStyle = PAPER;
          context.fillRect(0, 0, WIDTH, SIDE);
          await scene.draw(context, options, marked, picture);
          context.restore();
        },
      };
    },
  };
}

const sideOf = ({ row, points }: Memory) => Math.max(row, Math.ceil(points.parameters.neurons / row));

async function recallScene(simulation: Memory): Promise<CanvasScene> {
  const { neurons, patterns, cue } = simulation.points.parameters;
  const { row } = simulation;
  // The cue's own pattern is among those shown.
  const numbers = Array.from({ length: Math.min(SHOWN, patterns) }, (_, i) => i);
  if (cue >= numbers.length) numbers[numbers.length - 1] = cue;
  const flat = await simulation.patterns(Math.max(...numbers) + 1);
  const stored = numbers.map((p) => flat.subarray(p * neurons, (p + 1) * neurons));
  return {
    async draw(context, { colours }, marked) {
      const [spins, overlaps] = [await simulation.spins(), await simulation.overlaps()];
      drawSpins(context, spins, [0, 0, SIDE], colours, { row, marked });
      const left = SIDE + 10;
      const cell = (WIDTH - left - 4) / COLUMNS;
      const tile = Math.min(cell - 8, (SIDE - 26) / ROWS - 20);
      const best = overlaps.reduce((at, overlap, p) => (Math.abs(overlap) > Math.abs(overlaps[at]) ? p : at), 0);
      text(context, `${patterns} stored, overlaps m`, [left, 12], 12);
      numbers.forEach((p, i) => {
        const [x, y] = [left + (i % COLUMNS) * cell, 24 + Math.floor(i / COLUMNS) * (tile + 20)];
        drawSpins(context, stored[i], [x, y, tile], colours, { row });
        if (p === best) outline(context, [x, y, tile], [row, Math.ceil(neurons / row)]);
        const m = overlaps[p] / neurons;
        context.fillStyle = "#f1f5f933";
        context.fillRect(x, y + tile + 2, tile, 4);
        context.fillStyle = p === best ? MARK : INK;
        // From the middle: a state may be the negative of a pattern.
        const half = (tile / 2) * Math.abs(m);
        context.fillRect(x + tile / 2 - (m < 0 ? half : 0), y + tile + 2, half, 4);
        text(context, `${p === cue ? "cue " : ""}${m.toFixed(2)}`, [x, y + tile + 13], 10, p === best ? MARK : INK);
      });
    },
  };
}

/** The same patterns and the same cue in the three kinds of memory, after some sweeps at temperature 0. */
function compareScene(simulation: Memory, changed: () => void): CanvasScene {
  let found: { title: string; spins: Int8Array; overlap: number }[] | undefined;
  let wanted = false;
  const make = async () => {
    const { device, seed } = simulation;
    const { neurons, patterns, digits, cue, noise, covered, bias, image, start } = simulation.points.parameters;
    const stored = simulation.shared;
    const isGiven = start === "given";
    const spins = isGiven ? (await simulation.spins()).subarray(0, neurons) : undefined;
    const same = { neurons, patterns, digits, cue, noise, covered, bias, image, start, seed, stored, spins } as const;
    const memories: [string, Promise<Memory>][] = [
      ["Hopfield: M²", hopfield.create(device, same) as Promise<Memory>],
      ["dense: M³", denseMemory.create(device, same) as Promise<Memory>],
      ["modern: e^(βM)", denseMemory.create(device, { ...same, interaction: "exponential" }) as Promise<Memory>],
    ];
    const all: typeof found = [];
    for (const [title, opened] of memories) {
      using memory = await opened;
      if (all.length === 0) {
        const [{ overlap }] = await memory.measure();
        all.push({ title: isGiven ? "state now" : "cue", spins: await memory.spins(), overlap });
      }
      await memory.run(COMPARED);
      const [{ overlap }] = await memory.measure();
      all.push({ title, spins: await memory.spins(), overlap });
    }
    found = all;
    changed();
  };
  return {
    draw(context, { colours }) {
      if (!wanted) {
        wanted = true;
        void make();
      }
      const { patterns, cue } = simulation.points.parameters;
      text(context, `${patterns} patterns, ${COMPARED} sweeps from the same cue`, [16, 40], 18);
      if (!found) {
        text(context, "The three memories are at work…", [16, 200], 16);
        return;
      }
      const cell = (WIDTH - 16) / found.length;
      found.forEach(({ title, spins, overlap }, i) => {
        const [x, y] = [16 + i * cell, 110];
        text(context, title, [x, y - 16], 15);
        drawSpins(context, spins, [x, y, cell - 16], colours, { row: simulation.row });
        if (i > 0 && overlap > 0.98)
          outline(context, [x, y, cell - 16], [simulation.row, Math.ceil(spins.length / simulation.row)]);
        text(context, `m = ${overlap.toFixed(3)}`, [x, y + cell], 15, i > 0 && overlap > 0.98 ? MARK : INK);
      });
      text(context, `m: overlap with pattern ${cue}`, [16, 340], 14);
    },
  };
}

/** Spins in rows of `row`, or as a square, within a square of the canvas. */
export function drawSpins(
  context: Context,
  spins: ArrayLike<number>,
  [x, y, side]: [number, number, number],
  colours: string,
  { row = Math.ceil(Math.sqrt(spins.length)), marked }: { row?: number; marked?: ArrayLike<unknown> } = {},
): void {
  const rows = Math.ceil(spins.length / row);
  const cells = Math.max(row, rows);
  const map = new Uint32Array(colourMap(colours).buffer);
  const data = new ImageData(row, rows);
  const pixels = new Uint32Array(data.data.buffer).fill(map[128]);
  for (let i = 0; i < spins.length; i++) pixels[i] = marked?.[i] ? 0xff2020e0 : map[spins[i] > 0 ? 255 : 0];
  const image = new OffscreenCanvas(row, rows);
  image.getContext("2d")!.putImageData(data, 0, 0);
  context.imageSmoothingEnabled = side < cells; // never between cells that are larger than pixels
  context.drawImage(image, x, y, (side * row) / cells, (side * rows) / cells);
}

/** Around a picture of this shape within a square. */
function outline(context: Context, [x, y, side]: [number, number, number], [row, rows]: [number, number]): void {
  const longer = Math.max(row, rows);
  context.strokeStyle = MARK;
  context.lineWidth = 2.5;
  context.strokeRect(x - 1, y - 1, (side * row) / longer + 2, (side * rows) / longer + 2);
}

export function text(context: Context, words: string, [x, y]: [number, number], size: number, colour = INK): void {
  context.font = `${size}px ${FONT}`;
  context.fillStyle = colour;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(words, x, y);
}
