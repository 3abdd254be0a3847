// Gillespie throughput in events a second, the direct method with all statistics, and on request plain C for the same network.
//
// Counted for the gene network (6 reactions, 4 species), per event: half a Threefry4x32-20 block, 71 integer operations; about 20
// more for counts, time and stops; some 35 in f32 for propensities, partial sums and choice; one logarithm and one division.
// Bytes: 816 of snapshots and 44 of state per trajectory of some 4,000 events, so the arithmetic units bind. At 64 integer
// operations a clock, an H200 (132 × 1.98 GHz) ends at about 1.8e11 events/s; divergence and tails take their share.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError, ParameterError } from "../src/device/errors.ts";
import type { Expression } from "../src/models/gillespie/expression.ts";
import { type Ensemble, type GillespieOptions, gillespie } from "../src/models/gillespie/index.ts";
import { type Bench, type BenchOptions, type BenchRow, summary } from "./bench.ts";
import source from "./peers/gillespie.c?raw";

/** Seconds that one repeat takes. */
const REPEAT = 1;
/** Trajectories that are compared with the reference, and whose events are counted. */
const CHECKED = 48;

/** A chain of so many reversible steps, two reactions each. */
const chain = (steps: number) =>
  Array.from(
    { length: steps },
    (_, i) => `X${i} <-> X${i + 1} @ ${1 + (0.25 * i) / steps}, ${1.5 - (0.25 * i) / steps}`,
  )
    .concat("X0 = 1000")
    .join("; ");

const NETWORKS: { name: string; options: GillespieOptions }[] = [
  { name: "A ⇌ B", options: { example: "isomerisation", until: 20 } },
  { name: "gene, 6 reactions", options: { example: "telegraph" } },
  { name: "chain, 50 reactions", options: { network: chain(25), until: 2 } },
  { name: "chain, 500 reactions", options: { network: chain(250), until: 2 } },
];

export const gillespieBench: Bench = {
  model: "gillespie",
  async run(device, options) {
    if (device.kind !== "gpu") {
      throw new ParameterError(
        "device",
        "device reference: it is the yardstick of truth, not of speed; choose a GPU device.",
      );
    }
    const rows: BenchRow[] = [];
    for (const network of options.quick ? NETWORKS.slice(0, 2) : NETWORKS) {
      rows.push(...(await ofNetwork(device, network, options)));
    }
    return rows;
  },
};

async function ofNetwork(
  device: Device,
  { name, options }: (typeof NETWORKS)[number],
  bench: BenchOptions,
): Promise<BenchRow[]> {
  const full: GillespieOptions = { ...options, points: 51 };
  using ensemble = await gillespie.create(device, full);
  const { reactions } = ensemble.ensemble.network;
  const checked = reactions.length > 100 ? CHECKED / 4 : CHECKED; // the reference takes seconds
  bench.log(`checking: ${name}, ${checked} paths against the reference`);
  const events = await check(device, ensemble, full, checked);
  const size = [reactions.length];
  const rows: BenchRow[] = [];
  const report = (kernel: string, rates: readonly number[]) => {
    const row = { model: "gillespie", kernel: `${name}, ${kernel}`, size, ...summary(rates), unit: "events/s" };
    bench.onRow(row);
    rows.push(row);
  };

  const time = async (trajectories: number) => {
    const start = performance.now();
    await ensemble.run(trajectories);
    return (performance.now() - start) / 1000;
  };
  const least = device.info.software ? 2048 : 1 << 20;
  const perSecond = least / (await time(least).then(() => time(least)));
  const trajectories = Math.max(least, Math.round(perSecond * REPEAT));
  const peer = bench.peers ? await plainC(ensemble.ensemble, bench) : undefined;
  const script = bench.peers ? plainJavaScript(ensemble.ensemble) : undefined;
  const rates: number[] = [];
  const peers: number[] = [];
  const scripts: number[] = [];
  for (let repeat = 0; repeat < (bench.quick ? 3 : 7); repeat++) {
    bench.signal?.throwIfAborted();
    rates.push((trajectories * events) / (await time(trajectories)));
    if (peer) peers.push(await peer.rate(events));
    if (script) scripts.push(script(events));
  }
  report("direct", rates);
  if (peer) {
    report(`plain C, ${peer.threads} threads`, peers);
    await peer[Symbol.asyncDispose]();
  }
  if (script) report("plain JavaScript", scripts);
  return rows;
}

