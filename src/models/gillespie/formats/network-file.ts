// A run's network as a file: text of gibbs, or SBML.

import { ParameterError } from "../../../device/errors.ts";
import { number } from "../../../expression/expression.ts";
import { sweepOf } from "../ensemble.ts";
import type { Network } from "../network/network.ts";
import { type GillespieParameters, networkOf } from "../parameters.ts";
import { networkSbml } from "./sbml-writer.ts";
import { networkText } from "./text-writer.ts";

export const NETWORK_FILES = [".txt", ".xml", ".sbml"] as const;

export const isNetworkFile = (ending: string) => (NETWORK_FILES as readonly string[]).includes(ending);

/**
 * With the values that `set` gives, and starts as `round` makes them.
 *
 * @throws ParameterError where the parameters name no network, scan over several, or the format cannot hold it
 */
export function networkFile(ending: string, parameters: GillespieParameters): string {
  const network = networkOf(parameters);
  const points = sweepOf(network, parameters.set, parameters.round);
  if (points.length > 1) {
    throw new ParameterError(
      "out",
      `out ${ending}: a scan has ${points.length} networks, one per point; give one value to each name in set.`,
    );
  }
  const own = withValues(network, points[0]);
  return ending === ".txt" ? networkText(own, parameters.round) : networkSbml(own, parameters.round);
}

function withValues(network: Network, values: Readonly<Record<string, number>>): Network {
  const given = (name: string) => (Object.hasOwn(values, name) ? number(values[name]) : undefined);
  return {
    ...network,
    initial: network.initial.map((start, i) => given(network.species[i]) ?? start),
    parameters: new Map([...network.parameters].map(([name, value]) => [name, given(name) ?? value])),
  };
}
