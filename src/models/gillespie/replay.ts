// Trajectories in full: every reaction and event with its time and the state after it. Their random numbers are those of the ensemble,
// whose trajectory is made again by the reference and compared with what the device makes at the grid times.

import { ParameterError } from "../../device/errors.ts";
import type { Replayed } from "../model.ts";
import { NOBODY } from "./network/network.ts";
import { networkOf } from "./parameters.ts";
import { simulateExactly } from "./reference/hybrid.ts";
import { completionOf } from "./reference/trajectory.ts";
import type { GillespieSimulation } from "./simulation.ts";

/** Numbers that are kept of all trajectories; 1 GiB as f64. */
const MOST_VALUES = 2 ** 27;
const START = 0;
const END = -1;

/** @param most numbers that are kept @throws ParameterError for leaps, which are no reactions, and for more than memory holds */
export async function replay(
  simulation: GillespieSimulation,
  trajectories: readonly number[],
  most = MOST_VALUES,
): Promise<Replayed> {
  const { ensemble, points: parameters } = simulation;
  const { network, points, times } = ensemble;
  if (ensemble.leaping) {
    throw new ParameterError("method", "method: only trajectories of the direct method can be replayed in full.");
  }
  // Numbers are those of the file, not of the order in which the device looks at reactions.
  const given = networkOf(parameters.parameters);
  const delayed = given.reactions.filter(({ completion }) => completion);
  const names = [
    ...[...given.reactions, ...given.events].map(({ name }) => name),
    ...delayed.map(({ name }) => completionOf(name)),
  ];
  const numberOf = new Map([...names.entries()].reverse().map(([i, name]) => [name, i + 1]));
  const seen = network.species.flatMap((name, i) => (name === NOBODY ? [] : [i]));
  const swept = Object.keys(points[0].set);
  const columns = [...seen.map((i) => network.species[i]), ...network.variables];
  const width = 2 + columns.length;

  const paths: { trajectory: number; point: number; values: Values; reactions: number; events: number }[] = [];
  const warnings: string[] = [];
  let kept = 0;
  for (const trajectory of trajectories) {
    const samples = await simulation.counts(trajectory, 1);
    for (const point of points.keys()) {
      const values = new Values();
      let [reactions, events] = [0, 0];
      const push = (what: number, time: number, state: readonly number[], variables: readonly number[]) => {
        kept += width;
        if (kept > most) throw tooLong(trajectory, most, kept / width, paths.length, time, times[times.length - 1]);
        values.push(what);
        values.push(time);
        for (const i of seen) values.push(state[i]);
        for (const value of variables) values.push(value);
      };
      let [state, variables]: (readonly number[])[] = [[], []];
      const path = simulateExactly(
        ensemble,
        { point, replicate: trajectory },
        {
          onStart: (counts, reals) => {
            [state, variables] = [counts, reals];
            push(START, 0, state, variables);
          },
          onHappened: ({ time, kind, name }) => {
            if (kind === "reaction") reactions++;
            if (kind === "event") events++;
            push(numberOf.get(name) ?? START, time, state, variables);
          },
        },
      );
      push(END, times[times.length - 1], path.counts.at(-1)!, path.values.at(-1)!);
      paths.push({ trajectory, point, values, reactions, events });
      const other = path.counts.findIndex((counts, t) => counts.some((count, i) => count !== samples[point][t][i]));
      if (other >= 0) {
        const where = points.length > 1 ? ` of point ${point}` : "";
        warnings.push(
          `trajectory ${trajectory}${where} parts from that of this device before t = ${times[other]}: its rates are f32; take --device reference, whose ensemble is made of the trajectories that are replayed`,
        );
      }
    }
  }

  const nameOf = (what: number) => (what === START ? "start" : what === END ? "end" : names[what - 1]);
  function* rows() {
    for (const { trajectory, point, values } of paths) {
      const head = [...swept.map((name) => points[point].set[name]), trajectory];
      const own = values.all;
      for (let at = 0; at < own.length; at += width) {
        yield [...head, own[at + 1], nameOf(own[at]), ...own.subarray(at + 2, at + width)];
      }
    }
  }
  return {
    table: { head: [...swept, "trajectory", "time", "reaction", ...columns], rows: rows() },
    array: () => {
      const lead = swept.length + 1;
      const count = paths.reduce((sum, { values }) => sum + values.all.length / width, 0);
      const data = new Float64Array(count * (lead + width));
      let at = 0;
      for (const { trajectory, point, values } of paths) {
        const head = [...swept.map((name) => points[point].set[name]), trajectory];
        const own = values.all;
        for (let from = 0; from < own.length; from += width) {
          data.set([...head, own[from + 1], own[from], ...own.subarray(from + 2, from + width)], at);
          at += lead + width;
        }
      }
      return { data, shape: [count, lead + width] };
    },
    summary: paths.map(({ trajectory, point, values, reactions, events }) => ({
      ...points[point].set,
      ...{ trajectory, reactions, events },
      ...Object.fromEntries(columns.map((name, i) => [name, values.all.at(i - columns.length)!])),
    })),
    legend: Object.fromEntries([
      [START, "start"],
      [END, "end"],
      ...[...numberOf].map(([name, i]): [number, string] => [i, name]).sort(([a], [b]) => a - b),
    ]),
    warnings,
  };
}

function tooLong(trajectory: number, most: number, rows: number, done: number, time: number, until: number) {
  const size = Number(((8 * most) / 2 ** 30).toPrecision(2));
  return new ParameterError(
    "replay",
    `replay: ${done > 0 ? `with ${done} before it, ` : ""}trajectory ${trajectory} has reached ${Math.floor(rows - 1)} reactions, the most that ${size} GiB hold, at t = ${Number(time.toPrecision(4))} of ${until}; take fewer trajectories, or a shorter --until.`,
  );
}

/** Numbers, one after another. */
class Values {
  #data = new Float64Array(256);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length++] = value;
  }

  get all(): Float64Array {
    return this.#data.subarray(0, this.#length);
  }
}
