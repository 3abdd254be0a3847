// The observables of a Hopfield network, their estimates with errors, and their known values.

import { type Estimate, estimateReplicas, independentMean } from "../../statistics/index.ts";
import { exactIsing } from "../ising/observables.ts";
import type { Exact, Observable } from "../model.ts";
import type { Series } from "../series.ts";
import type { Sums } from "./network.ts";
import { couplingUnit, fieldUnits, type HopfieldParameters, isPairwise } from "./parameters.ts";
import { retrieval } from "./theory.ts";

export const columns = ["overlap", "largest", "energy", "magnetization"] as const;

export const observables = {
  overlap: { unit: "", description: "Overlap with the cue's pattern, m = (1/N) Σ ξ s" },
  largest: { unit: "", label: "Largest overlap", description: "Largest overlap with any pattern or its negative" },
  energy: { unit: "1/neuron", description: "Energy per neuron, -(1/2N) Σ_μ m_μ² N² + P/2 - h Σ s, by N" },
  magnetization: { unit: "1/neuron", description: "Mean spin" },
} satisfies Record<string, Observable>;

/** Estimates of the observables of a Hopfield network or a dense memory, by name. */
export type HopfieldObservables = Record<keyof typeof observables, Estimate>;

/** Energy per neuron from the integer sums. */
export function hebbEnergy({ energySum, up }: Sums, parameters: HopfieldParameters): number {
  const { neurons: n, patterns } = parameters;
  const spins = 2 * up - n;
  if (isPairwise(parameters)) {
    return (-couplingUnit(parameters) * (Number(energySum) / 2 + fieldUnits(parameters) * spins)) / n;
  }
  // -(1/2N) (Σ M² - N P) - (F/N) Σ s, with the integer first.
  const twice = energySum - BigInt(n) * BigInt(patterns) + 2n * BigInt(fieldUnits(parameters)) * BigInt(spins);
  return -Number(twice) / (2 * n * n);
}

/** A row of the columns. */
export function memoryRow({ cue, largest, up }: Sums, { neurons }: { neurons: number }, energy: number): number[] {
  return [cue / neurons, largest / neurons, energy, (2 * up - neurons) / neurons];
}

/** Each replica has patterns of its own; their mean is that over patterns. */
export function estimateHopfield(series: Series, replicas: number[]): HopfieldObservables {
  const of = (name: (typeof columns)[number]) => {
    const rows = replicas.map((replica) => series.column(name, replica));
    return rows.length > 2 ? acrossReplicas(rows) : estimateReplicas(rows);
  };
  return { overlap: of("overlap"), largest: of("largest"), energy: of("energy"), magnetization: of("magnetization") };
}

/** The spread is that of the patterns: a series of one replica says nothing of it, however long it is. */
const acrossReplicas = (rows: readonly Float64Array[]): Estimate =>
  independentMean(rows.map((row) => independentMean(row).value));

/**
 * The overlap of the retrieval state for N → ∞, where the theory holds: random patterns, no field, and a cue that leads there.
 * Of a lattice with one pattern what is known of the Ising model.
 */
export function exactHopfield(parameters: HopfieldParameters): Partial<Record<keyof HopfieldObservables, Exact>> {
  if (parameters.couplings === "lattice") return exactMattis(parameters);
  const { neurons, patterns, temperature, field, bias, digits, source, start, image, dynamics } = parameters;
  if (
    field !== 0 ||
    bias !== 0 ||
    isPairwise(parameters) ||
    digits > 0 ||
    source === "given" ||
    start !== "pattern" ||
    image !== "" ||
    dynamics === "synchronous"
  )
    return {};
  const states = retrieval(patterns / neurons, temperature);
  const cue = (1 - 2 * parameters.noise) * (1 - parameters.covered);
  // Basins reach beyond the theory's saddle, and no theory says how far. From its overlap squared on, 16 networks of 16 with 4000
  // neurons recalled at loads from 0.02 to 0.13 and temperatures 0, 0.2 and 0.4, but for those near the spinodal: there a network of
  // finite size may lose its pattern from any cue. At load 0.12 with T = 0.2, and at 0.08 with T = 0.4, 10 to 12 of 16 kept it even
  // from a cue of overlap 0.9.
  if (states === undefined || Math.abs(cue) < states.unstable ** 2) return {};
  // A cue with most spins flipped leads to the pattern's negative.
  const value = Math.sign(cue) * states.stable;
  return { overlap: { value, source: "Amit, Gutfreund and Sompolinsky 1985, N → ∞", approximate: true } };
}

/**
 * One pattern on a lattice (Mattis 1976, Phys. Lett. A 56, 421): the spins times those of the pattern are an Ising
 * model with coupling 1/4, the overlap is its magnetization. Not of Little's dynamics, which has another equilibrium.
 */
function exactMattis(parameters: HopfieldParameters): ReturnType<typeof exactHopfield> {
  const { neurons, patterns, temperature, field, dilution, dynamics } = parameters;
  if (patterns > 1 || temperature === 0 || field !== 0 || dilution > 0 || dynamics === "synchronous") return {};
  const side = Math.sqrt(neurons);
  if (side % 2 !== 0) return {}; // no lattice is made of so many
  const { energy, absMagnetization } = exactIsing({
    ...{ size: [side, side], couplings: [0.25, 0.25] },
    ...{ temperature, field },
  });
  return { ...(energy && { energy }), ...(absMagnetization && { largest: absMagnetization }) };
}
