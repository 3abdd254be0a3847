// The contenders of a benchmark: simulations of any model, the reference, and the same work in C, Python and JavaScript.

import type { Simulation } from "../../src/models/model.ts";
import type { Case, Contender, Programs } from "./case.ts";

type Row = Omit<Case, "by" | "create" | "counted">;

export const plainC = (
  programs: Programs,
  row: Row,
  source: string,
  words: (steps: number) => readonly (string | number)[],
): Case => ({
  ...row,
  kernel: `${row.kernel}, C, ${programs.threads} threads`,
  by: "peer",
  create: () => programs.c(source, words, row.updates),
});

export const python = (programs: Programs, row: Row, source: string, words: readonly (string | number)[]): Case => ({
  ...row,
  kernel: `${row.kernel}, Python`,
  by: "peer",
  create: () => programs.python(source, words),
});

/** The same in a plain loop of JavaScript. */
export const javaScript = (
  row: Row,
  prepare: () => Promise<(steps: number) => void> | ((steps: number) => void),
): Case => ({
  ...row,
  kernel: `${row.kernel}, JavaScript`,
  by: "peer",
  async create() {
    const loop = await prepare();
    return { run: async (steps) => loop(steps), dispose: () => {} };
  },
});

/** The same by the reference. */
export const reference = (row: Row, create: Case["create"]): Case => ({
  ...row,
  kernel: `${row.kernel}, reference`,
  by: "reference",
  create,
});

/** A simulation of any model, whose steps are the steps. */
export const simulated = async (simulation: Promise<Simulation>): Promise<Contender> => {
  const made = await simulation;
  return { run: (steps) => made.run(steps), dispose: () => made[Symbol.dispose]() };
};

/** A step is a run of so many steps by a simulation made anew, of a seed of its own; to make it does not count. */
export const anew = (steps: number, create: (seed: bigint) => Promise<Simulation>): Contender => ({
  async run(count) {
    let seconds = 0;
    for (let seed = 0; seed < count; seed++) {
      using simulation = await create(BigInt(seed));
      const start = performance.now();
      await simulation.run(steps);
      seconds += (performance.now() - start) / 1000;
    }
    return seconds;
  },
  dispose: () => {},
});
