// What is measured of samples.

import type { Observable } from "../model.ts";

export const observables = {
  mean: { unit: "", description: "Mean of all numbers of all samples" },
  variance: { unit: "", description: "Variance of a number, averaged over the numbers of a sample" },
} satisfies Record<string, Observable>;

export const agreement = {
  agreement: {
    unit: "",
    label: "Class agreement",
    description: "Share of samples whose nearest data point has the requested class",
  },
} satisfies Record<string, Observable>;
