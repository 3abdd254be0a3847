// Averages over whole states of a run, for files of their own: the correlation function along the axes, and the structure
// factor along the axes or of every wave vector.

import { ParameterError } from "../../device/errors.ts";
import { type Estimate, estimateReplicas, transformOf } from "../../statistics/index.ts";
import type { Analysis } from "../model.ts";
import { Series } from "../series.ts";
import { planeOf } from "./axes.ts";
import { effectiveBoundaries, isClosed } from "./boundary.ts";
import { correlation, distances } from "./correlation.ts";
import { rowBytes } from "./packing.ts";
import type { IsingSimulation } from "./simulation.ts";

/** By the ending of the file that holds the result. */
export const analyses: Record<string, (simulation: IsingSimulation) => Analysis> = {
  ".correlation.csv": correlationAlongAxes,
  ".structure.csv": structureAlongAxes,
  ".structure.npy": structureFactor,
};

/** @throws ParameterError for an ending that cannot be made of this lattice */
export function analyse(simulation: IsingSimulation, ending: string): Analysis {
  const { size } = simulation.parameters;
  if (size.length === 2) return analyses[ending](simulation);
  throw new ParameterError(
    "out",
    `out ${ending}: correlations and structure factors are those of lattices of two sides, and this one is ${size.join(",")}; take .npy for the states themselves.`,
  );
}

/** The states of all replicas. */
async function states(simulation: IsingSimulation): Promise<Uint8Array[]> {
  const state = await simulation.state();
  const size = state.length / simulation.replicas;
  return Array.from({ length: simulation.replicas }, (_, replica) =>
    state.subarray(replica * size, (replica + 1) * size),
  );
}

/** Spin ±1 of a canonical state. */
const spinAt = (state: Uint8Array, bytes: number, x: number, y: number) =>
  ((state[y * bytes + (x >> 3)] >> (x & 7)) & 1) * 2 - 1;

/** Two rows of numbers of each state, along x and along y, as a time series of all their entries. */
function alongAxes(
  simulation: IsingSimulation,
  lengths: [number, number],
  measure: (state: Uint8Array) => [ArrayLike<number>, ArrayLike<number>],
  file: (x: Estimate[], y: Estimate[]) => ReturnType<Analysis["content"]>,
): Analysis {
  const columns = ["x", "y"].flatMap((axis, i) => Array.from({ length: lengths[i] }, (_, at) => `${axis}${at}`));
  let series = new Series(columns, simulation.replicas);
  const estimates = (axis: number) =>
    Array.from({ length: lengths[axis] }, (_, at) => {
      const name = `${"xy"[axis]}${at}`;
      return estimateReplicas(
        Array.from({ length: simulation.replicas }, (_, replica) => series.column(name, replica)),
      );
    });
  return {
    async add() {
      const rows = (await states(simulation)).map((state) => measure(state).flatMap((row) => Array.from(row)));
      series.append(simulation.steps, rows);
    },
    count: () => series.length,
    toBytes: () => series.toBytes(),
    restore(bytes) {
      series = Series.fromBytes(bytes, columns, simulation.replicas);
    },
    content: () => file(estimates(0), estimates(1)),
  };
}

function correlationAlongAxes(simulation: IsingSimulation): Analysis {
  const { size, boundary } = planeOf(simulation.parameters);
  const [width, height] = size;
  const closed = effectiveBoundaries(boundary, size).map(isClosed);
  const lengths: [number, number] = [distances(closed[0], width), distances(closed[1], height)];
  return alongAxes(
    simulation,
    lengths,
    (state) => {
      const { along, across } = correlation(state, { width, height, boundary: effectiveBoundaries(boundary, size) });
      return [along, across];
    },
    (x, y) => ({
      head: ["r", "C(r,0)", "C(r,0)_error", "C(0,r)", "C(0,r)_error"],
      rows: longer(x, y).map((_, r) => [r, ...cells(x[r]), ...cells(y[r])]),
    }),
  );
}

/** Wave numbers along an axis, at most so many. */
const MOST_MODES = 4096;

