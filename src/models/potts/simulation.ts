// The Potts model as a member of the lattice family.

import type { Device } from "../../device/device.ts";
import { STREAMS } from "../../random/streams.ts";
import { edgesOf, nearest } from "../lattice/geometry.ts";
import type { LatticeKind } from "../lattice/kind.ts";
import type { LatticeGiven } from "../lattice/setup.ts";
import { LatticeSimulation } from "../lattice/simulation.ts";
import type { Options } from "../model.ts";
import { columns, estimatePotts, rowOf } from "./observables.ts";
import { type PottsParameters, pottsParameters } from "./parameters.ts";
import { pottsRule, tableOf } from "./rule.ts";

/**
 * What `potts.create` takes: parameters, of which some may be lists, the seed, the workgroup, and the user's
 * states.
 */
export type PottsOptions = Options<typeof pottsParameters> & LatticeGiven;
/** A simulation of the Potts model. A step is a sweep over all sites. */
export type PottsSimulation = LatticeSimulation<PottsParameters>;

const kind: LatticeKind<PottsParameters> = {
  name: "potts",
  schema: pottsParameters,
  streams: STREAMS.potts,
  geometry: ({ size, edges }) => nearest(size, edgesOf(size, edges)),
  rule: ({ states }) => pottsRule(states),
  table: (own, { directions }) => tableOf(own, 2 * directions.length),
  columns,
  row: rowOf,
  estimate: estimatePotts,
  uniform: ({ start }) => (start === "ordered" ? 0 : undefined),
  colour: colourOf,
};

/** Colours around the wheel, of a brightness that differs from one to the next. */
function colourOf(state: number, { states }: PottsParameters): readonly [number, number, number] {
  const hue = (360 * state) / states + 210;
  const light = state % 2 === 0 ? 0.55 : 0.68;
  const channel = (shift: number) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (light - 0.65 * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

export const createPotts = (device: Device, options: PottsOptions): Promise<PottsSimulation> =>
  LatticeSimulation.create(device, kind, options);

export const restorePotts = (device: Device, checkpoint: Uint8Array) =>
  LatticeSimulation.restore(device, kind, checkpoint);
