// From where a picture in space is seen: dragging, wheel, pinch and keys turn it and bring it nearer. Plain arithmetic.

import type { Orbit } from "../worker/protocol.ts";

export type { Orbit };

/** From a little above and aside, so that no axis hides another. */
export const FIRST: Orbit = { yaw: -0.9, pitch: 0.35, zoom: 1 };

const [NEAREST, FARTHEST] = [8, 0.25];
/** Not quite over the poles, where the view would tip over. */
const STEEPEST = 1.5;

/** A drag by pixels: over the whole canvas it is half a turn. */
export function turn({ yaw, pitch, zoom }: Orbit, [dx, dy]: readonly [number, number], pixels: number): Orbit {
  const angle = Math.PI / Math.max(1, pixels);
  const steep = Math.min(Math.max(pitch + dy * angle, -STEEPEST), STEEPEST);
  return { yaw: (yaw - dx * angle) % (2 * Math.PI), pitch: steep, zoom };
}

export function approach(orbit: Orbit, factor: number): Orbit {
  return { ...orbit, zoom: Math.min(Math.max(orbit.zoom * factor, FARTHEST), NEAREST) };
}
