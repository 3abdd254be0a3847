// Every benchmark: one line a model.

import type { Bench } from "./bench.ts";
import { gillespieBench } from "./gillespie.ts";
import { hopfieldBench } from "./hopfield.ts";
import { isingBench } from "./ising.ts";

export const benches: readonly Bench[] = [isingBench, hopfieldBench, gillespieBench];
