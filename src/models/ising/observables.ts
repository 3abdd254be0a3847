// The observables of the Ising model, their estimates with errors, and their exact values.

import { ParameterError } from "../../device/errors.ts";
import { type Estimate, estimateReplicas } from "../../statistics/index.ts";
import { siteCount } from "../lattice/geometry.ts";
import { layerStates, MOST_LAYERS, torusExactly } from "../lattice/transfer-matrix.ts";
import { estimateMagnet, exactMagnet, magnetObservables, type Phases } from "../magnet.ts";
import type { Exact, Observable } from "../model.ts";
import { type Points, parametersOf } from "../parameters.ts";
import type { Series } from "../series.ts";
import { boundariesOf, couplingsOf, geometryOf, isPlane, planeOf } from "./axes.ts";
import { type Boundaries, bondsOfLine, isClosed } from "./boundary.ts";
import { chain, criticalTemperature, enumerate, enumerateGeometry, kaufman, onsager } from "./exact.ts";
import type { Sums } from "./lattice.ts";
import { coarsestProbability, type IsingParameters } from "./parameters.ts";
import { groundMoments } from "./start.ts";

export const columns = ["energy", "magnetization", "staggered"] as const;

/** gibbs 0.1.0 did not measure the staggered magnetization; its checkpoints hold series of two columns. */
const ofVersion1 = ({ probabilityBits }: Pick<IsingParameters, "probabilityBits">) => probabilityBits === "32";

export const columnsOf = (parameters: IsingParameters): readonly string[] =>
  ofVersion1(parameters) ? columns.slice(0, 2) : columns;

export const observables = {
  ...magnetObservables,
  staggered: {
    unit: "1/site",
    label: "Staggered m",
    description: "Mean of m_s = Σ (-1)^(x+y+…) s / N, the order of an antiferromagnet",
    range: 1,
  },
  absStaggered: { unit: "1/site", label: "Staggered |m|", description: "Mean of |m_s|", range: 1 },
} satisfies Record<string, Observable>;

/** Estimates of the observables of the Ising model, by name. */
export type IsingObservables = Record<keyof typeof observables, Estimate>;

/** What a run with these parameters observes. */
export function observablesOf(parameters: IsingParameters): Record<string, Observable> {
  if (!ofVersion1(parameters)) return observables;
  const { staggered, absStaggered, ...version1 } = observables;
  return version1;
}

/** Energy, magnetization and staggered magnetization per site from the integer sums. */
export function perSite(
  { up, unequal, upEven }: Sums,
  parameters: IsingParameters,
): [energy: number, magnetization: number, staggered: number] {
  const { size, field } = parameters;
  const sites = siteCount(parameters);
  const boundary = boundariesOf(parameters);
  const m = (2 * up - sites) / sites;
  const energy = couplingsOf(parameters).reduce((sum, coupling, axis) => {
    const bonds = (bondsOfLine(boundary[axis], size[axis]) * sites) / size[axis];
    return sum - coupling * (bonds / sites - (2 * unequal[axis]) / sites);
  }, 0);
  const evenSites = Math.ceil(sites / 2);
  const staggered = (2 * (2 * upEven - up) - (2 * evenSites - sites)) / sites;
  return [energy - field * m, m, staggered];
}

/** Estimates over replicas that share one point. */
export function estimateIsing(points: Points<IsingParameters>, series: Series, replicas: number[]): IsingObservables {
  const { size, temperature, field } = parametersOf(points, replicas[0]);
  const magnet = estimateMagnet({ spins: siteCount({ size }), temperature, field }, series, replicas);
  // The type promises all; runs of version 1 lack the staggered ones, and say so by `observables`.
  if (!series.columns.includes("staggered")) return magnet as IsingObservables;
  const staggered = replicas.map((replica) => series.column("staggered", replica));
  return {
    ...magnet,
    staggered: estimateReplicas(staggered),
    absStaggered: estimateReplicas(staggered.map((row) => row.map(Math.abs))),
  };
}

