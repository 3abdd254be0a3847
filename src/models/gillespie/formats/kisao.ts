// Algorithms of SED-ML by their numbers in the Kinetic Simulation Algorithm Ontology (Courtot et al. 2011, doi 10.1038/msb.2011.77).

/** The same law as the direct method, so that it takes their place. */
const EXACT: Record<number, string> = {
  29: "Gillespie's direct method",
  241: "a Gillespie-like method",
  15: "Gillespie's first reaction method",
  27: "Gibson and Bruck's next reaction method",
  586: "Gibson and Bruck's next reaction method with an indexed queue",
  38: "the sorting direct method",
  329: "constant-time kinetic Monte Carlo",
  610: "composition and rejection",
};

const LEAPS: Record<number, string> = {
  39: "tau-leaping",
  40: "Poisson tau-leaping",
  74: "binomial tau-leaping",
};

/** What gibbs does not do, with the reason. */
const OTHERS: Record<number, string> = {
  ...{
    19: "CVODE",
    30: "Euler's method",
    32: "a Runge-Kutta method",
    86: "Fehlberg's method",
    87: "Dormand and Prince's method",
  },
  ...{
    88: "LSODA",
    283: "IDA",
    355: "DASPK",
    435: "an embedded Runge-Kutta method",
    436: "Dormand and Prince's method",
  },
  ...{ 535: "VODE", 536: "ZVODE", 560: "LSODA/LSODAR" },
};

export interface Algorithm {
  method: "direct" | "tau";
  /** What is done in place of what is asked for. */
  note?: string;
}

/** KISAO:0000029 or KISAO_0000029 as 29. */
export function kisaoNumber(id: string): number | undefined {
  const [, digits] = /KISAO[:_](\d+)$/i.exec(id.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** The method, or a text that says why there is none. */
export function algorithmOf(id: string): Algorithm | string {
  const own = kisaoNumber(id);
  if (own === undefined) return `its algorithm is "${id}", which is no number of KiSAO`;
  if (Object.hasOwn(EXACT, own)) {
    const asked = EXACT[own];
    return own === 29 || own === 241
      ? { method: "direct" }
      : { method: "direct", note: `the direct method takes the place of ${asked} (${id}): both are exact` };
  }
  if (Object.hasOwn(LEAPS, own)) {
    return own === 39
      ? { method: "tau" }
      : { method: "tau", note: `gibbs's tau-leaping takes the place of ${LEAPS[own]} (${id}); both are approximate` };
  }
  if (Object.hasOwn(OTHERS, own)) {
    return `its algorithm, ${OTHERS[own]} (${id}), solves rate equations; gibbs makes stochastic trajectories, as KISAO:0000029 does`;
  }
  return `its algorithm ${id} is none that gibbs has: it makes trajectories by KISAO:0000029 and exact methods like it, or by KISAO:0000039`;
}

/** Parameters of algorithms that mean something here. */
export const PARAMETERS = { seed: 488, runs: 498, tolerance: 228 } as const;
