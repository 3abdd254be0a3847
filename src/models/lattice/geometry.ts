// Where the sites of a lattice are: any number of sides, the first running fastest, and bonds along some directions.

/** What lies beyond a side: its other end, or nothing. */
export const EDGES = ["periodic", "free"] as const;
export type Edge = (typeof EDGES)[number];

export interface Geometry {
  /** Sites along each axis. */
  size: readonly number[];
  edges: readonly Edge[];
  /** One vector of each pair of opposite ones: a site has a bond with the site at plus each, and with that at minus each. */
  directions: readonly (readonly (-1 | 0 | 1)[])[];
}

/**
 * Along every axis. A side of two sites that is periodic has two bonds between them, as Kaufman's torus has; a side of one site has none.
 */
export function nearest(size: readonly number[], edges: readonly Edge[]): Geometry {
  const axes = size.flatMap((length, axis) => (length > 1 ? [axis] : []));
  const directions = axes.map((axis) => size.map((_, i) => (i === axis ? 1 : 0)));
  return { size, edges, directions };
}

export const siteCount = ({ size }: Pick<Geometry, "size">): number =>
  size.reduce((count, length) => count * length, 1);

/** From one site to the next along each axis. */
export function stridesOf(size: readonly number[]): number[] {
  let stride = 1;
  return size.map((length) => {
    const own = stride;
    stride *= length;
    return own;
  });
}

/** Bonds in all, each once. */
export function bondCount(geometry: Geometry): number {
  const { size, edges, directions } = geometry;
  const along = (direction: readonly number[]) =>
    size.reduce(
      (count, length, axis) => count * (direction[axis] !== 0 && edges[axis] === "free" ? length - 1 : length),
      1,
    );
  return directions.reduce((sum, direction) => sum + along(direction), 0);
}

/** The neighbours of a site: for each direction that at minus it and that at plus it; -1 where there is none. */
export function neighboursOf({ size, edges, directions }: Geometry, site: number): number[] {
  const strides = stridesOf(size);
  const place = size.map((length, axis) => Math.floor(site / strides[axis]) % length);
  const at = (direction: readonly number[], sign: 1 | -1) => {
    let index = 0;
    for (const [axis, length] of size.entries()) {
      const x = place[axis] + sign * direction[axis];
      if ((x < 0 || x >= length) && edges[axis] === "free") return -1;
      index += ((x + length) % length) * strides[axis];
    }
    return index;
  };
  return directions.flatMap((direction) => [at(direction, -1), at(direction, 1)]);
}

/** Sites in an order in which those of one colour, none of which are neighbours, stand together. */
export interface Colouring {
  order: Uint32Array;
  /** Where each colour begins in the order, and where the last ends. */
  starts: number[];
}

/**
 * Two colours where there is a checkerboard, else the first that is free at each site: three or more on a torus of odd sides. The
 * order of the colours is part of what a sweep is.
 */
export function colouringOf(geometry: Geometry): Colouring {
  const colours = isCheckerboard(geometry) ? checkerboard(geometry) : greedy(geometry);
  const counts: number[] = [];
  for (const colour of colours) counts[colour] = (counts[colour] ?? 0) + 1;
  const starts = [0];
  for (const count of counts) starts.push(starts.at(-1)! + count);
  const next = starts.slice();
  const order = new Uint32Array(colours.length);
  colours.forEach((colour, site) => {
    order[next[colour]++] = site;
  });
  return { order, starts };
}

/** Every bond changes the parity of the sum of the coordinates. */
const isCheckerboard = ({ size, edges, directions }: Geometry): boolean =>
  directions.every(
    (direction) =>
      direction.filter((step) => step !== 0).length === 1 &&
      size.every((length, axis) => direction[axis] === 0 || edges[axis] === "free" || length % 2 === 0),
  );

/** 0 where the sum of a site's coordinates is even, 1 where it is odd. */
export function parityOf({ size }: Pick<Geometry, "size">, site: number): number {
  let [sum, rest] = [0, site];
  for (const length of size) {
    sum += rest % length;
    rest = Math.floor(rest / length);
  }
  return sum % 2;
}

const checkerboard = ({ size }: Geometry): Uint8Array =>
  Uint8Array.from({ length: siteCount({ size }) }, (_, site) => parityOf({ size }, site));

function greedy(geometry: Geometry): Uint8Array {
  const colours = new Uint8Array(siteCount(geometry)).fill(255);
  colours.forEach((_, site) => {
    const taken = new Set(neighboursOf(geometry, site).map((other) => (other < 0 ? 255 : colours[other])));
    let colour = 0;
    while (taken.has(colour)) colour++;
    colours[site] = colour;
  });
  return colours;
}

/** The same edge along every axis. */
export const edgesOf = (size: readonly number[], edge: Edge): Edge[] => size.map(() => edge);