/** Notes that a reader of the results needs. */
export function notesOf({ parameters }: Points<IsingParameters>): string[] {
  const notes: string[] = [];
  if (parameters.algorithm === "metropolis") {
    notes.push(
      "metropolis accepts every flip that does not raise the energy, so in checkerboard order some states are never left or never reached and averages can be wrong; heat-bath reaches every state.",
    );
  }
  const coarse = coarsestProbability(parameters);
  if (coarse !== undefined) {
    notes.push(
      `flip probabilities of 32 bits are too coarse here: ${coarse.toPrecision(3)} is rounded to ${Math.round(coarse * 2 ** 32)} / 2^32; take --probability-bits 64.`,
    );
  }
  return notes;
}

/** What exact values depend on. */
type Magnet = Pick<IsingParameters, "size" | "temperature" | "field" | "couplings"> &
  Partial<Pick<IsingParameters, "boundary">>;

/** Those of a lattice of two sides. */
type Plane = Pick<IsingParameters, "temperature" | "field"> & {
  size: [number, number];
  couplings: [number, number];
  boundary?: Boundaries;
};

const ENUMERATED = 16;
const PERIODIC: Boundaries = ["periodic", "periodic"];

/**
 * What is known exactly and can be compared with a run: every observable of tiny lattices (by enumeration), else without a
 * field energy and specific heat of the torus (Kaufman), and |m| where it equals Yang's value up to a relative e^-12.
 */
export function exactIsing(given: Magnet): Partial<Record<keyof IsingObservables, Exact>> {
  if (!isPlane(given)) return exactBox(given);
  const parameters: Plane = planeOf(given);
  const { size, temperature, field, couplings, boundary = PERIODIC } = parameters;
  const [width, height] = size;
  if (width * height <= ENUMERATED) {
    const all = enumerate(width, height, { temperature, field, couplings, boundary });
    const source = `enumeration of 2^${width * height} states`;
    const susceptibility = field === 0 ? all.absSusceptibility : all.susceptibility;
    const known = exactMagnet({ ...all, susceptibility }, { field, phases: phasesOf(parameters), source });
    if (Object.keys(known).length === 0) return {};
    const staggered = phasesOf({ ...parameters, field: 0 }, "staggered") === "mixed";
    return {
      ...known,
      ...(staggered ? { staggered: { value: all.staggered, source } } : {}),
      absStaggered: { value: all.absStaggered, source },
    };
  }
  if (height === 1) {
    const all = chain(width, { temperature, field, couplings, boundary });
    const phases = phasesOf({ ...parameters, couplings: [couplings[0], 0] });
    // The transfer matrix gives neither |m|, which is subtracted without a field, nor its cumulant.
    const unknown = { absMagnetization: Number.NaN, binder: Number.NaN };
    const susceptibility = field === 0 ? Number.NaN : all.susceptibility;
    return exactMagnet(
      { ...all, ...unknown, susceptibility },
      { field, phases, source: "transfer matrix of the chain" },
    );
  }
  if (field !== 0 || !boundary.every(isClosed)) return {};
  const antiperiodic = [boundary[0] === "antiperiodic", boundary[1] === "antiperiodic"] as const;
  const torus = kaufmanOf(size, { temperature, couplings, antiperiodic });
  if (!torus) return {};
  const { energy, specificHeat } = torus;
  const source = "Kaufman 1949";
  const exact: Partial<Record<keyof IsingObservables, Exact>> = {
    energy: { value: energy, source },
    specificHeat: { value: specificHeat, source },
  };
  if (ordered(parameters) && boundary.every((edge) => edge === "periodic")) {
    const { magnetization } = onsager({ temperature, couplings });
    exact.absMagnetization = { value: magnetization, source: "Yang 1952, infinite lattice" };
  }
  return exact;
}

