// What the project's own pages, command line and tests use of this model; no part of what users import.

export { GpuTrainer } from "./gpu.ts";
export { ReferenceTraining } from "./reference.ts";
export { ReferenceTrainer } from "./reference-trainer.ts";
export { ADAM, PURPOSE as MINIBATCHES } from "./trainer.ts";
