// The state at step 0: uniform, the ordered state that fits the couplings and the field, or given spins.

import { ParameterError } from "../../device/errors.ts";
import { type Points, parametersOf } from "../parameters.ts";
import { effectiveBoundaries, fixedSpins, isClosed } from "./boundary.ts";
import { packSpins, rowBytes, type Shape, stateBytes } from "./packing.ts";
import type { IsingParameters } from "./parameters.ts";

/** The state s(x, y) = spin · alongX^x · alongY^y: uniform, striped or a checkerboard. */
export interface Pattern {
  spin: 1 | -1;
  alongX: 1 | -1;
  alongY: 1 | -1;
}

const SIGNS = [1, -1] as const;
/** All up comes first: of states of equal energy the first is taken. */
const PATTERNS: Pattern[] = SIGNS.flatMap((alongX) =>
  SIGNS.flatMap((alongY) => SIGNS.map((spin) => ({ spin, alongX, alongY }))),
);

/**
 * The pattern of the lowest energy: between periodic or free edges it is the ground state unless a field competes with couplings
 * of unequal size, so a cold run that begins there is near equilibrium, where another start could stay metastable. An
 * antiperiodic edge or two different fixed edges put a wall into the ground state, which a uniform start leaves at the edge: there a
 * cold run needs a long warm-up.
 */
function orderedPattern(parameters: IsingParameters): Pattern {
  const energies = PATTERNS.map((pattern) => patternEnergy(parameters, pattern));
  return PATTERNS[energies.indexOf(Math.min(...energies))];
}

/** The energy of the whole lattice in a pattern. */
export function patternEnergy(
  { size: [width, height], boundary, couplings, field }: IsingParameters,
  { spin, alongX, alongY }: Pattern,
): number {
  /** Σ sign^i over i = 0 … n - 1. */
  const sum = (sign: number, n: number) => (sign === 1 ? n : n % 2);
  const along = (of: IsingParameters["boundary"][number], n: number, sign: number, other: number, lines: number) => {
    const inner = (n - 1) * sign * lines;
    const last = sign ** (n - 1);
    if (isClosed(of)) return inner + (of === "periodic" ? 1 : -1) * last * lines;
    const fixed = fixedSpins(of);
    return fixed ? inner + spin * (fixed[0] + fixed[1] * last) * sum(other, lines) : inner;
  };
  const [x, y] = effectiveBoundaries(boundary, [width, height]);
  const bondsX = along(x, width, alongX, alongY, height);
  const bondsY = along(y, height, alongY, alongX, width);
  return -couplings[0] * bondsX - couplings[1] * bondsY - field * spin * sum(alongX, width) * sum(alongY, height);
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
  const uniform = { alongX: 1, alongY: 1 } as const;
  const alike = Object.keys(points.batch).length === 0;
  const patternOf = (replica: number): Pattern => {
    if (start === "ordered") return orderedPattern(parametersOf(points, replica));
    return { ...uniform, spin: start === "up" ? 1 : -1 };
  };
  const size = state.length / shape.replicas;
  for (let replica = 0; replica < shape.replicas; replica++) {
    if (alike && replica > 0) state.copyWithin(replica * size, 0, size);
    else fillPattern(state.subarray(replica * size, (replica + 1) * size), shape, patternOf(replica));
  }
  return state;
}

function fillPattern(state: Uint8Array, shape: Shape, { spin, alongX, alongY }: Pattern): void {
  const bytes = rowBytes(shape);
  const last = (1 << (((shape.width - 1) % 8) + 1)) - 1;
  for (let y = 0; y < shape.height; y++) {
    const first = y % 2 === 1 ? spin * alongY : spin;
    const evens = first === 1 ? 0x55 : 0;
    const odds = first * alongX === 1 ? 0xaa : 0;
    state.fill(evens | odds, y * bytes, (y + 1) * bytes);
    state[(y + 1) * bytes - 1] &= last;
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
