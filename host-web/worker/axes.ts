// A frame with ticks for pictures that the 2-D canvas draws, in the units of the picture.

export interface Frame {
  /** From values to units of the picture. */
  x(value: number): number;
  y(value: number): number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Axes {
  size: readonly [number, number];
  x: { from: number; to: number; label: string };
  y: { from: number; to: number; label: string };
}

type Context = OffscreenCanvasRenderingContext2D;

const INK = "#f1f5f9";
const PAPER = "#10182b";
const FONT = "14px system-ui, sans-serif";

/** An empty sheet and where its values lie. */
export function frameOf(context: Context, { size: [width, height], x, y }: Axes): Frame {
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  const [left, right, top, bottom] = [56, width - 14, 14, height - 42];
  return {
    x: (value) => left + ((value - x.from) / (x.to - x.from)) * (right - left),
    y: (value) => bottom - ((value - y.from) / (y.to - y.from)) * (bottom - top),
    left,
    right,
    top,
    bottom,
  };
}

export function drawAxes(context: Context, frame: Frame, { size: [width, height], x, y }: Axes): void {
  context.font = FONT;
  context.fillStyle = INK;
  context.strokeStyle = "#f1f5f966";
  context.lineWidth = 1;
  context.strokeRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of ticks(x.from, x.to)) {
    context.fillText(label(tick), frame.x(tick), frame.bottom + 4);
    context.fillRect(frame.x(tick), frame.bottom, 1, 3);
  }
  context.fillText(x.label, width / 2, height - 19);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticks(y.from, y.to)) {
    context.fillText(label(tick), frame.left - 6, frame.y(tick));
    context.fillRect(frame.left - 3, frame.y(tick), 3, 1);
  }
  context.save();
  context.translate(10, (frame.top + frame.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(y.label, 0, 0);
  context.restore();
}

/** Lines of text with a sample of their stroke, in the upper right corner. */
export function drawLegend(
  context: Context,
  frame: Frame,
  entries: readonly { text: string; colour: string; dash?: number[] }[],
): void {
  context.font = FONT;
  const width = Math.max(...entries.map(({ text }) => context.measureText(text).width)) + 44;
  const [x, y] = [frame.right - width - 8, frame.top + 8];
  context.fillStyle = "#10182bcc";
  context.fillRect(x, y, width, 19 * entries.length + 8);
  entries.forEach(({ text, colour, dash }, i) => {
    const middle = y + 14 + 19 * i;
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.setLineDash(dash ?? []);
    context.beginPath();
    context.moveTo(x + 8, middle);
    context.lineTo(x + 30, middle);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = INK;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, x + 36, middle);
  });
}

/** About five round numbers. */
function ticks(from: number, to: number): number[] {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

const label = (value: number) => {
  const text = Number(value.toPrecision(6)).toString();
  return text.length > 7 ? value.toExponential(1) : text;
};
