// How many patterns a Hopfield network remembers: the overlap with a stored pattern against the load alpha = P / N.
//
// Networks begin at a stored pattern and relax at temperature 0. Up to alpha = 0.138 they stop close to it, with the overlap of
// the theory of Amit, Gutfreund and Sompolinsky (1985, doi 10.1103/PhysRevLett.55.1530); beyond, the pattern is lost at once, a
// transition of first order, which a finite network rounds off.
//
// Look at the jump of the measured overlap, and at how well it follows the theory below it.
// @ts-check

import { criticalLoad, hopfield, openDevice, retrievalOverlap } from "gibbs/node";
import { plot, table } from "./plot.js";

const NEURONS = 2048;
const LOADS = [0.02, 0.04, 0.06, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.2];
const COPIES = 4; // of each load, each with patterns of its own

const device = await openDevice();
const patterns = LOADS.flatMap((load) => Array(COPIES).fill(Math.round(load * NEURONS)));
const networks = await hopfield.create(device, { neurons: NEURONS, patterns, seed: 7n });
await networks.run(30); // until nothing moves, for small loads
const series = networks.series();
await networks.run(1, { record: { series, every: 1 } });
const measured = LOADS.map((_, i) => {
  const copies = Array.from({ length: COPIES }, (_, copy) => i * COPIES + copy);
  return hopfield.estimate(networks, series, copies).overlap;
});
networks.dispose();
device.dispose();

const theory = LOADS.map((load) => retrievalOverlap(load, 0)); // undefined where nothing is retrieved
plot(
  [
    { mark: "-", label: "theory, N -> infinity", points: LOADS.map((load, i) => [load, theory[i] ?? Number.NaN]) },
    { mark: "o", label: `N = ${NEURONS}`, points: LOADS.map((load, i) => [load, measured[i].value]) },
  ],
  { x: "load P / N", y: "overlap" },
);
table(
  ["load", "overlap", "error", "theory"],
  LOADS.map((load, i) => [load, measured[i].value, measured[i].error, theory[i] ?? "none"]),
);
const drop = LOADS.findIndex((_, i) => measured[i].value < 0.85);
console.log(`\nthe overlap falls below 0.85 at a load of ${LOADS[drop]}; theory: ${criticalLoad.toFixed(4)}`);
