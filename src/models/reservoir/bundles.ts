// How networks are laid out for the GPU: those with one topology side by side in vectors, with their settings; and links as the kernels
// read them.

import { structOf } from "../../device/layout.ts";
import { type Lanes, widthOf } from "./lanes.ts";
import { allUnits, firstInput, type Member, type Shape, type Table } from "./network.ts";
import type { Topology } from "./topology.ts";

const BUNDLES = structOf("reservoir/unit.wgsl", "bundles");

export interface Bundle {
  /** Place of the topology among those used. */
  topology: number;
  /** The first member, or for forecasts the one that all lanes are. */
  member: number;
  /** The first start, of forecasts. */
  lane0: number;
  /** Lanes that are used. */
  count: number;
  field: number;
  leads: boolean;
}

export interface Grouped {
  lanes: Lanes;
  topologies: Topology[];
  bundles: Bundle[];
  /** As the kernels read them. */
  words: Uint32Array;
  settings: Float32Array;
  /** Signals that differ. */
  fields: number;
}

/**
 * Bundles of members that follow each other and share a topology and a patch; with `starts`, of starts of one member. `first` is the row
 * at which they begin.
 */
export function bundlesOf(
  members: readonly Member[],
  table: Table,
  lanes: Lanes,
  shape: Shape,
  first: number,
  starts?: readonly number[],
): Grouped {
  const width = widthOf(lanes);
  const topologies: Topology[] = [];
  const places = new Map<Topology, number>();
  const bundles: Bundle[] = [];
  const placeOf = (topology: Topology) => {
    if (!places.has(topology)) places.set(topology, topologies.push(topology) - 1);
    return places.get(topology)!;
  };
  let fields = 0;
  if (starts) {
    for (let member = 0; member < members.length; member++) {
      const patch = member % shape.patches;
      for (let lane0 = 0; lane0 < starts.length; lane0 += width) {
        const system = Math.floor(member / shape.patches);
        const field = system * Math.ceil(starts.length / width) + lane0 / width;
        fields = Math.max(fields, field + 1);
        const count = Math.min(width, starts.length - lane0);
        bundles.push({ topology: placeOf(members[member].topology), member, lane0, count, field, leads: patch === 0 });
      }
    }
  } else {
    for (let at = 0; at < members.length; ) {
      const { topology, patch } = members[at];
      let count = 1;
      while (count < width && members[at + count]?.topology === topology && members[at + count].patch === patch)
        count++;
      bundles.push({ topology: placeOf(topology), member: at, lane0: 0, count, field: fields++, leads: true });
      at += count;
    }
  }

  const words = BUNDLES.table(
    bundles.map(({ topology, member, count, field, leads }) => {
      const { patch, topology: own } = members[member];
      const targetColumn = table.columns + patch * shape.outputs;
      const input = firstInput(shape, patch, table.columns);
      return { topology, member, members: count, input, targetColumn, network: own.number, field, leads };
    }),
  );
  const settings = new Float32Array(bundles.length * width * 6);
  const rows = new Uint32Array(settings.buffer);
  bundles.forEach(({ member, count, lane0 }, bundle) => {
    for (let k = 0; k < width; k++) {
      // What is left over repeats the last one.
      const own = Math.min(k, count - 1);
      const { spectralRadius, inputScaling, leakRate, bias, noise } = members[starts ? member : member + own];
      const block = bundle * lanes.blocks + Math.floor(k / lanes.lanes);
      const at = (word: number) => (block * 6 + word) * lanes.lanes + (k % lanes.lanes);
      [spectralRadius, inputScaling, leakRate, bias, starts ? 0 : noise].forEach((value, word) => {
        settings[at(word)] = value;
      });
      rows[at(5)] = starts ? starts[lane0 + own] : first;
    }
  });
  return { lanes, topologies, bundles, words, settings, fields };
}

/** Links of all topologies as pairs (source, weight), [topology][link][unit], inputs before units; then biases, two a pair. */
export function linksOf(topologies: readonly Topology[], shape: Shape): { words: Uint32Array; stride: number } {
  const all = allUnits(shape);
  const { fan, degree } = shape;
  const stride = (fan + degree) * all + Math.ceil(all / 2);
  const words = new Uint32Array(2 * stride * topologies.length);
  const floats = new Float32Array(words.buffer);
  topologies.forEach((topology, t) => {
    for (let unit = 0; unit < all; unit++) {
      for (let k = 0; k < fan + degree; k++) {
        const at = 2 * (t * stride + k * all + unit);
        const own = k < fan ? unit * fan + k : unit * degree + k - fan;
        words[at] = (k < fan ? topology.inputSources : topology.sources)[own];
        floats[at + 1] = (k < fan ? topology.inputWeights : topology.weights)[own];
      }
      floats[2 * (t * stride + (fan + degree) * all) + unit] = topology.biases[unit];
    }
  });
  return { words, stride };
}
