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
export function effectiveBoundaries(
  [x, y]: Readonly<Boundaries>,
  [width, height]: readonly [number, number],
): Boundaries {
  const of = (boundary: Boundary, side: number) => (side === 1 && isClosed(boundary) ? "free" : boundary);
  return [of(x, width), of(y, height)];
}

/** Bonds along each axis, those with fixed spins among them. A closed axis of two sites has two bonds for each pair. */
export function bondCounts(
  boundaries: Readonly<Boundaries>,
  [width, height]: readonly [number, number],
): [number, number] {
  const [x, y] = effectiveBoundaries(boundaries, [width, height]);
  const along = (boundary: Boundary, side: number) =>
    isClosed(boundary) ? side : boundary === "free" ? side - 1 : side + 1;
  return [along(x, width) * height, along(y, height) * width];
}
