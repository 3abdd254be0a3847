// How much rounding an expression suffers, symbolically: running error analysis (Higham 2002, Accuracy and stability of numerical algorithms, 3.3).

import { call, type Expression, number } from "./expression.ts";

const size = (of: Expression) => call("abs", of);
/** a + b + … */
const sum = (...terms: Expression[]) => call("+", ...terms);

/**
 * The sum of the sizes of all that is rounded on the way to a value, each by what it changes the value. With a unit roundoff u, the value is off by
 * about u times this: 2 for a - b where both are near 1, however near to each other. It is no number where a slope is infinite.
 */
export function roundedSize(of: Expression): Expression {
  if (of.kind !== "call") return size(of);
  const { operation, operands } = of;
  const [a, b] = operands;
  const parts = operands.map(roundedSize);
  /** Of a function with this slope, or less. */
  const along = (slope: Expression) => sum(size(of), call("*", slope, parts[0]));
  switch (operation) {
    case "+":
    case "-":
      return sum(...parts);
    case "negate":
    case "abs":
      return parts[0];
    case "*":
      return call("*", ...parts);
    case "/":
      return call("/", call("*", parts[0], parts[1]), call("*", b, b));
    case "^":
      return b.kind === "number" && b.value >= 1
        ? call("*", b, call("^", size(a), number(b.value - 1)), parts[0])
        : call(
            "*",
            size(of),
            sum(
              number(1),
              call("/", call("*", parts[1], parts[0]), size(a)),
              call("*", size(call("ln", size(a))), parts[1]),
            ),
          );
    case "if":
      return call("if", a, parts[1], parts[2]);
    case "min":
    case "max":
      return call("max", ...parts);
    case "exp":
      return along(of);
    case "ln":
      return along(call("/", number(1), size(a)));
    case "sqrt":
      return along(call("/", number(0.5), of));
    case "sinh":
    case "cosh":
      return along(call("cosh", a));
    case "tan":
      return along(sum(number(1), call("*", of, of)));
    case "asin":
    case "acos":
      return along(call("/", number(1), call("sqrt", call("-", number(1), call("*", a, a)))));
    case "sin":
    case "cos":
    case "tanh":
    case "atan":
      return along(number(1));
    default:
      return size(of); // whole numbers and truths are not rounded
  }
}
