// Into which class the tested sequences of each class are put, over all networks: a cell a pair, the diagonal is right.

import type { ReservoirSimulation } from "../../src/models/reservoir/index.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, FORECAST, INK, MARK, shown, TRUTH, words } from "../worker/sheet.ts";

const LEFT = 120;
const TOP = 76;

export function drawClasses(context: Context, picture: Picture, simulation: ReservoirSimulation): void {
  const [width, height] = begin(context, picture);
  const { confusion } = simulation.result();
  if (simulation.steps === 0 || !confusion) {
    words(context, "No reservoir is trained yet.", [14, 16]);
    return;
  }
  const { classes, counts } = confusion;
  const { accuracy } = simulation.estimate();
  const text = accuracy ? `accuracy ${shown(accuracy.value)}, median of ${simulation.steps}` : "no class is known";
  words(context, text, [14, 16], { colour: MARK });
  words(context, "rows: the true class of a sequence; columns: the predicted class", [14, 36], { size: 12 });
  const side = Math.min((width - LEFT - 14) / classes.length, (height - TOP - 14) / classes.length);
  classes.forEach((name, row) => {
    words(context, name, [LEFT - 10, TOP + (row + 0.5) * side], { size: 13, align: "right" });
    words(context, name, [LEFT + row * side + 6, TOP - 12], { size: 13 });
    const all = counts[row].reduce((sum, count) => sum + count, 0);
    counts[row].forEach((count, column) => {
      const share = all > 0 ? count / all : 0;
      const alpha = Math.round(40 + 200 * share)
        .toString(16)
        .padStart(2, "0");
      context.fillStyle = `${row === column ? TRUTH : FORECAST}${share > 0 ? alpha : "10"}`;
      context.fillRect(LEFT + column * side + 1, TOP + row * side + 1, side - 2, side - 2);
      words(context, String(count), [LEFT + column * side + 8, TOP + (row + 0.5) * side], { size: 14, colour: INK });
    });
  });
}
