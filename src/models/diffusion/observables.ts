// What is measured of samples.

import type { Observable } from "../model.ts";

export const observables = {
  mean: { unit: "", description: "Mean of all numbers of all samples" },
  variance: { unit: "", description: "Mean variance of a number" },
} satisfies Record<string, Observable>;

export const agreement = {
  agreement: { unit: "", description: "Share of samples whose nearest point of the data has the class asked for" },
} satisfies Record<string, Observable>;
