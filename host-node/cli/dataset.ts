// Results of runs and scans as arrays with dimensions, for .h5 and .zarr: nothing here knows a model.

import { type Dataset, DatasetBuilder, type Numbers, type Variable } from "../files/dataset.ts";
import type { Job } from "./job.ts";
import type { Measured, RunDocument, ScanDocument } from "./report.ts";

/** Columns that number the rows of tables. */
const NUMBERING = ["time", "step", "point", "start", "replica", "sample"];

/** How many columns number the rows: that one, swept parameters before it, and the reservoirs of a point. */
function keysOf(head: readonly string[]): number {
  const at = head.findIndex((name) => NUMBERING.includes(name));
  return head[at] === "point" && head[at + 1] === "reservoir" ? at + 2 : at + 1;
}

/**
 * A run: its table, or its series by step and replica; its estimates with errors; its array, which .npy would hold.
 *
 * @throws what `array` throws
 */
export async function runDataset({ model, simulation, series, plan }: Job, document: RunDocument): Promise<Dataset> {
  const builder = new DatasetBuilder();
  const attributesOf = unitsIn(document.observables);
  const table = simulation.table?.();
  if (table) {
    builder.table({ head: table.head, rows: [...table.rows] }, keysOf(table.head), "row", attributesOf);
  } else if (series.columns.length > 0 && series.length > 0) {
    const dimensions = [
      builder.dimension("step", Float64Array.from(series.steps), {
        long_name: `${model.step}, counted from the beginning; ${plan.warmup} of warm-up are left out`,
      }),
      builder.dimension("replica", series.replicas),
    ];
    for (const name of series.columns) {
      const columns = Array.from({ length: series.replicas }, (_, replica) => series.column(name, replica));
      const data = new Float64Array(series.length * series.replicas);
      for (const [replica, column] of columns.entries())
        for (let i = 0; i < column.length; i++) data[i * series.replicas + replica] = column[i];
      builder.variable(name, dimensions, data, attributesOf(name));
    }
  }
  for (const [name, { value, error }] of Object.entries(document.observables)) {
    builder.variable(`${name}_estimate`, [], Float64Array.of(value), attributesOf(name));
    builder.variable(`${name}_estimate_error`, [], Float64Array.of(error), attributesOf(name));
  }
  for (const [name, { value, source }] of Object.entries(document.exact))
    builder.variable(`${name}_exact`, [], Float64Array.of(value), { ...attributesOf(name), source });
  addArray(builder, await simulation.array());
  return builder.build(globalsOf(document, { digest: document.digest }));
}

/** A scan: each observable with its error over the parameters that differ. */
export function scanDataset(document: ScanDocument): Dataset {
  const { points, digests } = document;
  const [first] = points;
  const parameters = Object.keys(first.parameters);
  const observables = Object.keys(first.observables);
  const exact = [...new Set(points.flatMap((point) => Object.keys(point.exact)))];
  const head = [
    ...parameters,
    ...observables.flatMap((name) => [name, `${name}_error`]),
    ...exact.map((name) => `${name}_exact`),
  ];
  const rows = points.map((point) => [
    ...parameters.map((name) => asCell(point.parameters[name])),
    ...observables.flatMap((name) => [point.observables[name].value, point.observables[name].error]),
    ...exact.map((name) => point.exact[name]?.value ?? Number.NaN),
  ]);
  const builder = new DatasetBuilder();
  const units = unitsIn(first.observables);
  builder.table({ head, rows }, parameters.length, "point", (name) => units(name.replace(/_(error|exact)$/, "")));
  return builder.build(globalsOf(document, { digests: digests.join(" ") }));
}

const asCell = (value: unknown) =>
  typeof value === "number" ? value : Array.isArray(value) ? value.join("x") : String(value);

const unitsIn =
  (observables: Measured) =>
  (name: string): Variable["attributes"] => {
    const unit = Object.hasOwn(observables, name) ? observables[name].unit : "";
    return unit ? { units: unit } : {};
  };

function addArray(builder: DatasetBuilder, { shape, data }: { shape: readonly number[]; data: Numbers }): void {
  if (data.length === 0) return;
  const dimensions = shape.map((length, axis) => builder.dimension(`state_axis_${axis}`, length));
  builder.variable("state", dimensions, data, { long_name: "the array that .npy holds" });
}

function globalsOf(document: RunDocument | ScanDocument, own: Record<string, string>): Dataset["attributes"] {
  const { gibbs, commit, model, seed, steps, warmup, measureEvery, parameters, device, notes, warnings } = document;
  return {
    ...{ title: `gibbs ${model}`, source: `gibbs ${gibbs} ${commit}`.trim(), model, seed, steps, warmup, measureEvery },
    ...{ parameters: JSON.stringify(parameters), device: JSON.stringify(device), ...own },
    ...(notes.length > 0 && { notes: notes.join("\n") }),
    ...(warnings.length > 0 && { warnings: warnings.join("\n") }),
  };
}
