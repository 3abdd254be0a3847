// What a ring of linear units remembers, exactly.

import type { ReservoirParameters } from "./parameters.ts";

/**
 * The share of the input's variance that a ring of linear units remembers after 0, 1, … steps: (1 - r^2N) r^(2N floor(k/N)), which
 * adds up to N. Undefined for other networks.
 */
export function exactMemory(parameters: ReservoirParameters): number[] | undefined {
  const { task, topology, activation, units, delays, spectralRadius: r } = parameters;
  if (task !== "memory" || topology !== "ring" || activation !== "linear" || r <= 0 || r >= 1) return undefined;
  const block = r ** (2 * units);
  return Array.from({ length: delays }, (_, k) => (1 - block) * block ** Math.floor(k / units));
}
