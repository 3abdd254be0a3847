// Random numbers of a network's own words, in plain f64, to be read: the laws that shaders/gillespie/draw_counts.wgsl draws in 64-bit integers. What a
// word of random bits decides is said there; here chances are sums of logarithms and quotients as the laws have them.

import { type Expression, parametersOf } from "../../../expression/expression.ts";
import { normals } from "../../../random/normal.ts";
import { STREAMS } from "../../../random/streams.ts";
import { streamKey, threefry4x32, type Words4 } from "../../../random/threefry.ts";
import { type Draw, isWhole, unfit } from "../network/draws.ts";

/** Trials of a truncated law at most. */
const MOST_TRIALS = 65536;
/** Fewer coins are counted one by one. */
const FEW_COINS = 4096;
/** Powers of two whose Poisson numbers come from a table of probabilities, and from which on they are made by rejection. */
const [TABLE_POWER, FIRST_REJECTED] = [7, 13];

/** Where a draw stands: see shaders/gillespie/draws.wgsl. */
export interface Address {
  seed: bigint;
  replicate: number;
  point: number;
  asker: number;
  occasion: number;
}

/** The values of draws, one after another; `value` has those of expressions, given the draws before. */
export function drawn(
  draws: readonly Draw[],
  { seed, replicate, point, asker, occasion }: Address,
  value: (operand: Expression, before: readonly number[]) => number,
  failure: (what: string) => Error,
  first = 0,
  stride = 1,
): number[] {
  const key = streamKey(seed, STREAMS.gillespie.draws, asker);
  const values: number[] = [];
  for (const [i, { law, operands }] of draws.entries()) {
    const own = operands.map((operand) => value(operand, values));
    const why = unfit(law, own);
    if (why) throw failure(why);
    const at = (first + stride * i) * 2 ** 20;
    const words = new Words((block) => threefry4x32([replicate, point, occasion, at + block], key));
    const many = parametersOf(law);
    const [least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY] = own.slice(many);
    let number = words.of(law, own);
    for (let trial = 0; !(number >= least && number <= most); trial++) {
      if (trial === MOST_TRIALS) {
        throw failure(`${law}(${own.slice(0, many).join(", ")}) has hardly any number between ${least} and ${most}`);
      }
      number = words.of(law, own);
    }
    values.push(number);
  }
  return values;
}

class Words {
  readonly #block: (at: number) => Words4;
  #used = 0;
  #words: Words4 = [0, 0, 0, 0];

  constructor(block: (at: number) => Words4) {
    this.#block = block;
  }

