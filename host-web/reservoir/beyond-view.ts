// What follows the user's series: its end, and behind it the forecast, with the band in which all networks lie.

import type { Task } from "../../src/models/reservoir/index.ts";
import { type Beyond, leadOf } from "../../src/models/reservoir/internal.ts";
import { columnOf, panel, range, rows } from "../worker/panel.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, curve, FORECAST, legend, MARK, TRUTH, words } from "../worker/sheet.ts";

/** Panels below one another. */
const PANELS = 3;
const HEADER = 48;

/** `beyond` is undefined before a network is trained. */
export function drawBeyond(context: Context, picture: Picture, task: Task, beyond: Beyond | undefined): void {
  const [width, height] = begin(context, picture);
  const { names } = task;
  const { horizon } = task.beyond!;
  const { targets } = task.table;
  const length = task.length!;
  const shown = Math.min(length, Math.max(horizon, 100));
  const lead = leadOf(task);
  const label = beyond
    ? `${beyond.at.length} steps after row ${length}, by the best of ${beyond.networks}`
    : "No reservoir is trained yet.";
  words(context, label, [14, 16], { colour: MARK });
  legend(
    context,
    [width - 14, 36],
    [
      { text: "series", colour: TRUTH },
      { text: "forecast", colour: FORECAST },
      { text: "least and largest of all", colour: FORECAST, dash: [3, 3] },
    ],
  );
  const count = Math.min(PANELS, targets);
  const { each, apart } = rows(height - HEADER, count);
  for (let c = 0; c < count; c++) {
    const past = [...columnOf(lead, targets, c)].slice(-shown);
    const ahead = beyond ? [...columnOf(beyond.values, targets, c)] : [];
    const axes = {
      at: [0, HEADER + c * apart] as const,
      size: [width, each] as const,
      x: { from: length - shown, to: length + horizon, label: c === count - 1 ? "row of the series" : "" },
      y: { ...range([...past, ...ahead], 0.12), label: names?.[c] || (targets > 1 ? `x${"₁₂₃"[c]}` : "x") },
    };
    panel(context, axes, (frame) => {
      const line = (values: Iterable<number>, first: number) =>
        Array.from(values, (value, i) => [frame.x(first + i), frame.y(value)] as const);
      curve(context, line(past, length - shown), { colour: TRUTH, width: 2 });
      if (!beyond) return;
      for (const edge of beyond.least && beyond.most ? [beyond.least, beyond.most] : []) {
        curve(context, line(columnOf(edge, targets, c), length), { colour: `${FORECAST}b0`, width: 1, dash: [3, 3] });
      }
      curve(context, line([past[shown - 1], ...ahead], length - 1), { colour: FORECAST, width: 1.8 });
    });
  }
}
