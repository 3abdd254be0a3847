// A forecast of your own series by an echo-state network: written as CSV, read, tuned on rows set aside, and forecast beyond its end.
//
// The series is made here, so that the example needs no file: the x and z of Lorenz's equations with 1 % noise, as a measurement
// would give them. Replace it by a file of your own. The first parts of the series train each network, the rows after them choose
// among settings, and the last rows, which have no part in the choice, say how good the choice is.
//
// Look at the errors along the spectral radius: 0 is a network without memory, and "persistence" is the forecast that nothing
// changes.
// @ts-check

import { readFile, writeFile } from "node:fs/promises";
import { csv, openDevice, readSeries, reservoir, seriesText } from "gibbs/node";
import { plot, table } from "./plot.js";

await writeFile("lorenz.csv", [...csv(["t", "x", "z"], lorenz(1500))].join(""));

const { data, shape, names, times } = readSeries("lorenz.csv", await readFile("lorenz.csv"));
const series = seriesText({ data, shape, names, ...(times ? { times } : {}) });
const settings = /** @type {const} */ ({ task: "data", data: series, units: 80, starts: 4, ridge: 1e-4, seed: 11n });

const device = await openDevice();
// Two networks at every spectral radius, all in one batch.
const radii = [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2];
const tuning = await reservoir.create(device, { ...settings, spectralRadius: radii, reservoirs: 2 });
await tuning.run(2);
const found = radii.map((_, p) => tuning.estimate(p));
tuning.dispose();
const chosen = found.reduce(
  (best, { validationNrmse }, p) => (validationNrmse.value < found[best].validationNrmse.value ? p : best),
  0,
);

// The forecast: four networks at the best radius, of which the best along the rows set aside is taken.
const ahead = await reservoir.create(device, {
  ...settings,
  spectralRadius: radii[chosen],
  reservoirs: 4,
  forecast: 60,
});
await ahead.run(4);
await ahead.conclude();
const { head, rows } = ahead.table();
ahead.dispose();
device.dispose();

await writeFile("forecast.csv", [...csv(head, rows)].join(""));
const z = head.indexOf("z");
const known = Array.from({ length: 90 }, (_, i) => /** @type {const} */ ([i - 90, data[2 * (shape[0] - 90 + i) + 1]]));
plot(
  [
    { mark: ".", label: "z, known", points: known },
    { mark: "o", label: "forecast", points: rows.map((row, i) => [i, Number(row[z])]) },
  ],
  { x: "steps from the end", y: "z" },
);
table(
  ["radius", "error (chosen by)", "error (test)", "persistence"],
  radii.map((radius, p) => [
    radius,
    ...[found[p].validationNrmse, found[p].nrmse, found[p].persistenceNrmse].map(({ value }) => value),
  ]),
);
console.log(`\nradius ${radii[chosen]} is the best; wrote lorenz.csv and forecast.csv`);

/** Rows t, x, z of Lorenz's equations, by the method of Heun. @param {number} count */
function* lorenz(count) {
  const [h, inner] = [0.002, 25];
  /** @param {number[]} s @returns {number[]} */
  const slope = ([x, y, z]) => [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z];
  let [state, word] = [[1, 1, 20], 1];
  const noise = () => {
    word = (word * 48271) % 2147483647; // Park and Miller's minimal standard generator
    return word / 2147483647 - 0.5;
  };
  for (let row = -100; row < count; row++) {
    if (row >= 0) yield [(row * inner * h).toFixed(2), state[0] + 0.3 * noise(), state[2] + 0.3 * noise()];
    for (let i = 0; i < inner; i++) {
      const first = slope(state);
      const second = slope(state.map((value, k) => value + h * first[k]));
      state = state.map((value, k) => value + (h / 2) * (first[k] + second[k]));
    }
  }
}
