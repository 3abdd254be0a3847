// Lattices with bonds between nearest neighbours, exactly: Z = Tr T^L of a torus, where T leads from one layer across the longest side to the
// next (Kramers & Wannier 1941, doi 10.1103/PhysRev.60.252).

/** What a torus of any states is made of. Sides of two have two bonds, sides of one none. */
export interface TorusModel {
  states: number;
  size: readonly number[];
  /** The energy that a bond along an axis saves, between a site in state a and one in state b. */
  bond(axis: number, a: number, b: number): number;
  /** The energy that a site in a state saves by itself. */
  site?(state: number): number;
}

/** States of a layer up to which matrices are multiplied in a moment. */
export const MOST_LAYERS = 128;

/** Axes by length, the longest last: a torus is the same whichever way it lies, and layers across that side have the fewest sites. */
const axesOf = (size: readonly number[]) => size.map((_, axis) => axis).sort((a, b) => size[a] - size[b]);

/** States of all sites of a layer across the longest side. */
export const layerStates = (states: number, size: readonly number[]): number =>
  states **
  axesOf(size)
    .slice(0, -1)
    .reduce((count, axis) => count * size[axis], 1);

/** A number with its first two derivatives by β. */
interface Powers {
  value: Float64Array;
  first: Float64Array;
  second: Float64Array;
}

/**
 * Energy and specific heat a site in equilibrium.
 *
 * @param model `states` to the sites of a layer is at most `MOST_LAYERS`
 */
export function torusExactly(
  { states, size, bond, site = () => 0 }: TorusModel,
  temperature: number,
): { energy: number; specificHeat: number } {
  const axes = axesOf(size);
  const last = axes.at(-1)!;
  const layer = axes.slice(0, -1).map((axis) => ({ axis, side: size[axis] }));
  const length = size[last];
  const count = layerStates(states, size);
  const sitesOfLayer = layer.reduce((product, { side }) => product * side, 1);
  const digit = (state: number, at: number) => Math.floor(state / states ** at) % states;
  const within = Array.from({ length: count }, (_, state) => {
    let saved = 0;
    for (let at = 0; at < sitesOfLayer; at++) saved += site(digit(state, at));
    let stride = 1;
    for (const { axis, side } of layer) {
      for (let at = 0; side > 1 && at < sitesOfLayer; at++) {
        const x = Math.floor(at / stride) % side;
        const next = at + (x === side - 1 ? -x : 1) * stride;
        saved += bond(axis, digit(state, at), digit(state, next));
      }
      stride *= side;
    }
    return saved;
  });
  const between = (a: number, b: number) => {
    let saved = 0;
    for (let at = 0; at < sitesOfLayer; at++) saved += bond(last, digit(a, at), digit(b, at));
    return saved;
  };
  const beta = 1 / temperature;
  // Energies from the lowest on, so that weights are at most 1: a constant moves neither derivative's meaning.
  const gain = (a: number, b: number) => within[a] + (length > 1 ? between(a, b) : 0);
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
