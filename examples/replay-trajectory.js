// One trajectory out of an ensemble, followed event by event: the largest of a thousand epidemics.
//
// In the SIR model with R0 = 2 and a single infected person among 500, every second outbreak dies out by chance, and the others
// infect most of the population. An ensemble runs on the GPU and keeps sums only. Random numbers are addressed by the number of
// the trajectory, so any one can be followed again, with every infection and recovery, as it was in the ensemble.
//
// Look at the two kinds of outbreaks in the table, and at the events of the largest one in the plot and in the CSV file.
// @ts-check

import { writeFile } from "node:fs/promises";
import { csv, gillespie, openDevice } from "gibbs/node";
import { plot, table } from "./plot.js";

const PEOPLE = 500;
const TRAJECTORIES = 1000;

const device = await openDevice();
const epidemics = await gillespie.create(device, {
  network: `S + I -> 2 I @ beta; I -> R @ 1; beta = ${2 / PEOPLE}; S = ${PEOPLE - 1}; I = 1; R = 0`,
  until: 40,
  points: 41,
  seed: 4n,
});
await epidemics.run(TRAJECTORIES);

// Counts at the grid times, [trajectory][time][species], of all of them.
const { species } = epidemics.result();
const [S, I, R] = ["S", "I", "R"].map((name) => species.indexOf(name));
const counts = await epidemics.counts(0, TRAJECTORIES);
const sizes = counts.map((path) => path[path.length - 1][R]);
const largest = sizes.indexOf(Math.max(...sizes));

const { times, counts: states } = epidemics.replay(largest);
epidemics.dispose();
device.dispose();

await writeFile("replay-trajectory.csv", [...csv(["time", "S", "I", "R"], rows())].join(""));
plot(
  [
    { mark: ".", label: "replayed, every event", points: times.map((time, i) => [time, states[i][I]]) },
    { mark: "o", label: "in the ensemble", points: counts[largest].map((state, time) => [time, state[I]]) },
  ],
  { x: "time", y: `infected, trajectory ${largest}` },
);

const small = sizes.filter((size) => size < PEOPLE / 10).length / TRAJECTORIES;
const bounds = [0, PEOPLE / 10, PEOPLE / 2, 0.7 * PEOPLE, 0.8 * PEOPLE, 0.9 * PEOPLE, PEOPLE + 1];
table(
  ["recovered at the end", "outbreaks"],
  bounds.slice(1).map((to, i) => [`${bounds[i]} to ${to - 1}`, sizes.filter((n) => n >= bounds[i] && n < to).length]),
);
// The state at a time is that of the last event before it.
const differ = counts[largest].filter((state, time) => {
  const last = times.filter((t) => t <= time).length - 1;
  return state.some((count, i) => count !== states[last][i]);
});
console.log(`\n${small.toFixed(3)} of the outbreaks stay small; branching theory: 1 / R0 = 0.5`);
console.log(
  `trajectory ${largest}: ${times.length - 1} events; grid times at which the replay differs: ${differ.length}`,
);
console.log("wrote replay-trajectory.csv");

function* rows() {
  for (const [i, time] of times.entries()) yield [time, ...[S, I, R].map((at) => states[i][at])];
}
