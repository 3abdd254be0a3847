// What is estimated of every magnet from its energy and magnetization, and which exact values can be compared with it.

import { type Estimate, estimateReplicas, jackknifeReplicas } from "../statistics/index.ts";
import type { Exact, Observable } from "./model.ts";
import type { Series } from "./series.ts";

export type MagnetEstimates = Record<
  "energy" | "magnetization" | "absMagnetization" | "specificHeat" | "susceptibility" | "binder",
  Estimate
>;

/** What is observed of every magnet. */
export const magnetObservables = {
  energy: { unit: "J/site", description: "Energy per site, each bond once: -Jx Σ s s' - Jy Σ s s' - h Σ s" },
  magnetization: { unit: "1/site", description: "Mean spin m", range: 1 },
  absMagnetization: { unit: "1/site", label: "Magnetization |m|", description: "Mean of |m|", range: 1 },
  specificHeat: { unit: "k_B/site", description: "N (⟨e²⟩ - ⟨e⟩²) / T²", fluctuation: true },
  susceptibility: {
    unit: "1/J/site",
    description: "N (⟨m²⟩ - ⟨|m|⟩²) / T without a field, N (⟨m²⟩ - ⟨m⟩²) / T in one",
    fluctuation: true,
  },
  binder: {
    unit: "",
    label: "Binder cumulant",
    description: "Binder cumulant 1 - ⟨m⁴⟩ / (3 ⟨m²⟩²): 2/3 in order, 0 in disorder",
    fluctuation: true,
  },
} satisfies Record<keyof MagnetEstimates, Observable>;

/** Estimates from series of energy and magnetization per spin, over replicas that share one point. */
export function estimateMagnet(
  { spins, temperature, field }: { spins: number; temperature: number; field: number },
  series: Series,
  replicas: number[],
): MagnetEstimates {
  const energy = replicas.map((replica) => series.column("energy", replica));
  const m = replicas.map((replica) => series.column("magnetization", replica));
  const abs = m.map((row) => row.map(Math.abs));
  const order = field === 0 ? abs : m;
  // Fluctuations of values shifted near zero: a difference of squares loses no digits there.
  const level = energy[0][0];
  const shifted = energy.map((row) => row.map((e) => e - level));
  const power = (rows: Float64Array[], n: number) => rows.map((row) => row.map((x) => x ** n));
  const rows = (...parts: Float64Array[][]) => replicas.map((_, i) => parts.map((part) => part[i]));
  return {
    energy: estimateReplicas(energy),
    magnetization: estimateReplicas(m),
    absMagnetization: estimateReplicas(abs),
    specificHeat: jackknifeReplicas(
      rows(shifted, power(shifted, 2)),
      ([e, e2]) => (spins * (e2 - e * e)) / temperature / temperature, // T² may be no double
    ),
    susceptibility: jackknifeReplicas(rows(order, power(m, 2)), ([a, m2]) => (spins * (m2 - a * a)) / temperature),
    binder: jackknifeReplicas(rows(power(m, 2), power(m, 4)), ([m2, m4]) => (m2 > 0 ? 1 - m4 / (3 * m2 * m2) : 0)),
  };
}

/**
 * How a run visits the phases up and down that have weight in equilibrium: mixed, so that its means are those of
 * equilibrium; or apart, for it stays in one of them far longer than any run.
 */
export type Phases = "mixed" | "apart";

/**
 * The exact values that the means of a run tend to. Where phases stay apart they are those of one phase: without a field
 * these differ only in the sign of m, so that all values but m remain; in a field nothing does.
 */
export function exactMagnet(
  means: Record<keyof MagnetEstimates, number>,
  { field, phases, source }: { field: number; phases: Phases; source: string },
): Partial<Record<keyof MagnetEstimates, Exact>> {
  if (phases === "apart" && field !== 0) return {};
  const names = ["energy", "magnetization", "absMagnetization", "specificHeat", "susceptibility", "binder"] as const;
  const shown = names
    .filter((name) => phases === "mixed" || name !== "magnetization")
    .filter((name) => Number.isFinite(means[name])); // free spins at temperature 1e-320 have no susceptibility in doubles
  return Object.fromEntries(shown.map((name) => [name, { value: means[name], source }]));
}
