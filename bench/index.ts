// The benchmarks: a file of a model's stem here is its benchmark.

import { models } from "../src/models/index.ts";
import type { Bench } from "./harness/case.ts";

const files = import.meta.glob<Bench>("./*.ts", { import: "bench" });

/** Models that have one, in the order of the models. */
export const benched: readonly string[] = models.map(({ name }) => name).filter((name) => `./${name}.ts` in files);

/** The benchmark of one of them. */
export const benchOf = (model: string): Promise<Bench> => files[`./${model}.ts`]();
