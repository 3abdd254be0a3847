// The observables of the Potts model, their estimates with errors, and their exact values.

import { ParameterError } from "../../device/errors.ts";
import { type Estimate, estimateReplicas, jackknifeReplicas } from "../../statistics/index.ts";
import { type Geometry, siteCount } from "../lattice/geometry.ts";
import { layerStates, MOST_LAYERS } from "../lattice/transfer-matrix.ts";
import type { Exact, Observable } from "../model.ts";
import type { Series } from "../series.ts";
import { pottsOfTwo, pottsTorus } from "./exact.ts";
import type { PottsParameters } from "./parameters.ts";

export const columns = ["energy", "order", "squaredOrder"] as const;

export const observables = {
  energy: { unit: "J/site", description: "Energy per site, each bond once: -J Σ δ(s, s')" },
  order: {
    unit: "",
    label: "Order parameter",
    description: "Mean of m = (q ρ - 1) / (q - 1), ρ the share of sites in the most frequent state",
    range: 1,
  },
  specificHeat: { unit: "k_B/site", description: "N (⟨e²⟩ - ⟨e⟩²) / T²", fluctuation: true },
  susceptibility: { unit: "1/J/site", description: "N (⟨m²⟩ - ⟨m⟩²) / T", fluctuation: true },
  binderRatio: {
    unit: "",
    description:
      "⟨M²⟩² / ⟨M⁴⟩ of the vector order M² = (q Σ ρ² - 1) / (q - 1) over the shares ρ of all states: 1 in order, (q - 1) / (q + 1) in disorder",
    fluctuation: true,
  },
} satisfies Record<string, Observable>;

/** Estimates of the observables of the Potts model, by name. */
export type PottsObservables = Record<keyof typeof observables, Estimate>;

/** Energy, order and squared order from sites in each state, and bonds between equal states. */
export function rowOf(sums: Uint32Array, { states, coupling }: PottsParameters, geometry: Geometry): number[] {
  const sites = siteCount(geometry);
  const shares = Array.from(sums.subarray(0, states), (count) => count / sites);
  const [largest, squares] = [Math.max(...shares), shares.reduce((sum, share) => sum + share * share, 0)];
  const order = (value: number) => (states * value - 1) / (states - 1);
  return [(-coupling * sums[states]) / sites, order(largest), order(squares)];
}

export function estimatePotts(series: Series, replicas: number[], own: PottsParameters): PottsObservables {
  const { temperature, size } = own;
  const sites = siteCount({ size });
  const of = (name: (typeof columns)[number]) => replicas.map((replica) => series.column(name, replica));
  const [energy, order, squared] = [of("energy"), of("order"), of("squaredOrder")];
  // Fluctuations of values shifted near zero: a difference of squares loses no digits there.
  const level = energy[0][0];
  const shifted = energy.map((row) => row.map((e) => e - level));
  const square = (rows: Float64Array[]) => rows.map((row) => row.map((x) => x * x));
  const rows = (...parts: Float64Array[][]) => replicas.map((_, i) => parts.map((part) => part[i]));
  return {
    energy: estimateReplicas(energy),
    order: estimateReplicas(order),
    specificHeat: jackknifeReplicas(
      rows(shifted, square(shifted)),
      ([e, e2]) => (sites * (e2 - e * e)) / temperature / temperature,
    ),
    susceptibility: jackknifeReplicas(rows(order, square(order)), ([m, m2]) => (sites * (m2 - m * m)) / temperature),
    binderRatio: jackknifeReplicas(rows(squared, square(squared)), ([m2, m4]) => (m4 > 0 ? (m2 * m2) / m4 : 1)),
  };
}

type Known = Partial<Record<keyof PottsObservables, Exact>>;

/** The last exact values: pages request them again and again, and a long lattice takes a second. */
let last: { key: string; known: Known } | undefined;

/** Exact values on periodic lattices: two states in two dimensions, and any number where a layer has few states. */
export function exactPotts(own: PottsParameters): Known {
  const { states, size, temperature, coupling, edges } = own;
  const key = [states, size, temperature, coupling, edges].join(" ");
  if (last?.key !== key) last = { key, known: knownOf(own) };
  return last.known;
}

function knownOf(own: PottsParameters): Known {
  const { states, size, temperature, coupling, edges } = own;
  if (edges !== "periodic") return {};
  const plane = size.length === 2 && size.every((side) => side > 1);
  const solved = () => {
    if (layerStates(states, size) <= MOST_LAYERS) {
      return { ...pottsTorus(states, size, { temperature, coupling }), source: "transfer matrix" };
    }
    if (states !== 2 || !plane || coupling <= 0) return undefined;
    try {
      return { ...pottsOfTwo([size[0], size[1]], { temperature, coupling }), source: "Kaufman 1949" };
    } catch (error) {
      if (error instanceof ParameterError) return undefined;
      throw error;
    }
  };
  const found = solved();
  if (!found || !Number.isFinite(found.energy) || !Number.isFinite(found.specificHeat)) return {};
  const { energy, specificHeat, source } = found;
  return { energy: { value: energy, source }, specificHeat: { value: specificHeat, source } };
}
