// What the page shows of an ensemble, which has no series: the estimates of its jobs compared with what is known.

import { deviationOf } from "../../src/models/deviation.ts";
import type { AnyModel, AnySimulation } from "../../src/models/index.ts";
import { observableLabel } from "../../src/models/labels.ts";
import type { Observable } from "../../src/models/model.ts";
import type { Row, WorkerUpdate } from "./protocol.ts";

export async function estimatesOf(
  model: AnyModel,
  simulation: AnySimulation,
): Promise<Required<Pick<WorkerUpdate, "table" | "equilibrium">>> {
  if (simulation.steps === 0) return { table: [], equilibrium: "" };
  await simulation.conclude?.({ result: false });
  const known = model.exact(simulation.points.parameters);
  const observables: Record<string, Observable | undefined> = simulation.observables ?? model.observables;
  const table = Object.entries(model.estimate(simulation, simulation.series())).map(([name, estimate]): Row => {
    const { value, error } = estimate;
    const { unit = "", description = name, ...measured } = observables[name] ?? {};
    const exact = known[name];
    const label = observableLabel(name, observables[name], model);
    const row: Row = { name, label, description, unit, value, ...(exact ? { exact } : {}) };
    if (!Number.isFinite(error)) return row;
    return { ...row, error, ...(exact ? deviationOf({ ...estimate, ...measured }, exact) : {}) };
  });
  return { table, equilibrium: (simulation.notes?.() ?? []).join(" ") };
}
