// Laws that were written for rate equations, k X^n of n X: on request they count the ways to choose molecules, k X … (X-n+1), which is
// the same where X is large and 0 where too few are there (Gillespie 1977, doi 10.1021/j100540a008).

import { call, type Expression, evaluate, factorsOf, namesIn, number } from "../../../expression/expression.ts";

/** How many molecules of each species a firing takes. */
export type Copies = ReadonlyMap<string, number>;

/**
 * The law with the falling power of each species of which several are taken; undefined where it has that already, or nothing to change. A text
 * says which species stands in it in another way, so that it cannot be decided.
 */
export function withCountedCopies(law: Expression, copies: Copies): Expression | undefined | string {
  const [above, below] = expanded(law);
  const several = [...copies].filter(([name, many]) => many > 1 && namesIn(law).has(name));
  const powers = several.filter(([name, many]) => !vanishesBelow(law, name, many));
  if (powers.length === 0) return undefined;
  for (const [name, many] of powers) {
    const isOwn = (each: Expression) => each.kind === "name" && each.name === name;
    const rest = [...above.filter((each) => !isOwn(each)), ...below];
    if (above.filter(isOwn).length !== many || rest.some((each) => namesIn(each).has(name))) return name;
  }
  const others = above.filter((each) => each.kind !== "name" || !powers.some(([name]) => name === each.name));
  const falling = powers.flatMap(([name, many]) => [
    number(factorial(many)),
    call("choose", { kind: "name", name }, number(many)),
  ]);
  const product = (factors: readonly Expression[]) => factors.reduce((a, b) => call("*", a, b), number(1));
  const counted = product([...others, ...falling]);
  return below.length > 0 ? call("/", counted, product(below)) : counted;
}

/** Factors above and below fraction bars, whole powers written out. */
function expanded(law: Expression): [Expression[], Expression[]] {
  const [above, below] = factorsOf(law);
  const parts = (factors: readonly Expression[]) =>
    factors.map((factor): [Expression[], Expression[]] => {
      if (factor.kind !== "call" || factor.operation !== "^") return [[factor], []];
      const [base, exponent] = factor.operands;
      const n = exponent.kind === "number" ? exponent.value : Number.NaN;
      if (!(Number.isInteger(n) && n >= 1 && n <= 16)) return [[factor], []];
      const own = expanded(base);
      return [Array(n).fill(own[0]).flat(), Array(n).fill(own[1]).flat()];
    });
  const [a, b] = [parts(above), parts(below)];
  return [
    [...a.flatMap(([over]) => over), ...b.flatMap(([, under]) => under)],
    [...a.flatMap(([, under]) => under), ...b.flatMap(([over]) => over)],
  ];
}

/** Whether a law is 0 as long as there are fewer than so many, and not with as many: then it counts already. */
function vanishesBelow(law: Expression, species: string, many: number): boolean {
  const all = [...namesIn(law)];
  const at = (count: number) => evaluate(law, (name) => (name === species ? count : 1.7 + all.indexOf(name) / 7));
  return Array.from({ length: many }, (_, count) => at(count)).every((value) => value === 0) && at(many) !== 0;
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
