// The systems to learn, by name, with their constants.

import { ParameterError } from "../device/errors.ts";
import { checkInteger, type Flow } from "./flow.ts";
import { kuramotoSivashinsky } from "./kuramoto-sivashinsky.ts";
import { mackeyGlass } from "./mackey-glass.ts";
import { coupledLogistic, henon, logistic } from "./maps.ts";
import { coupledLorenz, lorenz, lorenz96, roessler } from "./ordinary.ts";

export type { Flow, Known, TrajectoryOptions } from "./flow.ts";

const LORENZ = { dt: 0.02, substeps: 4, sigma: 10, rho: 28, beta: 8 / 3 };

/** What each system takes, with what it has if nothing is said. */
export const FLOWS = {
  logistic: { r: 4 },
  henon: { a: 1.4, b: 0.3 },
  "coupled-logistic": { r: 4, coupling: 0.2 },
  lorenz: LORENZ,
  roessler: { dt: 0.1, substeps: 10, a: 0.2, b: 0.2, c: 5.7 },
  lorenz96: { dt: 0.05, substeps: 4, sites: 40, forcing: 8 },
  "coupled-lorenz": { ...LORENZ, coupling: 0.3 },
  "mackey-glass": { dt: 1, substeps: 10, beta: 0.2, gamma: 0.1, power: 10, delay: 17 },
  "kuramoto-sivashinsky": { dt: 0.25, substeps: 1, length: 22, grid: 64 },
} as const;

/** The name of a system that reservoirs and NG-RC learn; `flowOf` makes it. */
export type FlowName = keyof typeof FLOWS;
/** The names of all systems of `flowOf`. */
export const flowNames = Object.keys(FLOWS) as readonly FlowName[];

/** What pages call those whose names as words are no good. */
export const flowTitles: Partial<Record<FlowName, string>> = {
  logistic: "Logistic map",
  henon: "Hénon map",
  "coupled-logistic": "Coupled logistic maps",
  roessler: "Rössler",
  lorenz96: "Lorenz 96",
  "coupled-lorenz": "Coupled Lorenz systems",
  "mackey-glass": "Mackey–Glass",
  "kuramoto-sivashinsky": "Kuramoto–Sivashinsky",
};

type KeysOf<T> = T extends unknown ? keyof T : never;
/** A constant of some system: `dt`, `substeps`, `coupling`, `length`, …; see FLOWS. */
export type FlowOption = KeysOf<(typeof FLOWS)[FlowName]>;
/** Constants of a system, by name; the others have their defaults. */
export type FlowOptions = Partial<Record<FlowOption, number>>;

// biome-ignore lint/suspicious/noExplicitAny: each takes its own constants, which FLOWS has
const MAKERS: { [Name in FlowName]: (constants: any) => Flow<Name> } = {
  ...{ logistic, henon, lorenz, roessler, lorenz96 },
  ...{ "coupled-logistic": coupledLogistic, "coupled-lorenz": coupledLorenz },
  ...{ "mackey-glass": mackeyGlass, "kuramoto-sivashinsky": kuramotoSivashinsky },
};

/** Ranges beyond "finite". */
const POSITIVE = ["dt", "length", "delay", "r"];
const WHOLE: Readonly<Record<string, [least: number, most: number]>> = {
  substeps: [1, 10_000],
  sites: [4, 65_536],
  power: [1, 100],
};

/**
 * A system to learn.
 *
 * @throws ParameterError for a system or a constant that does not exist, and for a value that is not allowed
 */
export function flowOf<Name extends FlowName>(name: Name, options: FlowOptions = {}): Flow<Name> {
  if (!Object.hasOwn(FLOWS, name)) {
    throw new ParameterError("system", `system "${name}": there are ${flowNames.join(", ")}.`);
  }
  const constants: Record<string, number> = { ...FLOWS[name] };
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(constants, option)) {
      const known = Object.keys(constants).join(", ");
      throw new ParameterError(option, `${name}: it has no ${option}; its constants are ${known}.`);
    }
    constants[option] = check(name, option, value);
  }
  return MAKERS[name](constants);
}

function check(name: FlowName, option: string, value: number): number {
  if (option in WHOLE) checkInteger(name, option, value, ...WHOLE[option]);
  if (!Number.isFinite(value) || (POSITIVE.includes(option) && value <= 0)) {
    const range = POSITIVE.includes(option) ? "above 0" : "that is finite";
    throw new ParameterError(option, `${name}: ${option} ${value}: it must be a number ${range}.`);
  }
  if (option === "r" && value > 4) {
    throw new ParameterError("r", `${name}: r ${value}: above 4 the map leaves 0 … 1 for good; choose at most 4.`);
  }
  if (option === "coupling" && (value < 0 || (name === "coupled-logistic" && value > 1))) {
    const range = name === "coupled-logistic" ? "from 0 to 1" : "of 0 or more";
    throw new ParameterError("coupling", `${name}: coupling ${value}: it must be a number ${range}.`);
  }
  return value;
}
