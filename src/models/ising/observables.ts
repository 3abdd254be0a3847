// What is measured of the Ising model, with errors, and what is known of it exactly.

import type { Estimate } from "../../statistics/index.ts";
import { estimateMagnet, exactMagnet, type Phases } from "../magnet.ts";
import type { Exact, Observable } from "../model.ts";
import { type Points, point } from "../parameters.ts";
import type { Series } from "../series.ts";
import { criticalTemperature, enumerate, kaufman, onsager } from "./exact.ts";
import type { Sums } from "./lattice.ts";
import type { IsingParameters } from "./parameters.ts";

export const columns = ["energy", "magnetization"] as const;

export const observables = {
  energy: { unit: "J/site", description: "Energy per site, each bond once: -Jx Σ s s' - Jy Σ s s' - h Σ s" },
  magnetization: { unit: "1/site", description: "Mean spin m" },
  absMagnetization: { unit: "1/site", description: "Mean of |m|" },
  specificHeat: { unit: "k_B/site", description: "N (⟨e²⟩ - ⟨e⟩²) / T²" },
  susceptibility: {
    unit: "1/J/site",
    description: "N (⟨m²⟩ - ⟨|m|⟩²) / T without a field, N (⟨m²⟩ - ⟨m⟩²) / T in one",
  },
  binder: { unit: "", description: "Binder cumulant 1 - ⟨m⁴⟩ / (3 ⟨m²⟩²): 2/3 in order, 0 in disorder" },
} satisfies Record<string, Observable>;

export type IsingObservables = Record<keyof typeof observables, Estimate>;

/** Energy and magnetization per site from the integer sums. */
export function perSite({ up, unequalX, unequalY }: Sums, { size, couplings, field }: IsingParameters): number[] {
  const sites = size[0] * size[1];
  const m = (2 * up - sites) / sites;
  const energy = -couplings[0] * (1 - (2 * unequalX) / sites) - couplings[1] * (1 - (2 * unequalY) / sites) - field * m;
  return [energy, m];
}

/** Estimates over replicas that share one point. */
export function estimateIsing(points: Points<IsingParameters>, series: Series, replicas: number[]): IsingObservables {
  const { size, temperature, field } = point(points, replicas[0]);
  return estimateMagnet({ spins: size[0] * size[1], temperature, field }, series, replicas);
}

/** What exact values depend on. */
type Magnet = Pick<IsingParameters, "size" | "temperature" | "field" | "couplings">;

const ENUMERATED = 16;

/**
 * What is known exactly and can be compared with a run: every observable of tiny lattices (by enumeration), else without a
 * field energy and specific heat of the torus (Kaufman), and |m| where it equals Yang's but for e^-12.
 */
export function exactIsing(parameters: Magnet): Partial<Record<keyof IsingObservables, Exact>> {
  const { size, temperature, field, couplings } = parameters;
  const [width, height] = size;
  if (width * height <= ENUMERATED) {
    const all = enumerate(width, height, { temperature, field, couplings });
    const source = `enumeration of 2^${width * height} states`;
    const susceptibility = field === 0 ? all.absSusceptibility : all.susceptibility;
    return exactMagnet({ ...all, susceptibility }, { field, phases: phasesOf(parameters), source });
  }
  if (field !== 0) return {};
  const { energy, specificHeat } = kaufman(width, height, { temperature, couplings });
  const source = "Kaufman 1949";
  const exact: Partial<Record<keyof IsingObservables, Exact>> = {
    energy: { value: energy, source },
    specificHeat: { value: specificHeat, source },
  };
  if (ordered(parameters)) {
    const { magnetization } = onsager({ temperature, couplings });
    exact.absMagnetization = { value: magnetization, source: "Yang 1952, infinite lattice" };
  }
  return exact;
}

/**
 * What a run of a tiny ferromagnet sees in equilibrium below T_c, or where a chain of its stronger bonds turns over in
 * e^4 sweeps and more: one phase or both, unless the field leaves less than e^-20 of the other.
 */
function phasesOf({ size, temperature, field, couplings }: Magnet): Phases {
  const cold = temperature < Math.max(criticalTemperature(couplings), ...couplings);
  if (!cold || Math.min(...couplings) < 0) return "mixed";
  return (2 * Math.abs(field) * size[0] * size[1]) / temperature > 20 ? "mixed" : "apart";
}

/**
 * Ferromagnets so far below T_c that neither a pair of walls across the lattice nor the lattice's size matters. A wall costs
 * 2K + ln tanh K' a site, which is half the inverse correlation length (Onsager 1944).
 */
function ordered({ size: [width, height], temperature, couplings }: Magnet): boolean {
  if (couplings[0] <= 0 || couplings[1] <= 0 || temperature >= criticalTemperature(couplings)) return false;
  const [kx, ky] = couplings.map((j) => j / temperature);
  const [acrossX, acrossY] = [2 * kx + Math.log(Math.tanh(ky)), 2 * ky + Math.log(Math.tanh(kx))];
  // A pair of walls can lie in so many places along the other side.
  const walls = Math.min(height * acrossX - Math.log(width), width * acrossY - Math.log(height));
  return 2 * walls > 12;
}
