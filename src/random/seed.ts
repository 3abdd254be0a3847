// The seed of a simulation.

import { ParameterError } from "../device/errors.ts";

/** @throws ParameterError for what is no 64-bit seed. */
export function checkSeed(seed: unknown): bigint {
  if (typeof seed !== "bigint" || seed < 0n || seed >= 2n ** 64n) {
    throw new ParameterError("seed", `seed ${seed}: it must be a bigint from 0 to 18446744073709551615, as in 42n.`);
  }
  return seed;
}
