// What can be wrong with an expression.

import { ParameterError } from "../device/errors.ts";

/** The parameter whose text expressions stand in. A message that shows a statement shows its two ends where it is long. */
export const expressionError = (message: string) =>
  new ParameterError("network", message.length > 800 ? `${message.slice(0, 400)} … ${message.slice(-300)}` : message);
