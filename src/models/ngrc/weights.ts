// Weights as files: each increment as a sum of monomials of scaled samples, with the scales.

import { npy } from "../../files/npy.ts";
import { writeSafetensors } from "../../files/safetensors.ts";
import type { Plan } from "./data.ts";
import { columnNames, namesOf } from "./features.ts";
import type { NgrcParameters } from "./parameters.ts";
import type { Segment } from "./segment.ts";

/**
 * .weights.csv: a row for each monomial, above them mean and standard deviation of each column: with z = (x - mean) / sd the increment
 * z(t + 1) - z(t) is the sum of weights times monomials of z(t), z(t - skip), …, a dash for each delay. .weights.npy: [column][monomial].
 * .safetensors: W as that array, mean, sd; names of columns and monomials, and the settings, as JSON in its metadata.
 */
export function weightsFile(
  ending: string,
  plan: Plan,
  { weights, mean, sd }: Pick<Segment, "weights" | "mean" | "sd">,
  { delays, skip, order, training, ridge, scaling }: NgrcParameters,
): Uint8Array {
  const columns = columnNames(plan);
  const monomials = namesOf(plan.features, plan.names);
  const shape = [columns.length, monomials.length];
  if (ending === ".weights.npy") return npy({ data: weights, shape });
  if (ending === ".safetensors") {
    const tensors = {
      W: { shape, data: weights },
      ...{ mean: { shape: [columns.length], data: mean }, sd: { shape: [columns.length], data: sd } },
    };
    const settings = JSON.stringify({ delays, skip, order, training, ridge, scaling });
    return writeSafetensors(tensors, {
      ...{
        model: "gibbs ngrc",
        columns: JSON.stringify(columns),
        monomials: JSON.stringify(monomials),
        parameters: settings,
      },
    });
  }
  const rows: (readonly (string | number)[])[] = [
    ["monomial", ...columns],
    ["mean", ...mean],
    ["sd", ...sd],
    ...monomials.map((name, m) => [name, ...columns.map((_, i) => weights[i * monomials.length + m])]),
  ];
  const cell = (value: string | number) =>
    /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  return new TextEncoder().encode(rows.map((row) => `${row.map(cell).join(",")}\n`).join(""));
}
