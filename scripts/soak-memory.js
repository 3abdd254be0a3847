// What a soak's memory did: sampled after each round, and judged at the end.

import { setTimeout as sleep } from "node:timers/promises";

/** Mebibytes by which the process may grow in an hour: compiled shaders, and the heap's own pages, settle for a while. */
const ROOM = 64;

/** With fewer rounds than this a quarter of them says nothing. */
const LEAST = 12;

/** Mebibytes of the process after a full collection, and what the device holds. */
export async function memoryOf(device) {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await sleep(50); // finalizers run in a turn of their own
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const mebibytes = (bytes) => Math.round((bytes / 2 ** 20) * 100) / 100;
  const { buffers, bytes } = device.memory;
  return { rss: mebibytes(rss), heap: mebibytes(heapUsed), external: mebibytes(external), buffers, bytes };
}

/**
 * Buffers must stand where they stood after the first round. The process may not grow from the second quarter of the soak to the last by
 * more than four standard errors of that difference and an hour's share of ROOM: in the first quarter everything is met for the first time.
 */
export function grew(samples) {
  const rss = samples.map((sample) => sample.rss);
  const [first, second, , last] = [0, 1, 2, 3].map((q) => quarter(rss, q));
  const hours = (samples.at(-1).minutes - samples[0].minutes) / 60;
  const growth = last.mean - second.mean;
  const bound = 4 * Math.hypot(last.error, second.error) + (ROOM * hours) / 2;
  const left = samples.filter(({ buffers, bytes }) => buffers !== samples[0].buffers || bytes !== samples[0].bytes);
  const shown = (of) => `${of.mean.toFixed(1)} ± ${of.error.toFixed(1)} MiB`;
  const lines = [
    `rounds ${samples.length}; after each ${samples[0].buffers} buffers, ${samples[0].bytes} bytes${left.length > 0 ? `, but not after ${left.length} of them` : ""}`,
    `resident memory: first quarter ${shown(first)}, second ${shown(second)}, last ${shown(last)}; slope ${slope(samples).toFixed(1)} MiB/h`,
    `growth from the second to the last quarter ${growth.toFixed(1)} MiB, bound ${bound.toFixed(1)}`,
  ];
  const judged = samples.length >= LEAST;
  if (!judged) lines.push(`${samples.length} rounds are too few to say whether the process grew: ${LEAST} are needed`);
  return { lines, pass: left.length === 0 && (growth <= bound || !judged) };
}

/** Mean of a quarter of the values, and its standard error. */
function quarter(values, q) {
  const at = (i) => Math.floor((i * values.length) / 4);
  const own = values.slice(at(q), Math.max(at(q) + 1, at(q + 1)));
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, own.length - 1);
  return { mean, error: Math.sqrt(variance / own.length) };
}

/** Least squares, from the second quarter on, in mebibytes an hour. */
function slope(samples) {
  const own = samples.slice(Math.floor(samples.length / 4));
  const mean = (of) => own.reduce((sum, sample) => sum + of(sample), 0) / own.length;
  const [t, y] = [mean(({ minutes }) => minutes), mean(({ rss }) => rss)];
  const covariance = mean(({ minutes, rss }) => (minutes - t) * (rss - y));
  return (60 * covariance) / mean(({ minutes }) => (minutes - t) ** 2);
}
