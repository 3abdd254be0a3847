// Forecasts of a system: its next state from this one, and then on its own.

import { type Flow, flowOf } from "../../../systems/index.ts";
import type { ReservoirParameters } from "../parameters.ts";
import { type Scales, standardised } from "./standardised.ts";
import { type Task, testingOf } from "./task.ts";

const flows = new Map<string, Flow>();

/** The system that a task is about, where it is one; made once. */
export function flowOfTask(parameters: Pick<ReservoirParameters, "task" | "length">): Flow | undefined {
  const { task, length } = parameters;
  if (task === "narma10" || task === "memory" || task === "data" || task === "classification") return undefined;
  const key = `${task} ${length}`;
  if (!flows.has(key)) flows.set(key, made(task, length));
  return flows.get(key);
}

function made(task: Flow["name"] & Parameters<typeof flowOf>[0], length: number): Flow {
  if (task === "kuramoto-sivashinsky") {
    // Points about a third of a unit apart, as with 64 at L = 22.
    return flowOf(task, { length, grid: Math.max(64, 2 ** Math.round(Math.log2((64 * length) / 22))) });
  }
  return flowOf(task, task === "lorenz96" ? { sites: 8 } : {});
}

/** Lyapunov times between the starts of forecasts, and of one forecast. */
const SPACING = 2;
const HORIZON = 15;
/** The same in steps where no exponent is known. */
export const STEPS = { spacing: 50, horizon: 500 };

/** Times in steps: of Lyapunov's, of a forecast, and from one forecast to the next. */
export function timesOf(parameters: ReservoirParameters, flow?: Flow) {
  const lyapunovTime = flow?.lyapunov ? 1 / (flow.lyapunov.value * flow.dt) : 1;
  const unit: Task["unit"] = flow?.lyapunov ? "Lyapunov times" : "steps";
  const horizon = parameters.horizon || Math.round(flow?.lyapunov ? HORIZON * lyapunovTime : STEPS.horizon);
  const spacing = Math.max(1, Math.round(flow?.lyapunov ? SPACING * lyapunovTime : STEPS.spacing));
  return { lyapunovTime, unit, horizon, spacing };
}

/** The next state of a system from this one. */
export function forecast(parameters: ReservoirParameters, flow: Flow, seed: bigint, scales?: Scales): Task {
  const { washout, train, test, starts, synchronisation: driven } = parameters;
  const { lyapunovTime, unit, horizon, spacing } = timesOf(parameters, flow);
  const first = washout + train;
  const rows = first + Math.max(test, driven + horizon + (starts - 1) * spacing) + 1;
  const states = flow.trajectory({ steps: rows, seed });
  const columns = { columns: flow.dimension, targets: flow.dimension, exogenous: 0 };
  return {
    ...standardised(nextOf(states, rows, flow.dimension), columns, [[0, first]], scales),
    ...{ kind: "forecast", exogenous: 0, flow, driven, horizon, lyapunovTime, unit },
    training: [{ first: 0, washout, steps: train }],
    testing: testingOf(first, washout, test),
    starts: Array.from({ length: starts }, (_, i) => first + i * spacing),
  };
}

/** Rows of a state and the next one. */
function nextOf(states: ArrayLike<number>, rows: number, dimension: number): Float64Array {
  const table = new Float64Array((rows - 1) * 2 * dimension);
  for (let row = 0; row + 1 < rows; row++) {
    for (let i = 0; i < 2 * dimension; i++) table[row * 2 * dimension + i] = states[row * dimension + i];
  }
  return table;
}
