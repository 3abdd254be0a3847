// Curves in the plane, blurred by a Gaussian: each of two classes of equal shares. u is uniform on 0 … 1.

import { portableCos, portableSin } from "../../../portable.ts";
import { type Law, TURN } from "./law.ts";

/** A curve for each class, and the standard deviation across it in either direction. */
const blurred = (deviation: number, curve: (label: number, u: number) => readonly [x: number, y: number]): Law => ({
  dimension: 2,
  draw({ uniform, normal }, point) {
    const label = uniform[0] < 0.5 ? 0 : 1;
    const [x, y] = curve(label, uniform[1]);
    point[0] = x + deviation * normal[0];
    point[1] = y + deviation * normal[1];
    return label;
  },
});

/** Rings of radius 1 and 2 about the origin, blurred by 0.1: r (cos 2πu, sin 2πu). */
export const rings = blurred(0.1, (label, u) => {
  const radius = label + 1;
  return [radius * portableCos(TURN * u), radius * portableSin(TURN * u)];
});

/** A half circle, 1.5 (cos πu - ½, sin πu - ¼), and its image under x → -x, which reaches into it; blurred by 0.1. */
export const moons = blurred(0.1, (label, u) => {
  const side = label === 0 ? 1.5 : -1.5;
  const angle = (TURN / 2) * u;
  return [side * (portableCos(angle) - 0.5), side * (portableSin(angle) - 0.25)];
});

/** Two arms of one and a half turns, ±2.5 √u (cos 3π√u, sin 3π√u), blurred by 0.08. */
export const spiral = blurred(0.08, (label, u) => {
  const way = Math.sqrt(u);
  const radius = (label === 0 ? 2.5 : -2.5) * way;
  const angle = 1.5 * TURN * way;
  return [radius * portableCos(angle), radius * portableSin(angle)];
});
