// Files of an ensemble: its samples at the grid times, first passages, and histograms; as tables, or as arrays for NumPy.

import { ParameterError } from "../../device/errors.ts";
import { evaluate } from "../../expression/expression.ts";
import type { FileContent } from "../model.ts";
import type { Ensemble } from "./ensemble.ts";
import { NOBODY } from "./network/network.ts";
import type { Samples } from "./runner.ts";
import { binsOf } from "./tally.ts";

/** Numbers of one file; 2 GiB as f64. */
const MOST_VALUES = 2 ** 28;
/** Trajectories that are made again side by side. */
const SIDE_BY_SIDE = 2048;

export const FILES = ["samples", "passages", "histograms"].flatMap((what) => [`.${what}.csv`, `.${what}.npy`]);

/** What of an ensemble its files are made from. */
export interface Source {
  ensemble: Ensemble;
  /** Number of the first trajectory, and how many there are of each point. */
  first: number;
  trajectories: number;
  /** At most so many at once. */
  most: number;
  samples(first: number, count: number): Promise<Samples>;
  histogram(): { width: number; bins: number; counts: Float64Array } | undefined;
  /** First passages that were in the interval before each time: [point][time]. */
  passages(): Float64Array;
}

/** @throws ParameterError before a run for a file that would be too large, or have nothing in it */
export function checkFile(ending: string, ensemble: Ensemble, trajectories: number): void {
  const { points, times } = ensemble;
  if (ending.startsWith(".samples")) {
    const values = points.length * trajectories * times.length * columnsOf(ensemble).length;
    if (values <= MOST_VALUES) return;
    const size = (8 * values) / 2 ** 30;
    const fit = Math.floor((trajectories * MOST_VALUES) / values);
    throw new ParameterError(
      "out",
      `out ${ending}: ${points.length > 1 ? `${points.length} points of ` : ""}${trajectories} trajectories at ${times.length} times are ${values} numbers, ${size.toPrecision(3)} GiB; 2 GiB are the most. Take ${fit > 0 ? `at most ${fit} trajectories, or ` : ""}fewer points.`,
    );
  }
  if (ending.startsWith(".passages") && !ensemble.passage) {
    throw new ParameterError(
      "out",
      `out ${ending}: there is no condition whose first passage is of interest; add --passage, as in --passage "X >= 30".`,
    );
  }
  if (ending.startsWith(".histograms") && binsOf(ensemble) === 0) {
    throw new ParameterError(
      "out",
      `out ${ending}: a scan, or a run with very many times and species, keeps no histograms; write .samples.npy, or choose one point.`,
    );
  }
}

export async function fileOf(ending: string, source: Source): Promise<FileContent> {
  checkFile(ending, source.ensemble, source.trajectories);
  const [what, kind] = ending.slice(1).split(".");
  const isTable = kind === "csv";
  if (what === "samples") return samples(source, isTable);
  return what === "passages" ? passages(source, isTable) : histograms(source, isTable);
}

/** Names of species and outputs, and the value of each in a state of species and variables. */
function columnsOf({ network, points, times }: Ensemble) {
  const species = network.species.flatMap((name, i) =>
    name === NOBODY ? [] : [{ name, value: (state: readonly number[]) => state[i] }],
  );
  const index = new Map([...network.species, ...network.variables].map((name, i) => [name, i]));
  const outputs = network.outputs.map(({ name, value }) => ({
    name,
    value: (state: readonly number[], point: number, t: number) =>
      evaluate(value, (other) => {
        const at = index.get(other);
        return at === undefined ? (points[point].parameters.get(other) ?? times[t]) : state[at];
      }),
  }));
  return [...species, ...outputs];
}

/** Trajectories are made again, each by its own random numbers: an ensemble keeps none. */
async function samples(source: Source, isTable: boolean): Promise<FileContent> {
  const { ensemble, trajectories } = source;
  const { points, times } = ensemble;
  const columns = columnsOf(ensemble);
  const data = new Float64Array(points.length * trajectories * times.length * columns.length);
  for (let done = 0; done < trajectories; ) {
    const count = Math.min(source.most, SIDE_BY_SIDE, trajectories - done);
    const { counts, values } = await source.samples(source.first + done, count);
    counts.forEach((path, slot) => {
      const point = Math.floor(slot / count);
      let at = (point * trajectories + done + (slot % count)) * times.length * columns.length;
      path.forEach((state, t) => {
        const whole = [...state, ...values[slot][t]];
        for (const { value } of columns) data[at++] = value(whole, point, t);
      });
    });
    done += count;
  }
  const shape = [trajectories, times.length, columns.length];
  if (!isTable) return { data, shape: points.length > 1 ? [points.length, ...shape] : shape };
  const swept = Object.keys(points[0].set);
  function* rows() {
    let at = 0;
    for (const { set } of points) {
      for (let trajectory = 0; trajectory < trajectories; trajectory++) {
        for (const time of times) {
          yield [
            ...swept.map((name) => set[name]),
            source.first + trajectory,
            time,
            ...data.subarray(at, at + columns.length),
          ];
          at += columns.length;
        }
      }
    }
  }
  return { head: [...swept, "trajectory", "time", ...columns.map(({ name }) => name)], rows: rows() };
}

function passages({ ensemble, trajectories, passages }: Source, isTable: boolean): FileContent {
  const { points, times } = ensemble;
  const data = Float64Array.from(passages());
  const { length } = times;
  if (!isTable) return { data, shape: points.length > 1 ? [points.length, length] : [length] };
  const swept = Object.keys(points[0].set);
  const rows = points.flatMap(({ set }, point) => {
    let passed = 0;
    return Array.from(times, (time, t) => {
      const now = data[point * length + t];
      passed += now;
      return [...swept.map((name) => set[name]), t === 0 ? 0 : times[t - 1], time, now, passed / trajectories];
    });
  });
  return { head: [...swept, "after", "until", "trajectories", "probability"], rows };
}

function histograms({ ensemble, trajectories, histogram }: Source, isTable: boolean): FileContent {
  const { network, times } = ensemble;
  const { width, bins, counts } = histogram()!; // checkFile has seen that there is one
  const shape = [times.length, network.species.length, bins];
  if (!isTable) return { data: counts, shape };
  function* rows() {
    let at = 0;
    for (const time of times) {
      for (const name of network.species) {
        for (let bin = 0; bin < bins; bin++, at++) {
          if (counts[at] === 0 || name === NOBODY) continue;
          yield [time, name, bin * width, (bin + 1) * width - 1, counts[at], counts[at] / trajectories];
        }
      }
    }
  }
  return { head: ["time", "species", "from", "to", "trajectories", "probability"], rows: rows() };
}
