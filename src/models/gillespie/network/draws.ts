// Random numbers in the words of a network: in events, delays and starts each draw becomes a name, "$draw0", and is listed with its law.

import {
  call,
  type Expression,
  evaluate,
  hasDraws,
  isLaw,
  type LawName,
  nameOf,
  namesIn,
  parametersOf,
} from "../../../expression/expression.ts";
import { networkError } from "./errors.ts";
import type { Network } from "./network.ts";

/** A random number of an event, a start or a delay; its operands may name draws before it. */
export interface Draw {
  law: LawName;
  /** The parameters of the law, then the least and most of a truncated one. */
  operands: readonly Expression[];
}

/** Who asks for draws: events by their place, starts, and delayed reactions by theirs. */
export const ASKERS = { starts: 1 << 10, reactions: 1 << 11 };

const drawName = (i: number) => `$draw${i}`;

/** The place of a draw's name among those of its event, or -1. */
export const drawOf = (name: string) => (name.startsWith("$draw") ? Number(name.slice(5)) : -1);

/** Distributions of integers. */
export const isWhole = (law: LawName) => ["bernoulli", "binomial", "poisson"].includes(law);

/** Whether a real number is drawn in it. */
export function drawsReals(expression: Expression): boolean {
  if (expression.kind !== "call") return false;
  const { operation, operands } = expression;
  return (isLaw(operation) && !isWhole(operation)) || operands.some(drawsReals);
}

/** What the operands of a law are called. */
const PARAMETERS: Record<LawName, readonly string[]> = {
  normal: ["mean", "standard deviation"],
  uniform: ["least value", "largest value"],
  bernoulli: ["probability"],
  binomial: ["number of trials", "probability"],
  poisson: ["mean"],
  exponential: ["rate"],
  gamma: ["shape", "scale"],
  lognormal: ["mean of the logarithm", "standard deviation of the logarithm"],
  laplace: ["location", "scale"],
  cauchy: ["location", "scale"],
  rayleigh: ["scale"],
  chisquare: ["degrees of freedom"],
  weibull: ["shape", "scale"],
};

/** Why a law has no number for these operands; undefined where it has. */
export function unfit(law: LawName, values: readonly number[]): string | undefined {
  const own = PARAMETERS[law];
  const wanted = (at: number, holds: boolean, what: string) =>
    holds ? undefined : `the ${own[at]} of ${law} is ${values[at]}; it must be ${what}`;
  const finite = values.slice(0, own.length).findIndex((value) => !Number.isFinite(value));
  if (finite >= 0) return wanted(finite, false, "finite");
  const [a, b] = values;
  const chance = (at: number) => wanted(at, values[at] >= 0 && values[at] <= 1, "from 0 to 1");
  const above = (at: number) => wanted(at, values[at] > 0, "above 0");
  const least = (at: number) => wanted(at, values[at] >= 0, "0 or more");
  switch (law) {
    case "bernoulli":
      return chance(0);
    case "binomial":
      return wanted(0, a >= -0.5 && a < 2 ** 31 - 0.5, "from 0 to 2147483647") ?? chance(1);
    case "poisson":
      return wanted(0, a >= 0 && a < 2 ** 31, "from 0 to below 2147483648");
    case "uniform":
      return wanted(1, b >= a, `no less than the least, ${a}`);
    case "exponential":
    case "chisquare":
      return above(0);
    case "rayleigh":
      return least(0);
    case "gamma":
    case "weibull":
      return above(0) ?? least(1);
    default:
      return least(1);
  }
}

/** The expressions with names for their draws, equal names for copies of one draw, and the draws. */
function numbered(expressions: readonly Expression[]): { values: Expression[]; draws: Draw[] } {
  const draws: Draw[] = [];
  const known = new Map<number, number>();
  const visit = (expression: Expression): Expression => {
    if (!hasDraws(expression) || expression.kind !== "call") return expression;
    const { draw, operation } = expression;
    const place = draw === undefined ? undefined : known.get(draw);
    if (place !== undefined) return nameOf(drawName(place));
    const operands = expression.operands.map(visit);
    if (draw === undefined || !isLaw(operation)) return call(operation, ...operands);
    known.set(draw, draws.push({ law: operation, operands }) - 1);
    return nameOf(drawName(draws.length - 1));
  };
  return { values: expressions.map(visit), draws };
}

/** Draws of one event at most; the words below their number count what each takes. */
const MOST_DRAWS = 1 << 11;

