// What the page shows of a run's observables: the series since the last change, estimates with errors against exact values, and
// whether they can be those of equilibrium at all.

import { deviationOf } from "../../src/models/deviation.ts";
import type { AnyModel, AnySimulation } from "../../src/models/index.ts";
import { observableLabel } from "../../src/models/labels.ts";
import type { Exact, Observable } from "../../src/models/model.ts";
import { Series } from "../../src/models/series.ts";
import type { Row, WorkerUpdate } from "./protocol.ts";

/** Rows kept; when there are more, every other one is dropped. */
const MOST_ROWS = 2000;
/** Of the series this part is left out of the estimates, as the way to equilibrium. */
const WARMUP = 0.2;
const LEAST_ROWS = 20;
/** Standard errors from the exact value beyond which chance is no explanation. */
const FAR = 4;

export class Measured {
  readonly #model: AnyModel;
  #rows: { step: number; values: number[] }[] = [];
  /** Rows to let pass between two that are kept. */
  #stride = 1;
  #count = 0;

  constructor(model: AnyModel) {
    this.#model = model;
  }

  /** The parameters have changed: what was measured belongs to another equilibrium. */
  restart(): void {
    this.#rows = [];
    this.#stride = 1;
    this.#count = 0;
  }

  /** Makes `count` steps and measures at their end. */
  async run(simulation: AnySimulation, count: number): Promise<void> {
    const series = simulation.series();
    await simulation.run(count, { record: { series, every: count, origin: simulation.steps } });
    const values = series.columns.map((name) => series.column(name)[0]);
    this.#count++;
    if (this.#count % this.#stride !== 0) return;
    this.#rows.push({ step: simulation.steps, values });
    if (this.#rows.length < MOST_ROWS) return;
    this.#rows = this.#rows.filter((_, i) => i % 2 === 1);
    this.#stride *= 2;
  }

  async report(simulation: AnySimulation): Promise<Required<Pick<WorkerUpdate, "table" | "equilibrium" | "series">>> {
    const empty = simulation.series();
    const used = this.#rows.slice(Math.floor(WARMUP * this.#rows.length));
    const estimates = used.length >= LEAST_ROWS ? this.#estimate(simulation, used) : {};
    const exact = this.#model.exact(simulation.points.parameters);
    const now = this.#rows.at(-1)?.values;
    const observables: Record<string, Observable> = simulation.observables ?? this.#model.observables;
    const label = (name: string) => observableLabel(name, observables[name], this.#model);
    const table = Object.entries(observables).map(([name, { unit, description, ...measured }]): Row => {
      const row: Row = {
        ...{ name, label: label(name), description, unit },
        ...{ exact: exact[name], now: now?.[empty.columns.indexOf(name)] },
        ...(measured.fluctuation ? { fluctuation: true } : {}),
      };
      const estimate = estimates[name];
      if (!estimate || !Number.isFinite(estimate.error)) return row;
      const { value, error } = estimate;
      const known = exact[name];
      return { ...row, value, error, ...(known && deviationOf({ ...estimate, ...measured }, known)) };
    });
    const columns = Object.fromEntries(
      empty.columns.map((name, i) => [name, Float64Array.from(this.#rows, ({ values }) => values[i])]),
    );
    const labels = Object.fromEntries(empty.columns.map((name) => [name, label(name)]));
    const series = { steps: Float64Array.from(this.#rows, ({ step }) => step), columns, labels };
    const notes = simulation.notes?.() ?? [];
    return {
      table,
      equilibrium: [this.#doubts(simulation, used, table, exact), ...notes].filter(Boolean).join(" "),
      series,
    };
  }

  #estimate(simulation: AnySimulation, rows: readonly { step: number; values: number[] }[]) {
    const { columns } = simulation.series();
    const series = new Series(columns, 1);
    for (const { step, values } of rows) series.append(step, [values]);
    return this.#model.estimate(simulation, series, [0]);
  }

  /** Reasons against equilibrium: too few values, halves of the series that disagree, or a value far from the exact one. */
  #doubts(
    simulation: AnySimulation,
    rows: readonly { step: number; values: number[] }[],
    table: readonly Row[],
    exact: Record<string, Exact | undefined>,
  ): string {
    if (rows.length < LEAST_ROWS) return "Too few measurements yet.";
    if (rows.length >= 4 * LEAST_ROWS) {
      const middle = Math.floor(rows.length / 2);
      const [early, late] = [rows.slice(0, middle), rows.slice(middle)].map((half) => this.#estimate(simulation, half));
      const drifts = Object.entries(late).filter(([name, { value, error }]) => {
        const before = early[name];
        const spread = Math.hypot(error, before.error);
        return spread > 0 && Math.abs(value - before.value) > 4 * spread;
      });
      const drifting = table.find(({ name }) => name === drifts[0]?.[0]);
      if (drifting) return `Not yet equilibrated: ${drifting.label} still drifts.`;
    }
    const far = table.find(({ name, z }) => z !== undefined && !exact[name]?.approximate && Math.abs(z) > FAR);
    if (!far) return "";
    return Number.isFinite(far.z)
      ? `Not yet equilibrated: ${far.label} is far from its equilibrium value (domains may be growing).`
      : `Stuck: ${far.label} never changes and is far from its equilibrium value.`;
  }
}