/** What is known of three sides and more: every observable of tiny lattices, and energy and specific heat of slender ones without a field. */
function exactBox(given: Magnet): Partial<Record<keyof IsingObservables, Exact>> {
  const parameters = { ...given, boundary: given.boundary ?? PERIODIC };
  const sites = siteCount(parameters);
  const { temperature, field, size } = parameters;
  const couplings = couplingsOf(parameters);
  if (sites > ENUMERATED) {
    const closed = boundariesOf(parameters).every((edge, axis) => size[axis] === 1 || edge === "periodic");
    if (field !== 0 || !closed || layerStates(2, size) > MOST_LAYERS) return {};
    const bond = (axis: number, a: number, b: number) => (a === b ? couplings[axis] : -couplings[axis]);
    const { energy, specificHeat } = torusExactly({ states: 2, size, bond }, temperature);
    if (!Number.isFinite(energy) || !Number.isFinite(specificHeat)) return {};
    const source = "transfer matrix";
    return { energy: { value: energy, source }, specificHeat: { value: specificHeat, source } };
  }
  const all = enumerateGeometry(geometryOf(parameters), { temperature, field, couplings });
  const source = `enumeration of 2^${sites} states`;
  const susceptibility = field === 0 ? all.absSusceptibility : all.susceptibility;
  // Mean-field theory overestimates where order begins, so above that every run turns over. A side of one site has no bonds.
  const cold = temperature < 2 * couplings.reduce((sum, j, axis) => sum + (size[axis] > 1 ? Math.abs(j) : 0), 0);
  const ground = groundMoments(parameters);
  const phases: Phases =
    cold && ground.uniform > 0 && !isChosen(field, ground.uniform, temperature) ? "apart" : "mixed";
  const known = exactMagnet({ ...all, susceptibility }, { field, phases, source });
  if (Object.keys(known).length === 0) return {};
  return {
    ...known,
    ...(cold && ground.staggered > 0 ? {} : { staggered: { value: all.staggered, source } }),
    absStaggered: { value: all.absStaggered, source },
  };
}

/** Undefined where both boundaries are antiperiodic and too little is left of Z for doubles. */
function kaufmanOf([width, height]: [number, number], options: Parameters<typeof kaufman>[2]) {
  try {
    return kaufman(width, height, options);
  } catch (error) {
    if (error instanceof ParameterError) return undefined;
    throw error;
  }
}

/**
 * What a run of a tiny magnet sees in equilibrium below T_c, or where a chain of its stronger bonds turns over in e^4 sweeps and more,
 * of what a ground state has: one phase or both, unless the field leaves less than e^-20 of the other.
 */
function phasesOf(
  { size, temperature, field, couplings, boundary = PERIODIC }: Plane,
  of: "uniform" | "staggered" = "uniform",
): Phases {
  // Fixed spins choose a phase, and an antiperiodic edge puts walls into every state.
  if (boundary.some((edge) => edge !== "periodic" && edge !== "free")) return "mixed";
  const cold = temperature < Math.max(criticalTemperature(couplings), ...couplings.map(Math.abs));
  const moment = groundMoments({ size, couplings, boundary })[of];
  return cold && moment > 0 && !isChosen(field, moment, temperature) ? "apart" : "mixed";
}

/** Whether a field leaves less than e^-20 of the phase against it. */
const isChosen = (field: number, moment: number, temperature: number) =>
  (2 * Math.abs(field) * moment) / temperature > 20;

/**
 * Ferromagnets so far below T_c that neither a pair of walls across the lattice nor the lattice's size matters. A wall costs
 * 2K + ln tanh K' a site, which is half the inverse correlation length (Onsager 1944).
 */
function ordered({ size: [width, height], temperature, couplings }: Plane): boolean {
  if (couplings[0] <= 0 || couplings[1] <= 0 || temperature >= criticalTemperature(couplings)) return false;
  const [kx, ky] = couplings.map((j) => j / temperature);
  const [acrossX, acrossY] = [2 * kx + Math.log(Math.tanh(ky)), 2 * ky + Math.log(Math.tanh(kx))];
  // A pair of walls can lie in so many places along the other side.
  const walls = Math.min(height * acrossX - Math.log(width), width * acrossY - Math.log(height));
  return 2 * walls > 12;
}
