// Where the Ising model orders: the Binder cumulant U = 1 - <m^4> / (3 <m^2>^2) of three lattices against temperature.
//
// Deep in the ordered phase U is 2/3, and in the disordered phase it vanishes as lattices grow. At the critical temperature it
// depends on the shape of the lattice and not on its size, so the curves of different sizes cross there; on periodic squares
// they cross near U* = 0.6107 (Kamieniarz and Bloete 1993, doi 10.1088/0305-4470/26/2/009).
//
// Look at the last lines: a line through the difference of the largest and the smallest size vanishes within 1 % of
// T_c = 2 / ln(1 + sqrt 2) = 2.269185.
// @ts-check

import { criticalTemperature, ising, openDevice } from "gibbs/node";
import { plot, table } from "./plot.js";

const SIDES = [6, 12, 24];
const TEMPERATURES = Array.from({ length: 7 }, (_, i) => 2.225 + 0.015 * i);
const COPIES = 48; // of each temperature, which run side by side

const device = await openDevice();
/** @type {number[][]} one row for each size */
const cumulants = [];
const rows = [];
for (const [i, side] of SIDES.entries()) {
  const temperature = TEMPERATURES.flatMap((t) => Array(COPIES).fill(t));
  const lattices = await ising.create(device, { size: [side, side], temperature, seed: BigInt(i + 1) });
  await lattices.run(4 * side * side); // the correlation time grows as L^2.17
  const series = await lattices.collect(200, { every: side / 3 });
  const estimates = TEMPERATURES.map((_, t) =>
    lattices.estimate(
      series,
      Array.from({ length: COPIES }, (_, copy) => t * COPIES + copy),
    ),
  );
  cumulants.push(estimates.map(({ binder }) => binder.value));
  for (const [t, { binder }] of estimates.entries()) rows.push([side, TEMPERATURES[t], binder.value, binder.error]);
  lattices.dispose();
}
device.dispose();

plot(
  SIDES.map((side, i) => ({
    ...{ mark: "o+#"[i], label: `L = ${side}` },
    points: TEMPERATURES.map((t, k) => [t, cumulants[i][k]]),
  })),
  { x: "temperature", y: "U" },
);
table(["L", "T", "U", "error"], rows);

// The least-squares line through the difference of two curves is 0 at the crossing.
const gap = TEMPERATURES.map((_, k) => cumulants[2][k] - cumulants[0][k]);
/** @param {readonly number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const middle = mean(TEMPERATURES);
const slope =
  mean(gap.map((value, k) => value * (TEMPERATURES[k] - middle))) / mean(TEMPERATURES.map((t) => (t - middle) ** 2));
const crossing = middle - mean(gap) / slope;
console.log(
  `\nL = 6 and 24 cross at T = ${crossing.toFixed(4)}; exact T_c = ${criticalTemperature([1, 1]).toFixed(6)}`,
);
