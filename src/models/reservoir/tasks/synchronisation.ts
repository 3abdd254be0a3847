// Synchronisation predicted: two coupled systems, learned below their critical coupling.

import { flowOf } from "../../../systems/index.ts";
import type { ReservoirParameters } from "../parameters.ts";
import { type Scales, standardised } from "./standardised.ts";
import { type Task, testingOf, uniforms } from "./task.ts";

export type CoupledTask = "coupled-logistic" | "coupled-lorenz";

interface Coupled {
  learned: readonly number[];
  asked: readonly [number, number];
  /**
   * Two systems that all but move together: their distance in standard deviations, the steps for which the series drives, and those that
   * follow, in which the distance stays small.
   */
  near: number;
  driven: number;
  horizon: number;
}

/**
 * Couplings ε that are learned from, all below the critical one, and those that are requested afterwards. From 0.4 on two coupled Lorenz
 * systems may come to rest, one on either side, and nothing is learned from that.
 */
const COUPLINGS: Record<CoupledTask, Coupled> = {
  "coupled-logistic": {
    ...{ learned: [0.16, 0.19, 0.22], asked: [0.2, 0.3] },
    ...{ near: 0.01, driven: 2, horizon: 5 },
  },
  "coupled-lorenz": {
    ...{ learned: [0.25, 0.3, 0.35], asked: [0.35, 0.55] },
    ...{ near: 0.03, driven: 10, horizon: 180 },
  },
};
/** How many couplings are predicted. */
const ASKED = 9;
/** The couplings' column is made so much smaller than the others, because it is extrapolated beyond what was learned. */
const COUPLING_SCALE = 0.03;

/**
 * Two coupled systems with their coupling as one more input, learned at three couplings at which they do not synchronise. Then the
 * reservoir runs free at others, from states in which the two are close: how fast they part is the transverse Lyapunov exponent, and
 * where it passes 0 they begin to synchronise. (Fan, Kong, Lai & Wang 2021, doi 10.1103/PhysRevResearch.3.023237, learned at a few
 * couplings; Pecora & Carroll 1998, doi 10.1103/PhysRevLett.80.2109, on the exponent.)
 */
export function synchronisation(
  task: CoupledTask,
  parameters: ReservoirParameters,
  seed: bigint,
  scales?: Scales,
): Task {
  const { washout, train, test, starts } = parameters;
  const coupled = COUPLINGS[task];
  const { learned, asked, driven } = coupled;
  const flows = learned.map((coupling) => flowOf(task, { coupling }));
  const { dimension, dt, criticalCoupling } = flows[0];
  const lambda = task === "coupled-logistic" ? Math.LN2 : 2 * criticalCoupling!.value;
  const horizon = parameters.horizon || coupled.horizon;
  const [least, most] = asked;
  const couplings = Array.from({ length: ASKED }, (_, i) => least + ((most - least) * i) / (ASKED - 1));
  const length = washout + train + test;
  const after = learned.length * length;
  const runs = 2 * couplings.length * starts;
  const rows = after + runs * (driven + horizon);
  const width = 1 + 2 * dimension;
  const raw = new Float64Array(rows * width);
  const fill = (states: Float64Array, coupling: number, first: number) => {
    for (let row = 0; (row + 2) * dimension <= states.length; row++) {
      raw[(first + row) * width] = coupling;
      raw.set(states.subarray(row * dimension, (row + 2) * dimension), (first + row) * width + 1);
    }
  };
  let last: Float64Array = new Float64Array();
  flows.forEach((each, s) => {
    last = each.trajectory({ steps: length + 1, seed, trajectory: s });
    fill(last, learned[s], s * length);
  });
  const half = dimension / 2;
  const near = coupled.near * deviation(last, dimension);
  const directions = uniforms(seed, starts * half);
  const lastFlow = flows[flows.length - 1];
  for (let pair = 0; pair < starts; pair++) {
    // A state of the first system along its trajectory; the second one starts close to it, on one side and on the other.
    const at = Math.floor(((pair + 0.5) / starts) * length) * dimension;
    const one = Array.from(last.subarray(at, at + half));
    if (task === "coupled-logistic") one[0] = Math.min(1 - 2 * near, Math.max(2 * near, one[0]));
    for (const side of [0, 1]) {
      const other = one.map((value, i) => value + (1 - 2 * side) * near * (2 * directions[pair * half + i] - 1));
      const states = lastFlow.trajectory({ steps: driven + 1, transient: 0, start: [...one, ...other] });
      // The same at every coupling, which is all that the rows after those say.
      couplings.forEach((coupling, c) => {
        const first = after + (2 * (c * starts + pair) + side) * (driven + horizon);
        for (let row = 0; row < driven + horizon; row++) raw[(first + row) * width] = coupling;
        fill(states, coupling, first);
      });
    }
  }
  const columns = { columns: 1 + dimension, targets: dimension, exogenous: 1 };
  const made = standardised(raw, columns, [[0, after]], scales);
  if (!scales) {
    for (let row = 0; row < rows; row++) made.table.data[row * width] *= COUPLING_SCALE;
    made.sd[0] /= COUPLING_SCALE;
  }
  return {
    ...made,
    ...{ kind: "synchronisation", exogenous: 1, flow: flows[0], driven, horizon, couplings },
    training: learned.map((_, s) => ({ first: s * length, washout, steps: train })),
    testing: testingOf((learned.length - 1) * length + washout + train, washout, test),
    starts: Array.from({ length: runs }, (_, run) => after + run * (driven + horizon)),
    ...{ lyapunovTime: 1 / (lambda * dt), unit: "Lyapunov times" },
  };
}

/** Steps that a network makes in all. */
export function runsOf(task: CoupledTask, { washout, train, test, starts, horizon }: ReservoirParameters): number {
  const { learned, driven, horizon: own } = COUPLINGS[task];
  return (
    learned.length * (washout + train) +
    Math.max(washout, 100) +
    test +
    2 * ASKED * starts * (driven + (horizon || own))
  );
}

/** The standard deviation of the first column. */
function deviation(states: Float64Array, dimension: number): number {
  const column = states.filter((_, i) => i % dimension === 0);
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
}
