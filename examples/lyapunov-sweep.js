// Order and chaos of the logistic map x -> r x (1 - x): its Lyapunov exponent along a sweep of r.
//
// The exponent is the mean of ln |f'(x)| along an orbit: negative where orbits are attracted by a cycle, positive where they are
// chaotic. Two values are known exactly: ln 2 at r = 4, and (1/2) ln |4 + 2r - r^2| on the cycle of two, 3 < r < 1 + sqrt 6.
//
// Look at the windows of order within chaos, the widest after r = 1 + sqrt 8 = 3.8284. The picture is the orbit diagram.
// @ts-check

import { writeFile } from "node:fs/promises";
import { dynamics, openDevice, png } from "gibbs/node";
import { plot, table } from "./plot.js";

const device = await openDevice();
const map = await dynamics.create(device, {
  system: "x -> r*x*(1 - x); r = 4; x ~ uniform(0.1, 0.9)",
  set: "r=3.2:4:129", // 129 points, side by side
  until: 1200,
  transient: 200,
  points: 201,
  trajectories: 16,
  lyapunov: 1,
  seed: 3n,
});
await map.run(16);
const points = map.sweep() ?? [];
await writeFile("lyapunov-sweep.png", png(await map.picture()));
map.dispose();
device.dispose();

const curve = points.map(({ parameters, observables }) => {
  const [exponent] = Object.entries(observables).flatMap(([name, value]) => (name === "x" ? [] : [value]));
  return { r: parameters.r, ...exponent };
});
plot(
  [
    { mark: "-", label: "0", points: curve.map(({ r }) => [r, 0]) },
    { mark: "o", label: "measured", points: curve.map(({ r, value }) => [r, Math.max(value, -1.5)]) },
  ],
  { x: "r", y: "exponent" },
);
/** @param {number} r */
const exact = (r) => (r === 4 ? Math.log(2) : r < 1 + Math.sqrt(6) ? Math.log(Math.abs(4 + 2 * r - r * r)) / 2 : "");
table(
  ["r", "exponent", "error", "exact"],
  curve.filter((_, i) => i % 8 === 0).map(({ r, value, error }) => [Number(r.toFixed(6)), value, error, exact(r)]),
);
const chaotic = curve.filter(({ value }) => value > 0.01).length;
console.log(`\n${chaotic} of ${curve.length} values of r are chaotic; wrote lyapunov-sweep.png`);
