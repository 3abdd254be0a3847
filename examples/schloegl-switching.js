// Noise that makes a chemical system jump between two stable states: switching times of Schloegl's model.
//
// The rate equation of this network (Schloegl 1972) has two stable states and an unstable one between them, here at 17, 50 and 113
// molecules. With so few of them, noise carries trajectories over the barrier: after a short while those that have not switched
// decay exponentially, and the mean time is known exactly, because X changes by one molecule at a time.
//
// Look at the plot: both curves are straight on the logarithmic axis, which means that a system forgets how long it has waited.
// The table compares the mean times with the exact ones.
// @ts-check

import { gillespie, openDevice } from "gibbs/node";
import { plot, table } from "./plot.js";

const VOLUME = 0.2; // of the usual system: the mean times grow exponentially with it
const [LOW, BARRIER, HIGH] = [85, 248, 565].map((count) => Math.round(VOLUME * count));
const network = `2 X -> 3 X @ c1; 3 X -> 2 X @ c2; 0 -> X @ c3; X -> 0 @ c4
  c1 = ${0.03 / VOLUME}; c2 = ${1e-4 / VOLUME ** 2}; c3 = ${200 * VOLUME}; c4 = 3.5; X = ${LOW}`;

const TRAJECTORIES = 600;

const device = await openDevice();

/** The share of trajectories from `start` that have not yet met the condition, at times up to `until`.
 * @param {number} start @param {string} passage @param {number} until */
async function survival(start, passage, until) {
  const options = { network, set: `X=${start}`, passage, until, points: 41, seed: 5n };
  const ensemble = await gillespie.create(device, options);
  await ensemble.run(TRAJECTORIES);
  const { times, passage: passed } = ensemble.result();
  ensemble.dispose();
  return times.map((time, i) => /** @type {const} */ ([time, 1 - (passed?.probability[i] ?? 0)]));
}

/** Births and deaths per unit of time at n molecules. @param {number} n */
const births = (n) => ((0.03 / VOLUME) * n * (n - 1)) / 2 + 200 * VOLUME;
/** @param {number} n */
const deaths = (n) => ((1e-4 / VOLUME ** 2) * n * (n - 1) * (n - 2)) / 6 + 3.5 * n;

/** The exact mean time from one count up or down to another, one molecule after another (Gardiner, Stochastic Methods).
 * @param {number} from @param {number} to */
function meanTime(from, to) {
  let [step, total] = [0, 0];
  if (from < to) {
    for (let n = 0; n < to; n++) {
      step = (1 + deaths(n) * step) / births(n); // from n to n + 1
      if (n >= from) total += step;
    }
  } else {
    for (let n = 1000; n > to; n--) {
      step = (1 + births(n) * step) / deaths(n); // from n to n - 1
      if (n <= from) total += step;
    }
  }
  return total;
}

/** The time of the decay after the first eighth, and the mean of all: the area below the curve, continued by that decay.
 * @param {(readonly [time: number, share: number])[]} curve */
function timesOf(curve) {
  const area = (/** @type {typeof curve} */ part) =>
    part.slice(1).reduce((sum, [time, share], i) => sum + ((share + part[i][1]) / 2) * (time - part[i][0]), 0);
  const tail = curve.slice(curve.length >> 3);
  const [[, first], [, last]] = [tail[0], tail[tail.length - 1]];
  const decay = area(tail) / (first - last);
  return { decay, mean: area(curve) + last * decay };
}

const up = await survival(LOW, `X >= ${BARRIER}`, 80);
const down = await survival(HIGH, `X <= ${BARRIER}`, 50);
device.dispose();
plot(
  [
    { mark: "u", label: `${LOW} to ${BARRIER}`, points: up },
    { mark: "d", label: `${HIGH} to ${BARRIER}`, points: down },
  ],
  { x: "time", y: "share not yet switched", logY: true },
);
const rows = [up, down].map((curve, i) => {
  const { decay, mean } = timesOf(curve);
  const from = i === 0 ? LOW : HIGH;
  return [from, BARRIER, decay, mean, mean / Math.sqrt(TRAJECTORIES), meanTime(from, BARRIER)];
});
table(["from", "to", "decay time", "mean time", "error", "exact mean"], rows);
