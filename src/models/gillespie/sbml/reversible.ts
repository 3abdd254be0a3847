// Laws of reversible reactions, f - g: a stochastic reaction runs forwards with propensity f and backwards with g. Run one way with
// the net rate it would have the mean and no noise at all where both balance.

import { call, type Expression, evaluate, factorsOf, namesIn, number } from "../../../expression/expression.ts";

export interface Split {
  forward: Expression;
  backward: Expression;
}

/** What of a reaction must be there for its two directions, as names that stand in its law. */
export interface Sides {
  reactants: readonly string[];
  products: readonly string[];
  /** Every one of them must be there, and not only some. */
  each?: boolean;
  /** What else changes in time, as modifiers do. */
  others?: (name: string) => boolean;
}

/**
 * Both directions of a law; undefined where it has no difference, or where what it takes off belongs to the reactants - as in
 * k A (1 - R/T) - and the law is one way. A text says why a difference is neither.
 */
export function splitLaw(law: Expression, sides: Sides): Split | undefined | string {
  const { reactants, products, each, others = () => false } = sides;
  const own = new Set([...reactants, ...products]);
  // A factor such as 1 - I/T, of a modifier I, is one however it is written: no reaction runs backwards at a rate without its products.
  const isFactor = (expression: Expression) => {
    const names = [...namesIn(expression)];
    return names.some(others) && !names.some((name) => own.has(name));
  };
  const terms = termsOf(law, isFactor);
  const [f, g] = [terms.filter(({ negative }) => !negative), terms.filter(({ negative }) => negative)];
  if (g.length === 0 || f.length === 0) return undefined;
  const [forward, backward] = [f, g].map((side) =>
    side.map(({ term }) => cancelled(term)).reduce((a, b) => call("+", a, b)),
  );
  const needs = (part: Expression, names: readonly string[]) =>
    each ? names.every((name) => vanishesWithout(part, [name])) : vanishesWithout(part, names);
  if (needs(backward, products) && needs(forward, reactants)) return { forward, backward };
  if (reactants.length > 0 && vanishesWithout(backward, reactants)) return undefined;
  const [missing, side] = vanishesWithout(backward, products) ? ["first", "reactants"] : ["second", "products"];
  return `is reversible and its law is a difference whose ${missing} part is not 0 without the ${side}, so that its two directions cannot be distinguished; write them as two reactions`;
}

interface Term {
  negative: boolean;
  term: Expression;
}

/** The law as a sum of terms with signs: differences inside of products and above fraction bars are multiplied out. */
function termsOf(law: Expression, isFactor: (expression: Expression) => boolean): Term[] {
  const one: Term[] = [{ negative: false, term: law }];
  const inside = (expression: Expression) => termsOf(expression, isFactor);
  const factor = (expression: Expression): Term[] =>
    isFactor(expression) ? [{ negative: false, term: expression }] : inside(expression);
  if (law.kind === "number") return law.value < 0 ? [{ negative: true, term: number(-law.value) }] : one;
  if (law.kind === "name") return one;
  const { operation, operands } = law;
  const flipped = (terms: readonly Term[]) => terms.map(({ negative, term }) => ({ negative: !negative, term }));
  switch (operation) {
    case "+":
      return operands.flatMap(inside);
    case "-":
      return [...inside(operands[0]), ...flipped(inside(operands[1]))];
    case "negate":
      return flipped(inside(operands[0]));
    case "*":
      return operands.map(factor).reduce((a, b) => {
        // Sums of one sign stay together.
        const parts = (terms: Term[]) => (terms.some(({ negative }) => negative) ? terms : [joined(terms)]);
        const [left, right] = [parts(a), parts(b)];
        return left.flatMap((x) =>
          right.map((y) => ({ negative: x.negative !== y.negative, term: call("*", x.term, y.term) })),
        );
      });
    case "/": {
      const above = inside(operands[0]);
      if (!above.some(({ negative }) => negative)) return one;
      return above.map(({ negative, term }) => ({ negative, term: call("/", term, operands[1]) }));
    }
    default:
      return one;
  }
}

/** A product without what stands above and below its fraction bar: V A (B / (A q)) has a value without A, too. */
function cancelled(term: Expression): Expression {
  const [above, below] = factorsOf(term);
  const keys = below.map((factor) => JSON.stringify(factor));
  const rest = above.filter((factor) => {
    const at = keys.indexOf(JSON.stringify(factor));
    if (at < 0 || factor.kind === "number") return true;
    keys[at] = "";
    return false;
  });
  if (rest.length === above.length) return term;
  const product = (factors: readonly Expression[]) => factors.reduce((a, b) => call("*", a, b), number(1));
  return call("/", product(rest), product(below.filter((_, i) => keys[i] !== "")));
}

const joined = (terms: readonly Term[]): Term => ({
  negative: false,
  term: terms.map(({ term }) => term).reduce((a, b) => call("+", a, b)),
});

/** Values at which it is looked whether a term is 0: any but round ones. */
const LOOKS = [0.7310585, 2.6180339, 17.320508];

/** Whether the expression is 0 as soon as one of the names is - any, or a certain one - whatever the others are; true where there are none. */
function vanishesWithout(expression: Expression, names: readonly string[]): boolean {
  const all = [...namesIn(expression)];
  // What a law leaves out, as water or protons, may run out; then the trajectory stops and says so.
  return (
    names.length === 0 ||
    names.some((missing) => {
      const values = LOOKS.map((look, k) => {
        const of = (name: string) => (name === missing ? 0 : look * (1 + ((all.indexOf(name) * 7 + k) % 11) / 13));
        return evaluate(expression, of);
      });
      return values.every((value) => value === 0);
    })
  );
}