/**
 * S(k) = |Σ s exp(-ikr)|² / N along the axes, k = 2πn / L for n = 0 … L/2; S(0) = N m².
 */
function structureAlongAxes(simulation: IsingSimulation): Analysis {
  const [width, height] = simulation.parameters.size;
  const bytes = rowBytes({ width });
  const transforms = [transformOf(width), transformOf(height)];
  const lengths = [width, height].map((side) => Math.min(MOST_MODES, Math.floor(side / 2) + 1)) as [number, number];
  const power = (sums: Float64Array, axis: number) => {
    const im = new Float64Array(sums.length);
    transforms[axis](sums, im);
    return Float64Array.from({ length: lengths[axis] }, (_, k) => (sums[k] ** 2 + im[k] ** 2) / (width * height));
  };
  return alongAxes(
    simulation,
    lengths,
    (state) => {
      const [columns, rows] = [new Float64Array(width), new Float64Array(height)];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const spin = spinAt(state, bytes, x, y);
          columns[x] += spin;
          rows[y] += spin;
        }
      }
      return [power(columns, 0), power(rows, 1)];
    },
    (x, y) => ({
      head: ["n", "kx", "S(kx,0)", "S(kx,0)_error", "ky", "S(0,ky)", "S(0,ky)_error"],
      rows: longer(x, y).map((_, n) => [
        ...[n, x[n] ? (2 * Math.PI * n) / width : "", ...cells(x[n])],
        ...[y[n] ? (2 * Math.PI * n) / height : "", ...cells(y[n])],
      ]),
    }),
  );
}

/** A transform of the whole lattice takes 24 bytes a site, and seconds beyond this. */
const MOST_SITES = 2 ** 22;

/** The mean of S(k) over all wave vectors, shape [height, width], in the order of numpy.fft.fft2: k = 2π (column / width, row / height). */
function structureFactor(simulation: IsingSimulation): Analysis {
  const [width, height] = simulation.parameters.size;
  if (width * height > MOST_SITES) {
    throw new ParameterError(
      "out",
      `out .structure.npy: the lattice of ${width},${height} has more than ${MOST_SITES} sites; take a smaller one, or .structure.csv along the axes.`,
    );
  }
  const bytes = rowBytes({ width });
  const [alongX, alongY] = [transformOf(width), transformOf(height)];
  let [sums, count] = [new Float64Array(width * height), 0];
  const add = (state: Uint8Array) => {
    const re = Float64Array.from({ length: width * height }, (_, at) =>
      spinAt(state, bytes, at % width, Math.floor(at / width)),
    );
    const im = new Float64Array(width * height);
    for (let y = 0; y < height; y++) {
      alongX(re.subarray(y * width, (y + 1) * width), im.subarray(y * width, (y + 1) * width));
    }
    const [columnRe, columnIm] = [new Float64Array(height), new Float64Array(height)];
    for (let x = 0; x < width; x++) {
      for (let y = 0; y < height; y++) [columnRe[y], columnIm[y]] = [re[y * width + x], im[y * width + x]];
      alongY(columnRe, columnIm);
      for (let y = 0; y < height; y++) sums[y * width + x] += (columnRe[y] ** 2 + columnIm[y] ** 2) / (width * height);
    }
    count++;
  };
  return {
    async add() {
      for (const state of await states(simulation)) add(state);
    },
    count: () => count / simulation.replicas,
    toBytes() {
      const all = new Float64Array(1 + sums.length);
      all.set([count]);
      all.set(sums, 1);
      return new Uint8Array(all.buffer);
    },
    restore(bytes) {
      const all = new Float64Array(bytes.slice().buffer);
      [count, sums] = [all[0], all.slice(1)];
    },
    content: () => ({ data: sums.map((sum) => sum / count), shape: [height, width] }),
  };
}

const longer = (x: Estimate[], y: Estimate[]) => (x.length > y.length ? x : y);
const cells = (estimate: Estimate | undefined) => (estimate ? [estimate.value, estimate.error] : ["", ""]);
