// What a lattice of two, three or four sides has along each of its axes. Two sides have a kernel of their own with every boundary and both
// algorithms; more of them are a lattice of the family (src/models/lattice), by the heat bath with periodic or free edges.

import { ParameterError } from "../../device/errors.ts";
import type { Edge, Geometry } from "../lattice/geometry.ts";
import { nearest, siteCount } from "../lattice/geometry.ts";
import { type Boundary, effectiveBoundary, isClosed } from "./boundary.ts";
import type { IsingParameters } from "./parameters.ts";

/** Sites of a lattice of more than two sides, which are counted in words. */
const MOST_SITES = 2 ** 30;

export const isPlane = ({ size }: Pick<IsingParameters, "size">): boolean => size.length === 2;

type OfAxes = "size" | "couplings" | "boundary";

/** Values of two axes, for what knows no other. */
type Planar<P extends Partial<Pick<IsingParameters, OfAxes>>> = Omit<P, OfAxes> & {
  [K in keyof P & OfAxes]: NonNullable<P[K]> extends readonly [infer T, ...unknown[]] ? [T, T] : never;
};

/** Parameters of a lattice of two sides, as such. */
export function planeOf<P extends Partial<Pick<IsingParameters, OfAxes>>>(parameters: P): Planar<P> {
  const plane: Record<string, unknown> = { ...parameters };
  for (const name of ["size", "couplings", "boundary"]) {
    if (plane[name] !== undefined) plane[name] = (plane[name] as unknown[]).slice(0, 2);
  }
  return plane as Planar<P>;
}

/** One value for each side, where all that are given are equal or there is one for each. @throws ParameterError */
function along<T>(name: string, values: readonly T[], { length }: readonly number[]): T[] {
  if (values.length === length) return [...values];
  if (values.length < length && values.every((value) => value === values[0])) return Array(length).fill(values[0]);
  throw new ParameterError(
    name,
    `${name} ${values.join(",")}: the lattice has ${length} sides; give one value for each of them, or one for all.`,
  );
}

export const couplingsOf = ({ couplings, size }: Pick<IsingParameters, "couplings" | "size">): number[] =>
  along("couplings", couplings, size);

type Filled = Pick<IsingParameters, "couplings" | "boundary">;

/** Couplings and boundaries with one value for each side. */
export const perAxis = ({ couplings, boundary, size }: IsingParameters): Filled => ({
  couplings: along("couplings", couplings, size) as Filled["couplings"],
  boundary: along("boundary", boundary, size) as Filled["boundary"],
});

/** What lies beyond the edges along each axis, as it acts. */
export const boundariesOf = ({ boundary, size }: Pick<IsingParameters, "boundary" | "size">): Boundary[] =>
  along("boundary", boundary, size).map((edge, axis) => effectiveBoundary(edge, size[axis]));

/** Where the sites and bonds of a lattice of more than two sides are. */
export function geometryOf({ boundary, size }: Pick<IsingParameters, "boundary" | "size">): Geometry {
  const edges = along("boundary", boundary, size);
  const other = edges.find((edge) => edge !== "periodic" && edge !== "free");
  if (other !== undefined) {
    throw new ParameterError(
      "boundary",
      `boundary ${other}: lattices of three sides and more have periodic or free edges; take one of these, or two sides.`,
    );
  }
  return nearest(size, edges as Edge[]);
}

/** @throws ParameterError for what does not go together, with what to take in its place. */
export function checkAxes(parameters: IsingParameters): void {
  const { size } = parameters;
  couplingsOf(parameters);
  const boundary = along("boundary", parameters.boundary, size);
  if (!isPlane(parameters)) checkFamily(parameters);
  const odd = size.findIndex((side, axis) => axis > 0 && side > 1 && side % 2 === 1 && isClosed(boundary[axis]));
  if (odd < 0) return;
  const what = odd === 1 ? "height" : `side along ${"xyzw"[odd]}`;
  const open = boundary.map((edge, axis) => (axis === odd ? "free" : edge));
  throw new ParameterError(
    "size",
    `size ${size.join(",")}: the ${what} must be even, because only then does a checkerboard match across the edge; take ${size[odd] + 1}, or open edges as in --boundary ${open.join(",")}.`,
  );
}

function checkFamily(parameters: IsingParameters): void {
  const { size, algorithm, generator, probabilityBits } = parameters;
  const refuse = (name: string, given: string, remedy: string): never => {
    throw new ParameterError(name, `${name} ${given}: lattices of three sides and more take ${remedy} alone.`);
  };
  if (algorithm !== "heat-bath") refuse("algorithm", algorithm, "heat-bath");
  if (generator !== "threefry20") refuse("generator", generator, "threefry20");
  if (probabilityBits !== "64") refuse("probability-bits", probabilityBits, "64");
  const sites = siteCount(geometryOf(parameters));
  if (sites > MOST_SITES) {
    throw new ParameterError(
      "size",
      `size ${size.join(",")}: a lattice of three sides and more has at most ${MOST_SITES} sites.`,
    );
  }
}
