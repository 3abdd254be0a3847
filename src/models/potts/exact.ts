// What is known exactly of the Potts model: small tori by the transfer matrix, the square lattice of two states by Kaufman's solution, and
// points that duality fixes.

import { kaufman } from "../ising/exact.ts";

/** A number with its first two derivatives by β. */
interface Powers {
  value: Float64Array;
  first: Float64Array;
  second: Float64Array;
}

/** States of a layer up to which matrices are multiplied in a moment. */
export const MOST_LAYERS = 128;

/** The longest side last: a torus is the same whichever way it lies, and layers across that side have the fewest sites. */
const lying = (size: readonly number[]) => [...size].sort((a, b) => a - b);

/** States of all sites of a layer across the longest side. */
export const layerStates = (states: number, size: readonly number[]): number =>
  states **
  lying(size)
    .slice(0, -1)
    .reduce((count, length) => count * length, 1);

/**
 * Energy and specific heat a site of a periodic lattice in equilibrium, from Z = Tr T^L, where T leads from one layer across the longest
 * side to the next (Kramers & Wannier 1941, doi 10.1103/PhysRev.60.252). Sides of two have two bonds, sides of one none.
 *
 * @param size q to the sites of a layer is at most `MOST_LAYERS`
 */
export function pottsTorus(
  states: number,
  size: readonly number[],
  { temperature, coupling = 1 }: { temperature: number; coupling?: number },
): { energy: number; specificHeat: number } {
  const layer = lying(size).slice(0, -1);
  const length = Math.max(...size);
  const count = layerStates(states, size);
  const sitesOfLayer = layer.reduce((product, side) => product * side, 1);
  const digit = (state: number, site: number) => Math.floor(state / states ** site) % states;
  const within = Array.from({ length: count }, (_, state) => {
    let alike = 0;
    let stride = 1;
    for (const side of layer) {
      for (let site = 0; side > 1 && site < sitesOfLayer; site++) {
        const x = Math.floor(site / stride) % side;
        const next = site + (x === side - 1 ? -x : 1) * stride;
        if (digit(state, site) === digit(state, next)) alike++;
      }
      stride *= side;
    }
    return alike;
  });
  const between = (a: number, b: number) => {
    let alike = 0;
    for (let site = 0; site < sitesOfLayer; site++) if (digit(a, site) === digit(b, site)) alike++;
    return alike;
  };
  const beta = 1 / temperature;
  // Energies from the lowest on, so that weights are at most 1: a constant moves neither derivative's meaning.
  const gain = (a: number, b: number) => coupling * (within[a] + (length > 1 ? between(a, b) : 0));
  let most = Number.NEGATIVE_INFINITY;
  for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) most = Math.max(most, gain(a, b));
  const one: Powers = matrix(count, (a, b) => gain(a, b) - most, beta);
  const { value, first, second } = traceOf(length === 1 ? diagonal(one, count) : power(one, length, count), count);
  // Z'/Z = -E + const, (ln Z)'' = var E.
  const sites = sitesOfLayer * length;
  const mean = first / value;
  return {
    energy: -(mean + most * length) / sites,
    specificHeat: ((second / value - mean * mean) * beta * beta) / sites,
  };
}

/** exp(β g), and its derivatives. */
function matrix(count: number, gain: (a: number, b: number) => number, beta: number): Powers {
  const of = (f: (g: number) => number) =>
    Float64Array.from({ length: count * count }, (_, at) => f(gain(Math.floor(at / count), at % count)));
  return {
    value: of((g) => Math.exp(beta * g)),
    first: of((g) => g * Math.exp(beta * g)),
    second: of((g) => g * g * Math.exp(beta * g)),
  };
}

/** A single layer has no bond to a next one: its states alone. */
function diagonal({ value, first, second }: Powers, count: number): Powers {
  const of = (all: Float64Array) => all.map((entry, at) => (Math.floor(at / count) === at % count ? entry : 0));
  return { value: of(value), first: of(first), second: of(second) };
}

function product(a: Powers, b: Powers, n: number): Powers {
  const times = (x: Float64Array, y: Float64Array) => {
    const all = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < n; k++) {
        const entry = x[i * n + k];
        if (entry === 0) continue;
        for (let j = 0; j < n; j++) all[i * n + j] += entry * y[k * n + j];
      }
    }
    return all;
  };
  const sum = (...parts: Float64Array[]) => parts[0].map((_, at) => parts.reduce((total, part) => total + part[at], 0));
  const scale = (x: Float64Array, by: number) => x.map((entry) => by * entry);
  const made = {
    value: times(a.value, b.value),
    first: sum(times(a.first, b.value), times(a.value, b.first)),
    second: sum(times(a.second, b.value), scale(times(a.first, b.first), 2), times(a.value, b.second)),
  };
  // Long lattices would leave the range of doubles; a factor in all three changes no quotient.
  const largest = made.value.reduce((most, entry) => Math.max(most, entry), 0);
  return {
    value: scale(made.value, 1 / largest),
    first: scale(made.first, 1 / largest),
    second: scale(made.second, 1 / largest),
  };
}

function power(base: Powers, exponent: number, n: number): Powers {
  let result: Powers | undefined;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result ? product(result, square, n) : square;
    if (rest > 1) square = product(square, square, n);
  }
  return result!;
}

function traceOf({ value, first, second }: Powers, n: number) {
  const trace = (all: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += all[i * n + i];
    return sum;
  };
  return { value: trace(value), first: trace(first), second: trace(second) };
}

/** The same of two states on a periodic square lattice of any size: the Ising model at twice the temperature, H = -J/2 Σ (1 + s s'). */
export function pottsOfTwo(
  [width, height]: readonly [number, number],
  { temperature, coupling }: { temperature: number; coupling: number },
): { energy: number; specificHeat: number } {
  const { energy, specificHeat } = kaufman(width, height, { temperature: (2 * temperature) / coupling });
  return { energy: (coupling * (energy - 2)) / 2, specificHeat };
}