/** Events of a trajectory in the mean. @throws GpuError where the kernel's paths are not the reference's */
async function check(
  device: Device,
  ensemble: Awaited<ReturnType<typeof gillespie.create>>,
  options: GillespieOptions,
  checked: number,
) {
  using reference = await gillespie.create(new ReferenceDevice(device.info.host), options);
  const [left, right] = [await ensemble.counts(0, checked), await reference.counts(0, checked)];
  const differ = left.filter((path, i) => String(path) !== String(right[i])).length;
  if (differ > 2) {
    throw new GpuError(`bench gillespie: ${differ} of ${checked} paths differ from the reference; nothing was timed.`);
  }
  let events = 0;
  for (let i = 0; i < checked; i++) events += reference.replay(i).times.length - 1;
  return events / checked;
}

/** Statements of C and of JavaScript alike: propensities of mass action, and what each reaction does. */
function statements({ network, points }: Ensemble) {
  const { parameters } = points[0];
  const emit = (each: Expression): string => {
    if (each.kind === "number") return `${each.value}.0`.replace(/(\..*)\.0$/, "$1");
    if (each.kind === "call" && each.operation === "*") return each.operands.map(emit).join("*");
    const at = each.kind === "name" ? network.species.indexOf(each.name) : -1;
    return at >= 0 ? `x[${at}]` : String(parameters.get((each as { name: string }).name));
  };
  const propensities = network.reactions.map(({ propensity }, i) => `a[${i}] = ${emit(propensity)};`).join(" ");
  const fire = network.reactions.map(({ changes }, i) => {
    const moves = changes.map((change, s) => (change === 0 ? "" : `x[${s}] += ${change};`)).join(" ");
    return `case ${i}: ${moves} break;`;
  });
  return { propensities, fire: fire.join(" ") };
}

/** The same method as a plain loop of JavaScript: events a second for about half a second. */
function plainJavaScript(ensemble: Ensemble): (events: number) => number {
  const { points, times, network } = ensemble;
  const { propensities, fire } = statements(ensemble);
  const run = new Function(
    "trajectories",
    `let events = 0;
    const a = new Float64Array(${network.reactions.length});
    const x = new Float64Array(${network.species.length});
    for (let n = 0; n < trajectories; n++) {
      x.set([${points[0].initial.join(", ")}]);
      for (let time = 0; ; events++) {
        ${propensities}
        let total = 0;
        for (let i = 0; i < a.length; i++) total += a[i];
        if (!(total > 0)) break;
        time -= Math.log(1 - Math.random()) / total;
        if (time >= ${times[times.length - 1]}) break;
        let r = Math.random() * total, chosen = 0;
        while (chosen < a.length - 1 && r >= a[chosen]) r -= a[chosen++];
        switch (chosen) { ${fire} }
      }
    }
    return events;`,
  ) as (trajectories: number) => number;
  run(1);
  return (events) => {
    const start = performance.now();
    const made = run(Math.ceil((network.reactions.length > 100 ? 5e5 : 5e6) / events));
    return made / ((performance.now() - start) / 1000);
  };
}

async function plainC(ensemble: Ensemble, { log }: BenchOptions) {
  const { network, points, times } = ensemble;
  const { compilePeer } = await import("./peers/c.ts");
  const { propensities, fire } = statements(ensemble);
  const define = (name: string, text: string) => `#define ${name} ${text}\n`;
  const head =
    define("SPECIES", String(network.species.length)) +
    define("REACTIONS", String(network.reactions.length)) +
    define("START", `{${points[0].initial.join(", ")}}`) +
    define("PROPENSITIES", propensities) +
    define("FIRE", fire);
  const peer = await compilePeer(head + source);
  if (!peer) {
    log("no C compiler (cc) found: no peer is timed");
    return undefined;
  }
  const until = times[times.length - 1];
  return {
    threads: peer.threads,
    rate: async (events: number) => {
      const made = network.reactions.length > 100 ? 2e6 : 4e7;
      return Number((await peer.run(until, Math.ceil(made / events), peer.threads))[0]);
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