  of(law: Draw["law"], [a, b]: readonly number[]): number {
    if (isWhole(law)) {
      if (law === "poisson") return this.#poisson(a);
      return law === "binomial" ? this.#binomial(Math.floor(a + 0.5), b) : this.#binomial(1, a);
    }
    switch (law) {
      case "normal":
        return a + b * this.#normal();
      case "uniform":
        return a + (b - a) * this.#unit();
      case "exponential":
        return this.#exponential() / a;
      case "gamma":
        return b * this.#gamma(a);
      case "lognormal":
        return Math.exp(a + b * this.#normal());
      case "laplace": {
        const size = this.#exponential();
        return a + b * this.#sign() * size;
      }
      case "cauchy": {
        const tangent = Math.tan((Math.PI / 4) * this.#unit());
        const word = this.#next();
        const size = word & (2 ** 30) ? 1 / tangent : tangent;
        return a + b * (word >= 2 ** 31 ? -size : size);
      }
      case "rayleigh":
        return a * Math.sqrt(2 * this.#exponential());
      case "chisquare":
        return 2 * this.#gamma(a / 2);
      default:
        return b * this.#exponential() ** (1 / a);
    }
  }

  #next(): number {
    if (this.#used % 4 === 0) this.#words = this.#block(this.#used / 4);
    return this.#words[this.#used++ % 4];
  }

  /** Two words, the low one first, as a number in [0, 1). */
  #pair(): number {
    const low = this.#next();
    return (this.#next() + low / 2 ** 32) / 2 ** 32;
  }

  /** In (0, 1), in steps of 2^-23. */
  #unit(): number {
    return ((this.#next() >>> 9) + 0.5) / 2 ** 23;
  }

  #sign(): number {
    return this.#next() >= 2 ** 31 ? -1 : 1;
  }

  #normal(): number {
    const first = this.#next();
    return normals([first, this.#next(), 0, 0])[0];
  }

  /** Of mean 1: the first number of a falling run of odd length, and 1 more for each run of even length before (von Neumann 1951). */
  #exponential(): number {
    for (let whole = 0; ; whole++) {
      const first = this.#pair();
      let last = first;
      let length = 1;
      for (let next = this.#pair(); next < last; next = this.#pair()) {
        last = next;
        length++;
      }
      if (length % 2 === 1) return whole + first;
    }
  }

  /** Marsaglia & Tsang 2000, doi 10.1145/358407.358414. */
  #gamma(shape: number): number {
    const boost = shape < 1 ? ((this.#next() + 0.5) / 2 ** 32) ** (1 / shape) : 1;
    const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    for (;;) {
      const x = this.#normal();
      const z = x / Math.sqrt(9 * d);
      if (z <= -1) continue;
      const v = (1 + z) ** 3;
      const margin = x ** 2 / 2 + d * (1 - v + 3 * Math.log1p(z));
      if (Math.log((this.#next() + 0.5) / 2 ** 32) < margin) return boost * d * v;
    }
  }

  /** Each of n numbers below 1 is compared, bit by bit from the highest, with the probability, which is rounded to 2^-64. */
  #binomial(n: number, p: number): number {
    if (p >= 1) return n;
    let undecided = n;
    let successes = 0;
    const high = Math.floor(p * 2 ** 32);
    let rest = (BigInt(high) << 32n) + BigInt(Math.round((p * 2 ** 32 - high) * 2 ** 32));
    for (; undecided > 0 && rest > 0n; rest = (rest << 1n) & 0xffffffffffffffffn) {
      const ones = this.#heads(undecided);
      const isOne = rest >> 63n === 1n;
      if (isOne) successes += undecided - ones;
      undecided = isOne ? ones : undecided - ones;
    }
    return successes;
  }

  #heads(coins: number): number {
    let heads = 0;
    let left = coins;
    if (coins >= FEW_COINS) {
      const m = Math.floor(coins / 2);
      const width = Math.ceil(Math.log2(m - Math.floor(m / 4)) / 2);
      heads =
        m +
        this.#rejection(
          width,
          (k) => headsHeight(m, k),
          (k) => k ** 2 < 64 * m,
        );
      left = coins % 2;
    }
    for (; left > 0; left -= 32) {
      const mask = left >= 32 ? 0xffffffff : 2 ** left - 1;
      heads += ones((this.#next() & mask) >>> 0);
    }
    return heads;
  }

  #poisson(mean: number): number {
    const power = Math.max(TABLE_POWER, Math.ceil(Math.log2(mean)));
    const m = 2 ** power;
    let count = 0;
    if (power >= FIRST_REJECTED) {
      count =
        m +
        this.#rejection(
          Math.floor(power / 2) + 1,
          (k) => poissonHeight(m, k),
          (k) => k ** 2 < 144 * m,
        );
    } else {
      for (let i = 0; i < 2 ** (power - TABLE_POWER); i++) count += this.#tabled();
    }
    return this.#binomial(count, mean / m);
  }

  /** By inversion. */
  #tabled(): number {
    const number = this.#pair();
    let [count, chance] = [0, Math.exp(-(2 ** TABLE_POWER))];
    for (let below = chance; number >= below && count < 1000; below += chance) {
      count++;
      chance *= 2 ** TABLE_POWER / count;
    }
    return count;
  }

  /** k of chance e^-height(k), below strips of width 2^width, each half as high as the one before. */
  #rejection(width: number, height: (k: number) => number, isNear: (k: number) => boolean): number {
    for (;;) {
      const word = this.#next();
      const strip = Math.clz32(this.#next());
      const size = strip * 2 ** width + (word % 2 ** width);
      const negative = word >= 2 ** 31;
      if (strip >= 12 || (negative && size === 0) || !isNear(size)) continue;
      const k = negative ? -size : size;
      if (height(k) < this.#exponential() + strip * Math.LN2) return k;
    }
  }
}

/** -ln of C(2m, m + k) / C(2m, m). */
function headsHeight(m: number, k: number): number {
  let sum = 0;
  for (let i = Math.abs(k); i > 0; i--) sum -= Math.log1p((1 - 2 * i) / (m + i));
  return sum;
}

/** -ln of p(m + k) / p(m) of Poisson's law of mean m. */
function poissonHeight(m: number, k: number): number {
  let sum = 0;
  for (let i = k; i > 0; i--) sum += Math.log1p(i / m);
  for (let i = -k - 1; i > 0; i--) sum -= Math.log1p(-i / m);
  return sum;
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
