// A run's network as a file: text of gibbs, SBML, or its rate equations.

import { ParameterError } from "../../../device/errors.ts";
import { number } from "../../../expression/expression.ts";
import type { Options } from "../../model.ts";
import { resolve } from "../../parameters.ts";
import { sweepOf } from "../ensemble.ts";
import type { Network } from "../network/network.ts";
import { type GillespieParameters, gillespieParameters, networkOf, untilOf } from "../parameters.ts";
import { RATES } from "./continuous.ts";
import { ratesText } from "./rates-writer.ts";
import { networkSbml } from "./sbml-writer.ts";
import { networkText } from "./text-writer.ts";

export const NETWORK_FILES = [".txt", ".xml", ".sbml", RATES] as const;

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
  if (ending === RATES) return ratesText(own, untilOf(parameters), parameters.round);
  return ending === ".txt" ? networkText(own, parameters.round) : networkSbml(own, parameters.round);
}

/**
 * The rate equations of a network as the text of a system, which `dynamics.create(device, { system })` runs as it
 * stands: dx/dt is the sum of the changes of each reaction times its propensity, in numbers of molecules. In mass
 * action n (n - 1) … becomes the power of n; means of trajectories approach the solution where numbers are large
 * (Kurtz 1972, doi 10.1063/1.1678692), and are the solution where all rates are linear.
 *
 * @param options those of `gillespie.create` that name the network: `example`, `network` or `sbml`, `set`, and how they are read
 * @throws ParameterError naming what has no rate equation, such as an event or a delayed reaction
 */
export function rateEquationsText({ seed: _, ...options }: Options<typeof gillespieParameters> = {}): string {
  return networkFile(RATES, resolve("gillespie", gillespieParameters, options).parameters);
}

function withValues(network: Network, values: Readonly<Record<string, number>>): Network {
  const given = (name: string) => (Object.hasOwn(values, name) ? number(values[name]) : undefined);
  const own = [...network.species, ...network.variables];
  // What has a value is not drawn.
  const starts = network.starts?.filter(({ target }) => given(own[target]) === undefined);
  const { starts: _, ...others } = network;
  return {
    ...others,
    ...(starts && starts.length > 0 ? { starts } : {}),
    initial: network.initial.map((start, i) => given(network.species[i]) ?? start),
    parameters: new Map([...network.parameters].map(([name, value]) => [name, given(name) ?? value])),
  };
}
