// Networks trained and judged: sums of their features, readouts, outputs along the test, and how long they run free.

import type { RunOptions } from "../../device/run.ts";
import { type Points, parametersOf } from "../parameters.ts";
import { type Figures, judgeDriven, judgeFree, noFigures, spansOf, startsOf } from "./figures.ts";
import type { Loaded } from "./load.ts";
import { allUnits, type Engine, featureCount, type Member, type Readout, type Shape, type Sums } from "./network.ts";
import type { ReservoirParameters } from "./parameters.ts";
import { kernelRank } from "./rank.ts";
import { fitReadout } from "./ridge.ts";
import type { Task } from "./tasks/index.ts";

/** What training leaves of one member. */
interface Fitted {
  readout: Readout;
  /** NaN where the network diverged. */
  ridge: number;
  rank: number;
  /** Outputs along the rows of `spansOf`, each [step][output]. */
  made: Float64Array[];
}

export interface Training {
  engine: Engine;
  task: Task;
  shape: Shape;
  points: Points<ReservoirParameters>;
  /** Points of the scan. */
  replicas: number;
  loaded: Loaded | undefined;
  wantsRank: boolean;
}

/** Numbers of the forecasts of one launch, and forecasts: each may be a row of workgroups. */
const MOST_FORECASTS = 2 ** 23;
const MOST_STARTS = 2 ** 15;

/** Trains and tests members, as many at once as the device can hold. Figures and readouts are [network][point]. */
export async function trainAndJudge(training: Training, members: readonly Member[], options: RunOptions) {
  const { engine, task, shape, points, replicas } = training;
  const trained: Fitted[] = [];
  for (let at = 0; at < members.length; at += engine.most) {
    trained.push(...(await trainAndTest(training, members.slice(at, at + engine.most), at, options)));
  }
  const figures: Figures[] = [];
  const readouts: Readout[][] = [];
  const free: { figures: Figures; places: number[] }[] = [];
  const perNetwork = shape.patches * replicas;
  for (let network = 0; network < members.length / perNetwork; network++) {
    for (let p = 0; p < replicas; p++) {
      const places = Array.from({ length: shape.patches }, (_, patch) => network * perNetwork + patch * replicas + p);
      const parts = places.map((place) => trained[place]);
      const own = noFigures();
      readouts.push(parts.map(({ readout }) => readout));
      figures.push(own);
      if (parts.some(({ ridge }) => Number.isNaN(ridge))) continue; // it diverged
      own.ridge = Math.max(...parts.map(({ ridge }) => ridge));
      own.rank = parts[0].rank;
      const made = spansOf(task).map((_, s) => parts.map((part) => part.made[s]));
      judgeDriven(own, made, task, shape);
      if (task.starts.length > 0) free.push({ figures: own, places });
    }
  }
  // Many networks run free in one launch, as far as their forecasts fit.
  const starts = startsOf(task);
  const values = starts.length * task.horizon * task.table.targets;
  const together = Math.max(1, Math.floor(Math.min(MOST_FORECASTS / values, MOST_STARTS / starts.length)));
  for (let at = 0; at < free.length; at += together) {
    const some = free.slice(at, at + together);
    const places = some.flatMap((run) => run.places);
    const own = places.map((place) => members[place]);
    const weights = places.map((place) => trained[place].readout);
    const made = await engine.forecast(own, weights, task.table, { ...task, starts }, options);
    some.forEach((run, k) => {
      judgeFree(run.figures, made.subarray(k * values, (k + 1) * values), task, points.parameters.threshold);
    });
  }
  return { figures, readouts };
}

/** Readouts of members, and what they put out along the test; `first` is the place of the first one. */
async function trainAndTest(
  training: Training,
  members: readonly Member[],
  first: number,
  options: RunOptions,
): Promise<Fitted[]> {
  const { engine, task, shape, points, replicas, loaded, wantsRank } = training;
  const inputs = allUnits(shape);
  const blind = shape.seesInputs ? ([0, 0] as const) : ([inputs, inputs + shape.inputs] as const);
  const learns = !loaded || points.parameters.continue;
  const all: Fitted[] = [];
  // A network that learns nothing has its readouts; of the sums it needs the rank alone.
  const sumsOf = learns || wantsRank ? await sumsAlong(training, members, options) : [];
  for (const m of members.keys()) {
    if (m % 8 === 0) await new Promise((resolve) => setTimeout(resolve)); // lets signals and the page have a turn
    options.signal?.throwIfAborted();
    const { ridge } = parametersOf(points, (first + m) % replicas);
    const nothing = { readout: new Float64Array(featureCount(shape) * shape.outputs), ridge: Number.NaN };
    const sums = sumsOf.at(m);
    const rank = wantsRank && sums && !sums.diverged ? kernelRank(sums, shape) : Number.NaN;
    const fit = !learns
      ? { readout: loaded.readouts[m], ridge }
      : sums && !sums.diverged
        ? fitReadout(sums, shape.outputs, ridge, blind)
        : nothing;
    all.push({ ...fit, rank, made: [] });
  }
  const readouts = all.map(({ readout }) => readout);
  for (const span of spansOf(task)) {
    const made = await engine.predict(members, readouts, task.table, span, options);
    const length = span.steps * shape.outputs;
    all.forEach((own, m) => {
      own.made.push(made.slice(m * length, (m + 1) * length));
    });
  }
  return all;
}

/** Sums over all spans that are learned from, and over what a network from a file learned before. */
export async function sumsAlong(
  { engine, task, loaded, points }: Training,
  members: readonly Member[],
  options: RunOptions,
): Promise<Sums[]> {
  const [first, ...others] = task.training;
  if (!first) return [];
  const all = await engine.train(members, task.table, first, options);
  const add = (more: readonly Sums[]) => {
    more.forEach(({ matrix, steps, diverged }, m) => {
      for (let i = 0; i < matrix.length; i++) all[m].matrix[i] += matrix[i];
      all[m].steps += steps;
      all[m].diverged ||= diverged;
    });
  };
  for (const span of others) add(await engine.train(members, task.table, span, options));
  if (loaded && points.parameters.continue) add(loaded.sums);
  return all;
}
