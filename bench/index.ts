// Every benchmark: one line a model.

import type { Bench } from "./bench.ts";
import { denseMemoryBench } from "./dense-memory.ts";
import { gillespieBench } from "./gillespie.ts";
import { hopfieldBench } from "./hopfield.ts";
import { isingBench } from "./ising.ts";
import { rbmBench } from "./rbm.ts";

export const benches: readonly Bench[] = [isingBench, hopfieldBench, denseMemoryBench, rbmBench, gillespieBench];
