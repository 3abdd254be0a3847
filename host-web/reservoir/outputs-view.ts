// Tasks whose reservoirs do not run free: outputs against the truth along the test, the memory of each delay, and the exponent by which
// coupled systems part.

import type { Forecast, ReservoirSimulation } from "../../src/models/reservoir/index.ts";
import { exactMemory } from "../../src/models/reservoir/index.ts";
import { columnOf, panel, range, rows } from "../worker/panel.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, curve, dot, FORECAST, INK, legend, MARK, shown, TRUTH, words } from "../worker/sheet.ts";

/** Steps of the test that are drawn. */
const STEPS = 250;
const PANELS = 3;
const HEADER = 48;

export function drawOutputs(context: Context, picture: Picture, made: Forecast | undefined, nrmse: number): void {
  const [width, height] = begin(context, picture);
  if (!made) {
    words(context, "No reservoir is trained yet.", [14, 16]);
    return;
  }
  const { shape, predicted, truth } = made;
  const [, all, columns] = shape;
  const steps = Math.min(STEPS, all);
  const panels = Math.min(PANELS, columns);
  const { each, apart } = rows(height - HEADER, panels);
  words(context, `first reservoir along the test, median NRMSE ${shown(nrmse)}`, [14, 16]);
  legend(
    context,
    [width - 14, 36],
    [
      { text: "truth", colour: TRUTH },
      { text: "output", colour: FORECAST },
    ],
  );
  for (let column = 0; column < panels; column++) {
    const start = (values: Float64Array) => values.subarray(0, steps * columns);
    const axes = {
      at: [0, HEADER + column * apart] as const,
      size: [width, each] as const,
      x: { from: 0, to: steps, label: column === panels - 1 ? "steps of the test" : "" },
      y: { ...range(columnOf(start(truth), columns, column), 0.15), label: columns > 1 ? `y${column + 1}` : "y" },
    };
    panel(context, axes, (frame) => {
      const line = (values: Float64Array) =>
        Array.from(columnOf(start(values), columns, column), (value, step) => [frame.x(step), frame.y(value)] as const);
      curve(context, line(truth), { colour: TRUTH, width: 3 });
      curve(context, line(predicted), { colour: FORECAST, width: 1.4 });
    });
  }
}

/** How much of the input so many steps ago is remembered, against what a ring of linear units must remember. */
export function drawMemory(context: Context, picture: Picture, simulation: ReservoirSimulation): void {
  const [width, height] = begin(context, picture);
  if (simulation.steps === 0) {
    words(context, "No reservoir is trained yet.", [14, 16]);
    return;
  }
  const { memoryFunction = [], memoryCapacity } = simulation.result();
  const exact = exactMemory(simulation.points.parameters);
  const { units, layers, delays } = simulation.points.parameters;
  const text = `memory capacity ${shown(memoryCapacity?.median ?? Number.NaN, 4)} of at most ${units * layers} units`;
  words(context, text, [14, 16]);
  const axes = {
    at: [0, HEADER] as const,
    size: [width, height - HEADER] as const,
    x: { from: -0.5, to: delays - 0.5, label: "delay k" },
    y: { from: 0, to: 1.08, label: "remembered share m(k)" },
  };
  panel(context, axes, (frame) => {
    const bar = Math.max(1, 0.8 * (frame.x(1) - frame.x(0)));
    context.fillStyle = TRUTH;
    memoryFunction.forEach((share, k) => {
      context.fillRect(frame.x(k) - bar / 2, frame.y(share), bar, frame.bottom - frame.y(share));
    });
    if (exact) {
      const steps = exact.flatMap((share, k) => [
        [frame.x(k - 0.5), frame.y(share)] as const,
        [frame.x(k + 0.5), frame.y(share)] as const,
      ]);
      curve(context, steps, { colour: FORECAST, width: 2 });
    }
  });
  legend(
    context,
    [width - 14, 36],
    [
      { text: `measured, ${simulation.steps} reservoir${simulation.steps === 1 ? "" : "s"}`, colour: TRUTH },
      ...(exact ? [{ text: "exact", colour: FORECAST }] : []),
    ],
  );
}

/** The transverse exponent against the coupling, its line, and where that passes zero, against the exact place. */
export function drawSynchronisation(context: Context, picture: Picture, simulation: ReservoirSimulation): void {
  const [width, height] = begin(context, picture);
  if (simulation.steps === 0) {
    words(context, "No reservoir is trained yet.", [14, 16]);
    return;
  }
  const { synchronisation = [] } = simulation.result();
  const known = synchronisation.filter(({ exponent }) => Number.isFinite(exponent));
  const x = known.map(({ coupling }) => coupling);
  const y = known.map(({ exponent }) => exponent);
  const { slope, offset } = lineOf(x, y);
  const zero = -offset / slope;
  const exact = simulation.task.flow?.criticalCoupling;
  const { from, to } = range(x, 0.08);
  words(context, "above 0 they part, below they synchronise", [14, 16], {
    size: 12,
  });
  const axes = {
    at: [0, HEADER] as const,
    size: [width, height - HEADER] as const,
    x: { from, to, label: "coupling ε" },
    y: { ...range([...y, 0], 0.15), label: "transverse exponent λ⊥" },
  };
  panel(context, axes, (frame) => {
    const vertical = (at: number) => [[frame.x(at), frame.top] as const, [frame.x(at), frame.bottom] as const];
    curve(context, [[frame.left, frame.y(0)] as const, [frame.right, frame.y(0)] as const], {
      colour: `${INK}99`,
      width: 1,
    });
    if (exact) curve(context, vertical(exact.value), { colour: FORECAST, width: 2, dash: [6, 4] });
    const line = [from, to].map((at) => [frame.x(at), frame.y(offset + slope * at)] as const);
    curve(context, line, { colour: TRUTH, width: 1.5 });
    for (const { coupling, exponent } of known) dot(context, [frame.x(coupling), frame.y(exponent)], 4.5, TRUTH);
    if (slope < 0) {
      const place = [frame.x(zero), frame.y(0)] as const;
      dot(context, place, 7, PAPER_RING);
      dot(context, place, 5, MARK);
    }
  });
  legend(
    context,
    [width - 14, 36],
    [
      { text: `free reservoir, mean of ${simulation.steps}`, colour: TRUTH },
      ...(slope < 0 ? [{ text: `zero at ${shown(zero)}`, colour: MARK }] : []),
      ...(exact ? [{ text: `critical coupling ${shown(exact.value)}`, colour: FORECAST, dash: [6, 4] }] : []),
    ],
  );
}

const PAPER_RING = "#10182b";

/** The line of least squares. */
function lineOf(x: readonly number[], y: readonly number[]): { slope: number; offset: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const both = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  const own = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  return { slope: both / own, offset: my - (both / own) * mx };
}
