// Plots with the numbers behind them: uPlot draws, and below each stands its table, which can be saved as CSV.

import { numberText } from "./language.ts";

// uPlot asks for the browser's language as it is loaded, so it comes second.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Curve } from "../worker/protocol.ts";
import { download } from "./download.ts";

/** Told apart by lightness as well as by hue, in both schemes; more curves are dashed. */
const COLOURS = ["#2563eb", "#d97706", "#0d9488", "#be185d"];
const HEIGHT = 170;
const ROWS_SHOWN = 200;

/** Of ticks. */
const NUMBERS = (_: uPlot, splits: (number | null)[]) =>
  splits.map((value) => (value === null ? null : numberText(value)));

/** Of the ticks of a logarithmic axis. */
const TEXTS = (_: uPlot, splits: (number | null)[]) =>
  splits.map((value) =>
    value === null ? null : value < 1e-3 || value >= 1e6 ? value.toExponential(0) : String(value),
  );

/** Of a logarithmic axis the powers of ten are told; where it is shorter, also twice and five times as much. */
function labelledPowers(_: uPlot, splits: number[]): (number | null)[] {
  const leads = (allowed: readonly number[]) =>
    splits.map((value) =>
      allowed.includes(Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9))) ? value : null,
    );
  const powers = leads([1]);
  return powers.filter((value) => value !== null).length > 1 ? powers : leads([1, 2, 5]);
}

export class Plot {
  readonly element = document.createElement("figure");
  readonly #x: string;
  readonly #log: boolean;
  readonly #logX: boolean;
  readonly #box = document.createElement("div");
  readonly #rows = document.createElement("div");
  readonly #details = document.createElement("details");
  #curves: readonly Curve[] = [];
  #plot: uPlot | undefined;

  /** @param log the vertical axis is logarithmic, or both are */
  constructor(title: string, x: string, log: boolean | "both" = false) {
    this.#x = x;
    this.#log = log !== false;
    this.#logX = log === "both";
    this.element.className = "plot";
    const heading = document.createElement("h2");
    heading.textContent = title;
    const summary = document.createElement("summary");
    summary.textContent = "Numbers";
    const save = document.createElement("button");
    save.type = "button";
    save.textContent = "CSV";
    save.setAttribute("aria-label", `Save ${title} as CSV`);
    save.onclick = () => download(new Blob([this.#csv()], { type: "text/csv" }), `${title}.csv`);
    this.#rows.className = "rows";
    this.#rows.tabIndex = 0;
    this.#rows.setAttribute("role", "region");
    this.#rows.setAttribute("aria-label", `Numbers of ${title}`);
    this.#details.append(summary, save, this.#rows);
    this.#details.ontoggle = () => this.#fillTable();
    this.#box.setAttribute("role", "img");
    this.#box.setAttribute("aria-label", `Plot of ${title}; its numbers stand below.`);
    this.element.append(heading, this.#box, this.#details);
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#box.clientWidth, height: HEIGHT })).observe(this.#box);
  }

  /** Curves that share x are drawn as they are; others on the union of their x. */
  show(curves: readonly Curve[]): void {
    const same = curves.length === this.#curves.length && curves.every(({ name }, i) => name === this.#curves[i].name);
    this.#curves = curves;
    const data = this.#data();
    if (this.#plot && same) this.#plot.setData(data);
    else this.#make(data);
    if (this.#details.open) this.#fillTable();
  }

  #data(): uPlot.AlignedData {
    const tables = this.#curves.map(({ x, y }): uPlot.AlignedData => [x, y]);
    return tables.length === 1 ? tables[0] : uPlot.join(tables);
  }

  #make(data: uPlot.AlignedData): void {
    this.#plot?.destroy();
    const style = getComputedStyle(document.body);
    const [text, line] = [style.getPropertyValue("color"), "#8884"];
    const powers = { filter: labelledPowers };
    const logarithmic = {
      ...{ values: TEXTS, ...powers },
      ...{ grid: { stroke: line, width: 1, ...powers }, ticks: { stroke: line, width: 1, ...powers } },
    };
    const axis = { values: NUMBERS, stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    this.#plot = new uPlot(
      {
        width: this.#box.clientWidth || 380,
        height: HEIGHT,
        scales: { x: { time: false, ...(this.#logX ? { distr: 3 } : {}) }, ...(this.#log ? { y: { distr: 3 } } : {}) },
        axes: [
          { ...axis, ...(this.#logX ? logarithmic : {}) },
          { ...axis, size: 60, ...(this.#log ? logarithmic : {}) },
        ],
        legend: { live: false },
        series: [
          { label: this.#x },
          ...this.#curves.map(({ name, label = name, errors }, i) => ({
            label,
            stroke: COLOURS[i % COLOURS.length],
            width: errors ? 0 : 1.5,
            ...(i >= COLOURS.length ? { dash: [6, 4] } : {}),
            spanGaps: true,
            points: { show: errors !== undefined, size: 6, fill: COLOURS[i % COLOURS.length] },
            ...(errors ? { paths: () => null } : {}),
          })),
        ],
        hooks: { draw: [(plot) => this.#drawErrors(plot)] },
      },
      data,
      this.#box,
    );
  }

  #drawErrors(plot: uPlot): void {
    this.#curves.forEach(({ x, y, errors }, i) => {
      if (!errors) return;
      const { ctx } = plot;
      ctx.strokeStyle = COLOURS[i % COLOURS.length];
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.beginPath();
      x.forEach((at, j) => {
        const px = plot.valToPos(at, "x", true);
        ctx.moveTo(px, plot.valToPos(y[j] - errors[j], "y", true));
        ctx.lineTo(px, plot.valToPos(y[j] + errors[j], "y", true));
      });
      ctx.stroke();
    });
  }

  #table(): string[][] {
    const head = [
      this.#x,
      ...this.#curves.flatMap(({ name, errors }) => (errors ? [name, `error of ${name}`] : [name])),
    ];
    const rows = new Map<number, string[]>();
    let at = 1;
    for (const { x, y, errors } of this.#curves) {
      x.forEach((value, i) => {
        const row = rows.get(value) ?? [String(value)];
        row[at] = String(y[i]);
        if (errors) row[at + 1] = String(errors[i]);
        rows.set(value, row);
      });
      at += errors ? 2 : 1;
    }
    const body = [...rows]
      .sort(([a], [b]) => a - b)
      .map(([, row]) => Array.from({ length: head.length }, (_, i) => row[i] ?? ""));
    return [head, ...body];
  }

  #csv(): string {
    const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    return `${this.#table()
      .map((row) => row.map(quoted).join(","))
      .join("\n")}\n`;
  }

  #fillTable(): void {
    if (!this.#details.open) return;
    const [head, ...body] = this.#table();
    const table = document.createElement("table");
    const line = (cells: readonly string[], kind: "th" | "td") => {
      const row = document.createElement("tr");
      for (const cell of cells) {
        const element = document.createElement(kind);
        if (kind === "th") element.setAttribute("scope", "col");
        element.textContent = kind === "td" && cell !== "" ? String(Number(Number(cell).toPrecision(8))) : cell;
        row.append(element);
      }
      return row;
    };
    table.append(line(head, "th"), ...body.slice(-ROWS_SHOWN).map((row) => line(row, "td")));
    this.#rows.replaceChildren(table);
  }
}
