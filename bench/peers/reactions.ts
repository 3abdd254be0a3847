// Gillespie's direct method specialised to one network, as C and as a plain loop of JavaScript: statements of both alike.

import type { Expression } from "../../src/expression/expression.ts";
import type { Ensemble } from "../../src/models/gillespie/ensemble.ts";
import source from "./gillespie.c?raw";

/** Propensities of mass action, and what each reaction does. */
function statements({ network, points }: Ensemble) {
  const { parameters } = points[0];
  const emit = (each: Expression): string => {
    if (each.kind === "number") return `${each.value}.0`.replace(/(\..*)\.0$/, "$1");
    if (each.kind === "call" && each.operation === "*") return each.operands.map(emit).join("*");
    const at = each.kind === "name" ? network.species.indexOf(each.name) : -1;
    return at >= 0 ? `x[${at}]` : String(parameters.get((each as { name: string }).name));
  };
  const propensities = network.reactions.map(({ propensity }, i) => `a[${i}] = ${emit(propensity)};`).join(" ");
  const fire = network.reactions.map(({ changes }, i) => {
    const moves = changes.map((change, s) => (change === 0 ? "" : `x[${s}] += ${change};`)).join(" ");
    return `case ${i}: ${moves} break;`;
  });
  return { propensities, fire: fire.join(" ") };
}

/** So many trajectories. */
export function plainJavaScript(ensemble: Ensemble): (trajectories: number) => void {
  const { points, times, network } = ensemble;
  const { propensities, fire } = statements(ensemble);
  return new Function(
    "trajectories",
    `const a = new Float64Array(${network.reactions.length});
    const x = new Float64Array(${network.species.length});
    for (let n = 0; n < trajectories; n++) {
      x.set([${points[0].initial.join(", ")}]);
      for (let time = 0; ; ) {
        ${propensities}
        let total = 0;
        for (let i = 0; i < a.length; i++) total += a[i];
        if (!(total > 0)) break;
        time -= Math.log(1 - Math.random()) / total;
        if (time >= ${times[times.length - 1]}) break;
        let r = Math.random() * total, chosen = 0;
        while (chosen < a.length - 1 && r >= a[chosen]) r -= a[chosen++];
        switch (chosen) { ${fire} }
      }
    }`,
  ) as (trajectories: number) => void;
}

/** gillespie.c for this network. */
export function plainSource(ensemble: Ensemble): string {
  const { network, points } = ensemble;
  const { propensities, fire } = statements(ensemble);
  const define = (name: string, text: string) => `#define ${name} ${text}\n`;
  return (
    define("SPECIES", String(network.species.length)) +
    define("REACTIONS", String(network.reactions.length)) +
    define("START", `{${points[0].initial.join(", ")}}`) +
    define("PROPENSITIES", propensities) +
    define("FIRE", fire) +
    source
  );
}
