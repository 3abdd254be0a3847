// How much rounding an expression suffers, compared with f32 arithmetic.

import { describe, expect, it } from "vitest";
import { type Expression, evaluate, operationOf } from "../../src/expression/expression.ts";
import { parseExpression } from "../../src/expression/parse.ts";
import { roundedSize } from "../../src/expression/rounding.ts";

/** In f32, every operation rounded. */
function inSingle(of: Expression, values: Record<string, number>): number {
  if (of.kind === "number") return Math.fround(of.value);
  if (of.kind === "name") return Math.fround(values[of.name]);
  const operands = of.operands.map((operand) => inSingle(operand, values));
  if (of.operation === "+" || of.operation === "*") {
    return operands.reduce((a, b) => Math.fround(of.operation === "+" ? a + b : a * b));
  }
  return Math.fround(operationOf(of.operation)(operands));
}

describe("what is rounded", () => {
  const numbers = [0.1, 1 / 3, 0.7, 1.3, 2.9, 12.34, 1e-3];
  it.each([
    "x - y + 1e3 - 1e3",
    "x*y - y*x + x/y",
    "x^3 - 3*x^2*y + x^0.5",
    "exp(x) - exp(y)",
    "ln(x)*y - sqrt(x*y)",
    "sin(100*x) + cos(x - y)",
    "tanh(x - y) + atan(5*x) + sinh(x - y) - cosh(y)",
    "tan(x/20) + asin(x/20) - acos(y/20)",
    "if(x > y, x - 1, y - 1)*max(x, y - 1) - min(x, 3)",
    "abs(x - y)/(1 + x) - (-x)",
    "x^y",
  ])("%s", (text) => {
    const of = parseExpression(text);
    const sized = roundedSize(of);
    let [most, bound] = [0, 0];
    for (const x of numbers) {
      for (const y of numbers) {
        const at = (name: string) => ({ x, y })[name as "x"];
        const off = Math.abs(inSingle(of, { x, y }) - evaluate(of, at));
        const size = evaluate(sized, at);
        // Where a condition goes the other way in f32 it is another value.
        if (x === y && text.includes("if")) continue;
        expect(off).toBeLessThanOrEqual(4 * 2 ** -24 * size);
        most = Math.max(most, off);
        bound = Math.max(bound, 2 ** -24 * size);
      }
    }
    // It is no wild guess either.
    expect(most).toBeGreaterThan(bound / 100);
  });
  it("is 2 for a difference of two that are near 1, and 1e-12 for a logistic rate from there", () => {
    const value = (text: string, x: number) => evaluate(roundedSize(parseExpression(text)), () => x);
    expect(value("x - 1", 1)).toBe(2);
    expect(value("x*(1 - x)", 1e-12)).toBeCloseTo(1e-12, 20);
  });
});
