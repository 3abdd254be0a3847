// Standard normal numbers from random words, in f64: the CPU twin of shaders/common/normal.wgsl.

import type { Words4 } from "./threefry.ts";

/** Four independent standard normal numbers. (Box & Muller 1958, doi 10.1214/aoms/1177706645.) */
export function normals([a, b, c, d]: Words4): [number, number, number, number] {
  return [...pair(a, b), ...pair(c, d)];
}

function pair(first: number, second: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log((first + 0.5) / 2 ** 32));
  const angle = (2 * Math.PI * second) / 2 ** 32;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
