// n (n-1) … (n-m+1) / m!, the ways to choose m of n, where a format has no word for it.

import { call, type Expression, number } from "../../../expression/expression.ts";

/** Equal for every whole n, also below m. @param operands n, and the number m */
export function fallingProduct([n, m]: readonly Expression[]): Expression {
  const most = m.kind === "number" ? m.value : 0;
  let factorial = 1;
  const factors: Expression[] = [];
  for (let i = 0; i < most; i++) {
    factorial *= i + 1;
    factors.push(i === 0 ? n : call("-", n, number(i)));
  }
  if (factors.length === 0) return number(1);
  const product = factors.reduce((a, b) => call("*", a, b));
  return factorial === 1 ? product : call("/", product, number(factorial));
}
