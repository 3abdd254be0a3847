// What was measured of the run: the table of observables, plots, timing, and a sentence for those who hear the page.

import { zText } from "../../src/statistics/index.ts";
import type { Row, WorkerUpdate } from "../worker/protocol.ts";
import { drawn, seen } from "./drawn.ts";
import { find } from "./elements.ts";
import { Explanation } from "./explain.ts";
import type { Plot } from "./plots.ts";
import type { Toolbar } from "./toolbar.ts";

type Curves = Parameters<Plot["show"]>[0];

/** A plot, or its place until it is made, and what it shows then. */
interface Shown {
  element: ChildNode;
  curves: Curves;
  plot?: Plot;
  made?: Promise<void>;
}

/** Milliseconds between two sentences. */
const ANNOUNCE_EVERY = 10_000;

export class Telemetry {
  readonly #toolbar: Toolbar;
  readonly #plots = new Map<string, Shown>();
  /** Keys of plots of the model's own. */
  readonly #own = new Set<string>();
  readonly #explanation = new Explanation();
  #announced = 0;

  constructor(toolbar: Toolbar) {
    this.#toolbar = toolbar;
  }

  show({ replaying, table, equilibrium, series, plots, timing }: WorkerUpdate): void {
    if (replaying !== undefined) showReplay(replaying);
    if (table) {
      showTable(table, this.#explanation);
      this.#explanation.show(table);
      this.#announce(table);
    }
    if (equilibrium !== undefined) find("equilibrium").textContent = this.#toolbar.steps > 0 ? equilibrium : "";
    if (series) this.#showSeries(series);
    if (plots) this.#showPlots(plots);
    if (timing) showTiming(timing);
  }

  /** A plot that was asked for, below the others. */
  showExtra(title: string, x: string, curves: Curves, log = false): Promise<void> {
    return this.#plot({ key: `extra ${title}`, title, x, log }, curves, "extra-plots");
  }

  /** The plotting library is most of a page's script: it is loaded after the first picture, when plots are asked for or come into view. */
  async #plot(
    { key, title, x, log = false }: { key: string; title: string; x: string; log?: boolean },
    curves: Curves,
    place = "plots",
  ): Promise<void> {
    let shown = this.#plots.get(key);
    if (!shown) {
      // Its place is taken at once, for the first to be ready need not be the first to be shown.
      const own: Shown = { element: document.createComment(key), curves };
      const box = find(place);
      box.append(own.element);
      own.made = (place === "plots" ? seen(box) : drawn)
        .then(() => import("./plots.ts"))
        .then(({ Plot }) => {
          const plot = new Plot(title, x, log);
          own.element.replaceWith(plot.element);
          own.element = plot.element;
          own.plot = plot;
          plot.show(own.curves);
        });
      shown = own;
      this.#plots.set(key, shown);
    }
    shown.curves = curves;
    shown.plot?.show(curves);
    await shown.made;
  }

  #showSeries({ steps: x, columns, labels }: NonNullable<WorkerUpdate["series"]>): void {
    for (const [name, y] of Object.entries(columns)) {
      const label = labels[name];
      const curve = { name, label, x: Array.from(x), y: Array.from(y) };
      void this.#plot({ key: name, title: `${label} in time`, x: "step" }, [curve]);
    }
  }

  /** Plots that this run no longer has go. */
  #showPlots(all: NonNullable<WorkerUpdate["plots"]>): void {
    for (const { curves, ...plot } of all) {
      this.#own.add(plot.key);
      void this.#plot(plot, curves);
    }
    for (const key of this.#own) {
      if (all.some((each) => each.key === key)) continue;
      this.#own.delete(key);
      this.#plots.get(key)!.element.remove();
      this.#plots.delete(key);
    }
  }

  /** For those who hear the page: the run in a sentence. */
  #announce(rows: readonly Row[]): void {
    if (performance.now() - this.#announced < ANNOUNCE_EVERY && this.#announced > 0) return;
    this.#announced = performance.now();
    const values = rows.flatMap(({ label, now, value }) => {
      const present = now ?? value;
      return present === undefined ? [] : [`${label} ${number(present, 3)}`];
    });
    const state = this.#toolbar.playing ? "Running" : "Paused";
    find("summary").textContent = `${state}, ${find("step-count").textContent}. ${values.join(", ")}.`;
  }
}

function showReplay(replaying: WorkerUpdate["replaying"]): void {
  const box = find("replay");
  box.hidden = !replaying;
  if (!replaying) return;
  box.querySelector("progress")!.value = replaying.done / Math.max(1, replaying.total);
  box.querySelector("span")!.textContent = `replaying: step ${replaying.done} of ${replaying.total}`;
}

/** Rows stay as long as the run has them: a name may have the focus. */
function showTable(rows: readonly Row[], explanation: Explanation): void {
  const table = find("table");
  const hasPresent = table.dataset.now === "true";
  const body = table.querySelector("tbody")!;
  const before = new Map([...body.rows].map((row) => [row.dataset.name, row]));
  const all = rows.map((row) => before.get(row.name) ?? emptyRow(row.name, hasPresent ? 4 : 3, explanation));
  if (all.length !== body.rows.length || all.some((row, i) => row !== body.rows[i])) body.replaceChildren(...all);
  rows.forEach(({ name, label, description, unit, now, value, error, exact, z, alarm }, i) => {
    const far = alarm === true;
    all[i].classList.toggle("alarm", far);
    all[i].title =
      `${far ? "Far from its exact value: not in equilibrium, or stuck. " : ""}${name}: ${description}${unit ? `, ${unit}` : ""}${exact ? `. Exact: ${exact.source}` : ""}.`;
    const present = hasPresent ? [number(now, 4)] : [];
    const figures = [...present, uncertain(value, error), number(exact?.value, 6), z === undefined ? "" : zText(z, 1)];
    const [first, ...cells] = all[i].cells;
    first.firstElementChild!.textContent = label;
    cells.forEach((cell, j) => {
      cell.textContent = figures[j];
    });
  });
}

function emptyRow(name: string, figures: number, explanation: Explanation): HTMLTableRowElement {
  const row = document.createElement("tr");
  row.dataset.name = name;
  row.insertCell().append(explanation.button(name));
  for (let i = 0; i < figures; i++) row.insertCell();
  return row;
}

const number = (value: number | undefined, digits = 5) =>
  value === undefined ? "" : Number(value.toPrecision(digits)).toString();

/** A mean to the second digit of its error; more say nothing, and make the table wider than a panel. */
function uncertain(value: number | undefined, error: number | undefined): string {
  if (value === undefined) return "";
  if (error === undefined) return number(value);
  const digits = 1 - Math.floor(Math.log10(error));
  if (!(error > 0) || digits > 8) return `${number(value)} ± ${number(error, 2)}`;
  const places = Math.max(0, digits);
  return `${value.toFixed(places)} ± ${error.toFixed(places)}`;
}

function showTiming({
  steps: ms,
  draw,
  exact,
  framesPerSecond,
  rate,
  unit,
}: NonNullable<WorkerUpdate["timing"]>): void {
  const clock = exact ? "GPU clock" : "wall clock";
  find("hud").textContent =
    `${framesPerSecond.toFixed(0)} frames/s · steps ${ms.toFixed(2)} ms · picture ${draw.toFixed(2)} ms · ${rate.toPrecision(3)} ${unit}`;
  find("timing").textContent =
    `per frame, ${clock}: steps ${ms.toFixed(3)} ms, picture ${draw.toFixed(3)} ms; ${rate.toPrecision(4)} ${unit}; ${framesPerSecond.toFixed(1)} frames/s`;
}
