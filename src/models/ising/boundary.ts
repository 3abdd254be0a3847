// What lies beyond the edges of an axis of the lattice, and how many bonds the axis then has.

/**
 * `periodic`: the last site is the first one's neighbour; `antiperiodic`: the same by a bond of the opposite sign; `free`: no
 * neighbour; `fixed-…`: a spin that never flips, up or down, or up before the first site and down after the last.
 *
 * The order is that of the constants in shaders/ising/shape.wgsl.
 */
export const BOUNDARIES = ["periodic", "antiperiodic", "free", "fixed-up", "fixed-down", "fixed-up-down"] as const;
export type Boundary = (typeof BOUNDARIES)[number];
/** Along x and along y. */
export type Boundaries = [Boundary, Boundary];

/** Both ends of the axis are neighbours. */
export const isClosed = (boundary: Boundary) => boundary === "periodic" || boundary === "antiperiodic";

/** The fixed spins before the first and after the last site of an axis; undefined where there are none. */
export function fixedSpins(boundary: Boundary): readonly [before: 1 | -1, after: 1 | -1] | undefined {
  if (boundary === "fixed-up") return [1, 1];
  if (boundary === "fixed-down") return [-1, -1];
  return boundary === "fixed-up-down" ? [1, -1] : undefined;
}

/** A side of one site has no bonds along it, unless fixed spins stand at both ends. */
export const effectiveBoundary = (boundary: Boundary, side: number): Boundary =>
  side === 1 && isClosed(boundary) ? "free" : boundary;

/** Likewise, of both axes of a plane. */
export const effectiveBoundaries = (
  [x, y]: Readonly<Boundaries>,
  [width, height]: readonly [number, number],
): Boundaries => [effectiveBoundary(x, width), effectiveBoundary(y, height)];

/** Bonds along an axis of one line, those with fixed spins among them. A closed axis of two sites has two bonds for each pair. */
export function bondsOfLine(boundary: Boundary, side: number): number {
  const effective = effectiveBoundary(boundary, side);
  return isClosed(effective) ? side : effective === "free" ? side - 1 : side + 1;
}

/** Likewise, along both axes of a plane. */
export const bondCounts = (
  [x, y]: Readonly<Boundaries>,
  [width, height]: readonly [number, number],
): [number, number] => [bondsOfLine(x, width) * height, bondsOfLine(y, height) * width];