/** The network with its draws listed, without starts of what is `set` otherwise. */
export function withDraws(network: Network, set: readonly string[]): Network {
  const names = [...network.species, ...network.variables];
  const events = network.events.map((event) => {
    const own = numbered(event.assignments.map(({ value }) => value));
    const wait = numbered(event.delay ? [event.delay] : []);
    if (own.draws.length > MOST_DRAWS) throw networkError(`"${event.name}": it draws over ${MOST_DRAWS} numbers.`);
    return {
      ...event,
      assignments: event.assignments.map((each, i) => ({ ...each, value: own.values[i] })),
      draws: own.draws,
      ...(event.delay ? { delay: wait.values[0], delayDraws: wait.draws } : {}),
    };
  });
  const starts = (network.starts ?? [])
    .filter(({ target }) => !set.includes(names[target]))
    .map(({ target, value }) => {
      const own = numbered([value]);
      return { target, value: own.values[0], draws: own.draws };
    });
  const reactions = network.reactions.map((reaction) => {
    if (!reaction.completion) return reaction;
    const own = numbered([reaction.completion.after]);
    return { ...reaction, completion: { ...reaction.completion, after: own.values[0], draws: own.draws } };
  });
  return { ...network, events, reactions, ...(starts.length > 0 ? { starts } : {}) };
}

/** Whether anything is drawn in the words of the network; of one whose draws are listed. */
export const drawsNumbers = ({ events, reactions, starts = [] }: Network): boolean =>
  [...events.flatMap(({ draws, delayDraws }) => [draws, delayDraws]), ...starts.map(({ draws }) => draws)]
    .concat(reactions.map(({ completion }) => completion?.draws))
    .some((draws) => (draws?.length ?? 0) > 0);

/** Operands of a draw apart: the law's own, and its bounds where they bound anything. */
export function partsOf({ law, operands }: Draw) {
  const many = parametersOf(law);
  const endless = (each: Expression) => namesIn(each).size === 0 && !Number.isFinite(evaluate(each, () => Number.NaN));
  const bound = (each: Expression | undefined) => (each && endless(each) ? undefined : each);
  return { own: operands.slice(0, many), least: bound(operands[many]), most: bound(operands[many + 1]) };
}

/** A share of 1 in 2^-64, as two words, all ones for 1. */
export function shareWords(share: number): [high: number, low: number] {
  if (share >= 1) return [0xffffffff, 0xffffffff];
  const high = Math.floor(share * 2 ** 32);
  const low = Math.round((share * 2 ** 32 - high) * 2 ** 32);
  return low < 2 ** 32 ? [high, low] : [high + 1, 0];
}

/** The Poisson number of this power of two, or less, that a mean is a share of. */
export const powerFor = (mean: number) => Math.max(TABLE_POWER, Math.ceil(Math.log2(mean)));

/** Terms of each series. */
const TERMS = 12;
const TABLE_POWER = 7;

/** Coefficients by their row and place: see shaders/gillespie/draw_counts.wgsl. */
const SERIES: readonly ((i: number) => number)[] = [
  (i) => (i + 2) * (2 * i + 3),
  (i) => 2 * (i + 1),
  (i) => (2 * i + 1) * (2 * i + 2),
  (i) => (2 * i + 2) * (2 * i + 3),
  (i) => 2 * (2 * i + 1),
  (i) => 4 * (i + 1),
];

/** What the shader reads: coefficients of the series, then bounds of the Poisson numbers of one mean, all in 2^-64 with the low word first. */
export function drawTable(): { words: number[]; bounds: number; first: number; rows: number } {
  const split = (value: bigint) => [Number(value & 0xffffffffn), Number(value >> 32n)];
  const coefficients = SERIES.flatMap((below) =>
    Array.from({ length: TERMS }, (_, i) => 2n ** 64n / BigInt(below(i))).flatMap(split),
  );
  // mean^k / k!, in 2^-600.
  let weight = 2n ** 600n;
  const weights = Array.from({ length: 500 }, (_, k) => {
    if (k > 0) weight = (weight * 2n ** BigInt(TABLE_POWER)) / BigInt(k);
    return weight;
  });
  const total = weights.reduce((a, b) => a + b, 0n);
  let below = 0n;
  const bounds = weights.map((each) => {
    below += each;
    return (below << 64n) / total;
  });
  const first = bounds.findIndex((bound) => bound > 0n);
  const last = bounds.findIndex((bound) => bound >= 2n ** 64n - 1n);
  const own = bounds.slice(first, last);
  return { words: [...coefficients, ...own.flatMap(split)], bounds: coefficients.length, first, rows: own.length };
}
