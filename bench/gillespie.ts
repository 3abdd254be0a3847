// Gillespie throughput in events a second, the direct method with all statistics; on request compared with C and JavaScript for the same network. A step
// is a trajectory; its events are the mean of some that the reference made.
//
// Counted for the gene network (6 reactions, 4 species), per event: half a Threefry4x32-20 block, 71 integer operations; about 20
// more for counts, time and stops; some 35 in f32 for propensities, partial sums and choice; one logarithm and one division.
// Bytes: a word of each species at 51 times, written and read again by the statistics: 1,632 per trajectory of some 4,000 events for the gene
// network, 0.4 an event, so the arithmetic units bind; 100 KB for 500 reactions. At 64 integer operations a clock, an H200 (132 × 1.98 GHz)
// ends at about 1.8e11 events/s; divergence and tails take their share.
// R reactions in registers cost 6 R in f32. Large networks are in tables: some 4 propensities change with an event, 5 operations and 8 words of
// the table each, and the choice looks at 2 √R partial sums, 2 operations each: 20 + 4 √R in f32, and 32 integer operations more.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { type GillespieOptions, gillespie } from "../src/models/gillespie/index.ts";
import type { Bench, Case, Counted, Place } from "./harness/case.ts";
import { javaScript, plainC, reference, simulated } from "./harness/contenders.ts";
import { plainJavaScript, plainSource } from "./peers/reactions.ts";

/** A chain of so many reversible steps, two reactions each. */
const chain = (steps: number) =>
  Array.from(
    { length: steps },
    (_, i) => `X${i} <-> X${i + 1} @ ${1 + (0.25 * i) / steps}, ${1.5 - (0.25 * i) / steps}`,
  )
    .concat("X0 = 1000")
    .join("; ");

interface Network {
  kernel: string;
  reactions: number;
  options: GillespieOptions;
  /** Reactions in tables. */
  tables?: boolean;
}

/** The kernel has up to 64 reactions in registers. `until` is short where a check is all it is for. */
function chained(reactions: number, until = 2): Network {
  const tables = reactions > 64;
  const kernel = `direct, chain of reversible steps, in ${tables ? "tables" : "registers"}`;
  return { kernel, reactions, tables, options: { network: chain(reactions / 2), until } };
}
const NETWORKS: Network[] = [
  ...[10, 20, 50, 100, 200, 500].map((reactions) => chained(reactions)),
  { kernel: "direct, A ⇌ B", reactions: 2, options: { example: "isomerisation", until: 20 } },
  { kernel: "direct, gene", reactions: 6, options: { example: "telegraph" } },
];
/** Until when large networks are compared with the reference, which would take seconds. */
const SHORT = 0.2;
/** Trajectories that are compared with the reference, and whose events are counted. */
const CHECKED = 24;
/** Paths that may differ, by a rounding that decides a choice. */
const MOST_DIFFERENT = 2;

/** Grid times, at which all species are kept. */
const TIMES = 51;

function countedOf({ reactions, tables }: Network, species: number, events: number): Counted {
  const bytes = (2 * 4 * TIMES * species) / events;
  return tables
    ? { integer: 123, float: 20 + 4 * Math.sqrt(reactions), bytes }
    : { integer: 91, float: 6 * reactions, bytes };
}

const create = (on: Device, { options }: Network) => gillespie.create(on, { ...options, points: TIMES });

export const bench: Bench = {
  async check({ device, quick }) {
    const checked = NETWORKS.map((network) => (network.tables ? chained(network.reactions, SHORT) : network));
    for (const network of quick ? checked.filter(({ kernel }) => kernel === checked[0].kernel) : checked)
      await check(device, network);
  },
  async cases(place) {
    const cases: Case[] = [];
    for (const network of NETWORKS) cases.push(...(await ofNetwork(place, network)));
    return cases;
  },
};

async function ofNetwork({ device, software, programs }: Place, network: Network): Promise<Case[]> {
  const { kernel, reactions } = network;
  const host = new ReferenceDevice(device.info.host);
  using ensemble = await create(host, network);
  const events = eventsOf(ensemble, reactions > 100 ? 4 : CHECKED);
  const row = {
    ...{ kernel, size: [reactions], n: reactions, of: "reactions", updates: events },
    ...{ unit: "events/s", fit: "update" as const },
  };
  const own: Case = {
    ...{
      ...row,
      counted: countedOf(network, ensemble.ensemble.network.species.length, events),
      least: software ? 1024 : 1 << 18,
    },
    create: () => simulated(create(device, network)),
  };
  const slow = reactions <= 10 ? [reference(row, () => simulated(create(host, network)))] : [];
  if (!programs) return [own, ...slow];
  const prepared = ensemble.ensemble;
  const until = prepared.times[prepared.times.length - 1];
  const words = (trajectories: number) => [until, trajectories, programs.threads];
  return [
    own,
    ...slow,
    plainC(programs, { ...row, least: programs.threads }, plainSource(prepared), words),
    javaScript(row, () => plainJavaScript(prepared)),
  ];
}

/** Events of a trajectory in the mean. */
function eventsOf(ensemble: Awaited<ReturnType<typeof create>>, count: number): number {
  let events = 0;
  for (let i = 0; i < count; i++) events += ensemble.replay(i).times.length - 1;
  return events / count;
}

/** @throws GpuError where the kernel's paths are not the reference's */
async function check(device: Device, network: Network): Promise<void> {
  using ensemble = await create(device, network);
  using other = await create(new ReferenceDevice(device.info.host), network);
  const count = network.tables ? CHECKED / 2 : CHECKED;
  const [left, right] = [await ensemble.counts(0, count), await other.counts(0, count)];
  const differ = left.filter((path, i) => String(path) !== String(right[i])).length;
  if (differ > MOST_DIFFERENT) {
    throw new GpuError(
      `bench gillespie: ${network.kernel}: ${differ} of ${count} paths differ from the reference; nothing was timed.`,
    );
  }
}
