// The state at step 0: uniform, the ordered state that fits the couplings and the field, or given spins.

import { ParameterError } from "../../device/errors.ts";
import { type Points, parametersOf } from "../parameters.ts";
import { boundariesOf, couplingsOf } from "./axes.ts";
import { fixedSpins, isClosed } from "./boundary.ts";
import { packSpins, rowBytes, type Shape, stateBytes } from "./packing.ts";
import type { IsingParameters } from "./parameters.ts";

type Magnet = Pick<IsingParameters, "size" | "couplings" | "boundary">;

/** The state s(x, y, …) = spin · along[0]^x · along[1]^y · …: uniform, striped or a checkerboard. */
export interface Pattern {
  spin: 1 | -1;
  along: readonly (1 | -1)[];
}

const SIGNS = [1, -1] as const;
/** All up comes first: of states of equal energy the first is taken. */
function patterns(axes: number): Pattern[] {
  let along: (1 | -1)[][] = [[]];
  for (let axis = 0; axis < axes; axis++) along = along.flatMap((signs) => SIGNS.map((sign) => [...signs, sign]));
  return along.flatMap((signs) => SIGNS.map((spin) => ({ spin, along: signs })));
}

/**
 * The pattern of the lowest energy: between periodic or free edges it is the ground state unless a field competes with couplings
 * of unequal size, so a cold run that begins there is near equilibrium, where another start could stay metastable. An
 * antiperiodic edge or two different fixed edges put a wall into the ground state, which a uniform start leaves at the edge: there a
 * cold run needs a long warm-up.
 */
function orderedPattern(parameters: IsingParameters): Pattern {
  const all = patterns(parameters.size.length);
  const energies = all.map((pattern) => patternEnergy(parameters, pattern));
  return all[energies.indexOf(Math.min(...energies))];
}

/**
 * The sum of the spins of a ground state without a field, between periodic and free edges, and that of its spins with alternating
 * signs; 0 where no ground state has one, and the least of several.
 */
export function groundMoments(magnet: Magnet): { uniform: number; staggered: number } {
  const all = patterns(magnet.size.length);
  const energies = all.map((pattern) => patternEnergy({ ...magnet, field: 0 }, pattern));
  const least = Math.min(...energies);
  const ground = all.filter((_, i) => energies[i] - least <= 1e-9 * Math.abs(least));
  /** A row of alternating signs adds up to 1, or to 0. */
  const moment = (sign: number, { along }: Pattern) =>
    magnet.size.reduce((product, n, axis) => product * (sign * along[axis] === 1 ? n : n % 2), 1);
  const smallest = (sign: number) => {
    const moments = ground.map((pattern) => moment(sign, pattern)).filter((value) => value > 0);
    return moments.length > 0 ? Math.min(...moments) : 0;
  };
  return { uniform: smallest(1), staggered: smallest(-1) };
}

/** The energy of the whole lattice in a pattern. */
export function patternEnergy(parameters: Magnet & { field: number }, { spin, along }: Pattern): number {
  const { size, field } = parameters;
  const couplings = couplingsOf(parameters);
  const boundary = boundariesOf(parameters);
  /** Σ sign^i over i = 0 … n - 1. */
  const sum = (sign: number, n: number) => (sign === 1 ? n : n % 2);
  const product = (values: readonly number[]) => values.reduce((a, b) => a * b, 1);
  const sums = size.map((n, axis) => sum(along[axis], n));
  const bonds = size.map((n, axis) => {
    const others = <T>(values: readonly T[]) => values.filter((_, i) => i !== axis);
    const lines = product(others(size));
    const inner = (n - 1) * along[axis] * lines;
    const last = along[axis] ** (n - 1);
    if (isClosed(boundary[axis])) return inner + (boundary[axis] === "periodic" ? 1 : -1) * last * lines;
    const fixed = fixedSpins(boundary[axis]);
    return fixed ? inner + spin * (fixed[0] + fixed[1] * last) * product(others(sums)) : inner;
  });
  return bonds.reduce((energy, bond, axis) => energy - couplings[axis] * bond, -field * spin * product(sums));
}

/**
 * The canonical state at step 0 (packing.ts); undefined for a random one, which the device makes.
 *
 * @throws ParameterError for spins that are missing, of another number, or not finite.
 */
export function startState(
  points: Points<IsingParameters>,
  shape: Shape,
  spins?: ArrayLike<number>,
): Uint8Array | undefined {
  const { start } = points.parameters;
  if (start === "random") return undefined;
  if (start === "given") return givenState(shape, spins);
  const state = new Uint8Array(stateBytes(shape));
  const { size: sides } = points.parameters;
  const alike = Object.keys(points.batch).length === 0;
  const patternOf = (replica: number): Pattern => {
    if (start === "ordered") return orderedPattern(parametersOf(points, replica));
    return { along: sides.map(() => 1), spin: start === "up" ? 1 : -1 };
  };
  const size = state.length / shape.replicas;
  for (let replica = 0; replica < shape.replicas; replica++) {
    if (alike && replica > 0) state.copyWithin(replica * size, 0, size);
    else fillPattern(state.subarray(replica * size, (replica + 1) * size), sides, patternOf(replica));
  }
  return state;
}

function fillPattern(state: Uint8Array, [width, ...sides]: readonly number[], { spin, along }: Pattern): void {
  const [alongX, ...beyond] = along;
  const bytes = rowBytes({ width });
  const last = (1 << (((width - 1) % 8) + 1)) - 1;
  for (let row = 0; row < state.length / bytes; row++) {
    let [first, rest] = [spin as number, row];
    sides.forEach((side, i) => {
      first *= beyond[i] ** (rest % side);
      rest = Math.floor(rest / side);
    });
    const evens = first === 1 ? 0x55 : 0;
    const odds = first * alongX === 1 ? 0xaa : 0;
    state.fill(evens | odds, row * bytes, (row + 1) * bytes);
    state[(row + 1) * bytes - 1] &= last;
  }
}

function givenState(shape: Shape, spins?: ArrayLike<number>): Uint8Array {
  const count = shape.replicas * shape.height * shape.width;
  if (spins?.length !== count) {
    const given = spins ? `${spins.length} spins were given` : "no spins were given";
    throw new ParameterError(
      "start",
      `start given: ${count} spins are needed (replicas × height × width), but ${given}.`,
    );
  }
  for (let i = 0; i < count; i++) {
    const spin = spins[i];
    if (spin > 0 || spin < 0) continue;
    const place = `[${Math.floor(i / shape.width / shape.height)}, ${Math.floor(i / shape.width) % shape.height}, ${i % shape.width}]`;
    throw new ParameterError(
      "start",
      `spins ${place} (replica, row, column) are ${spin}: a spin is above 0 (up) or below 0 (down); map other values to ±1 first.`,
    );
  }
  return packSpins(spins, shape);
}
