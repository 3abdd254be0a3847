// Which reaction fires: exact to 2^-64 of the total, whatever the order of the reactions is. A rare one between large ones is decided at
// its very borders, on the GPU and by the reference, against fractions of whole numbers.

import { describe, expect, it } from "vitest";
import { structOf } from "../src/device/layout.ts";
import { type GillespieOptions, gillespie } from "../src/index.ts";
import { prepare } from "../src/models/gillespie/ensemble.ts";
import { generate } from "../src/models/gillespie/kernel/wgsl.ts";
import { parseNetwork } from "../src/models/gillespie/network/text.ts";
import { chosen, chosenInVersion1 } from "../src/models/gillespie/reference/choice.ts";
import { threefry4x32 } from "../src/random/threefry.ts";
import { device, reference, samples } from "./devices.ts";

/** An f32 as a whole number of 2^-149. */
function whole(value: number): bigint {
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0];
  const exponent = bits >>> 23;
  return exponent === 0 ? BigInt(bits) : BigInt((bits & 0x7fffff) | 0x800000) << BigInt(exponent - 1);
}

/** The partial sums of weights, and what a number of 64 bits chooses among them. */
function lawOf(weights: readonly bigint[]) {
  let sum = 0n;
  const ends = weights.map((weight) => {
    sum += weight;
    return sum;
  });
  return { ends, total: sum, choice: (number: bigint) => ends.findIndex((end) => number * sum < end << 64n) };
}

const RUN = structOf("gillespie/direct.wgsl", "run");
/** Children of a node in tables. */
const FAN = 8;

/**
 * In tables a reaction has its share of the node above it, whose sum is one of f32, that node its share of the next, and so on: weights in
 * 2^-300 of the total. All reactions here have a reactant in common, so that they stand below one node in the order of the list.
 */
function tableWeights(rates: readonly number[]): bigint[] {
  let nodes = rates.map((rate, i) => ({ value: rate, leaves: [{ i, share: 1n << 300n }] }));
  while (nodes.length > 1) {
    const groups = Array.from({ length: Math.ceil(nodes.length / FAN) }, (_, g) => nodes.slice(g * FAN, (g + 1) * FAN));
    nodes = groups.map((own) => {
      const exact = own.reduce((sum, { value }) => sum + whole(value), 0n);
      const leaves = own.flatMap(({ value, leaves }) =>
        leaves.map(({ i, share }) => ({ i, share: exact === 0n ? 0n : (share * whole(value)) / exact })),
      );
      return { value: own.reduce((sum, { value }) => Math.fround(sum + value), 0), leaves };
    });
  }
  return nodes[0].leaves.map(({ share }) => share);
}

/** Numbers around all borders, and others. */
function numbersFor({ ends, total }: ReturnType<typeof lawOf>): bigint[] {
  const at = ends.slice(0, -1).map((end) => (end << 64n) / total);
  const near = at.flatMap((border) =>
    [-(2n ** 31n), -1000n, -2n, -1n, 0n, 1n, 2n, 1000n, 2n ** 31n].map((by) => border + by),
  );
  const others = Array.from({ length: 64 }, (_, i) => (BigInt(i) << 58n) + 12345678901234567n * BigInt(i % 7));
  return [0n, 1n, 2n ** 64n - 1n, ...near, ...others].filter((number) => number >= 0n && number < 2n ** 64n);
}

/** What the kernel chooses by each number, with the lower bits as they are; and with those that the trajectory of that place draws. */
async function choicesOf(rates: readonly number[], numbers: readonly bigint[]) {
  const n = rates.length;
  const network = parseNetwork(`X = 1; ${rates.map((rate, i) => `X -> X + Y${i % 3} @ ${rate}`).join("; ")}`);
  const generated = generate(prepare(network, { until: 1, points: 2, set: "", passage: "", seed: 1n }));
  const large = generated.shader.endsWith("table.wgsl");
  const first = generated.tables.length + n;
  const set = rates
    .map((_, i) => [`bitcast<f32>(points[${generated.tables.length + i}u])`, i])
    .map(([value, i]) => (large ? `set_cell(${i}u, ${value});` : `a${i} = ${value};`))
    .join("\n");
  const total = large ? "cell(ROOT)" : rates.map((_, i) => `a${i}`).reduce((a, b) => `(${a} + ${b})`);
  const probe = `
@compute @workgroup_size(WORKGROUP) fn probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= run.slots) { return; }
${set}
${large ? "x[0] = 1;\nadd_nodes();" : ""}
  place = vec3u(id.x, 0u, 0u);
  let words = vec2u(points[${first}u + 2u * id.x], points[${first + 1}u + 2u * id.x]);
  let total = ${total};
  state[2u * id.x] = choose(words.x, 1u, total);
  state[2u * id.x + 1u] = choose_exactly(${large ? "" : `array<f32, REACTIONS>(${rates.map((_, i) => `a${i}`)}), `}words, total${large ? "" : ", false"});
}`;
  const kernel = await device.kernel({
    shader: generated.shader,
    generated: generated.source + probe,
    entryPoint: "probe",
    constants: { WORKGROUP: 64 },
  });
  const words = numbers.flatMap((number) => [Number(number >> 32n), Number(number & 0xffffffffn)]);
  const points = Uint32Array.from([...generated.tables, ...new Uint32Array(Float32Array.from(rates).buffer), ...words]);
  const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const buffer = (bytes: number, usage = STORAGE | COPY_DST | COPY_SRC) => device.buffer("probe", bytes, usage);
  const [out, input, run] = [buffer(8 * numbers.length), buffer(points.byteLength), buffer(48, UNIFORM | COPY_DST)];
  const [snapshots, activeIn, activeOut, counters] = [buffer(64), buffer(64), buffer(64), buffer(64)];
  device.write(input, points);
  const idle = { seed: [0, 0], purpose: 0, firstReplicate: 0, activeCount: 0, blocks: 0, lastGrid: 0, gridUnits: 0 };
  device.write(run, RUN.write({ ...idle, unit: 0, mostDraws: 0, slots: numbers.length, replicates: 1 }));
  const group = kernel.bind({ state: out, snapshots, points: input, activeIn, activeOut, counters, run });
  await device.submit("probe", (encoder) => {
    const pass = encoder.beginComputePass();
    pass.setPipeline(kernel.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.ceil(numbers.length / 64));
    pass.end();
  });
  const found = new Uint32Array(await device.read(out));
  for (const each of [out, input, run, snapshots, activeIn, activeOut, counters]) device.free(each);
  return numbers.map((_, i) => ({ drawn: found[2 * i], exact: found[2 * i + 1] }));
}

/** A rare reaction at each place among large ones, with others of 0. */
const orders = (n: number, share: number) =>
  [0, 1, Math.floor(n / 2), n - 2, n - 1].map((at) =>
    Array.from({ length: n }, (_, i) => {
      if (i === at) return Math.fround(share * n * 1e3);
      return i % 5 === 3 ? 0 : Math.fround(1e3 * (0.4 + ((i * 37) % 101) / 50));
    }),
  );

describe.each([1e-6, 1e-8, 1e-10, 1e-12])("a share of %s, wherever it stands", (share) => {
  it.each([2, 7, 30, 90, 700])("among %s reactions", async (n) => {
    for (const rates of orders(n, share)) {
      const law = lawOf(n > 64 ? tableWeights(rates) : rates.map(whole));
      const numbers = numbersFor(law);
      const low = numbers.map((_, i) => BigInt(threefry4x32([i, 0, 0, 1], [0, 0, 0, 0])[0]));
      const found = await choicesOf(rates, numbers);
      // Where a number goes from node to node it is rounded down to 2^-64.
      const allowed = (number: bigint) => [number, number > 0n ? number - 1n : number].map(law.choice);
      found.forEach(({ drawn, exact }, i) => {
        expect(allowed(numbers[i])).toContain(exact);
        expect(allowed(((numbers[i] >> 32n) << 32n) | low[i])).toContain(drawn);
      });
      // The reference knows no blocks: its law is that of the rates.
      const own = lawOf(rates.map(whole));
      for (const number of numbersFor(own)) {
        const found = chosen(rates, undefined, Number(number >> 32n), () => Number(number & 0xffffffffn));
        expect(found).toBe(own.choice(number));
      }
    }
  });
});

it("a rare reaction of a table keeps its share to the rounding of f32", () => {
  for (const rates of orders(90, 1e-9)) {
    const [rounded, exact] = [lawOf(tableWeights(rates)), lawOf(rates.map(whole))];
    const share = ({ ends, total }: typeof exact, i: number) =>
      Number((((ends[i] - (ends[i - 1] ?? 0n)) << 200n) / total) >> 100n) / 2 ** 100;
    rates.forEach((_, i) => {
      expect(Math.abs(share(rounded, i) - share(exact, i))).toBeLessThanOrEqual(2e-6 * share(exact, i));
    });
  }
});

it("the choice of gibbs 0.1.0 did not: a negative control", () => {
  const rates = [1, Math.fround(1e-10), 1].map(Math.fround);
  const law = lawOf(rates.map(whole));
  const wrong = numbersFor(law).filter((number) => {
    const [high, low] = [Number(number >> 32n), Number(number & 0xffffffffn)];
    return chosenInVersion1(rates, undefined, high, () => low) !== law.choice(number);
  });
  expect(wrong.length).toBeGreaterThan(3);
});

it("thinned rates: what falls beyond all of them is no reaction", () => {
  const rates = [0.3, 0, 0.2];
  expect(chosen(rates, 1, 0.2 * 2 ** 32, () => 0)).toBe(0);
  expect(chosen(rates, 1, 0.4 * 2 ** 32, () => 0)).toBe(2);
  expect(chosen(rates, 1, 0.6 * 2 ** 32, () => 0)).toBeUndefined();
});

it("a rare reaction in a scan happens as often as it should, though the first point never saw the frequent one", async () => {
  const options: GillespieOptions = {
    network: "G -> G + P @ kp; M -> D @ 0.001; G = 1; M = 1; kp = 1",
    ...{ set: "kp = 0|20000", until: 1, points: 2, seed: 5n },
  };
  const n = samples(4000);
  using ensemble = await gillespie.create(device, options);
  await ensemble.run(n);
  const { points, species } = ensemble.result();
  for (const { mean } of points!) {
    const p = 1 - Math.exp(-0.001);
    expect(Math.abs(mean[1][species.indexOf("D")] - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
  }
});

/** What gibbs 0.1.0 made of them: events that meet, rates in time and real counts in leaps, choices. */
const VERSION_1: [GillespieOptions, string][] = [
  [
    {
      network:
        "X -> 0 @ 0.11; X = 100; 0 -> Y @ 8; at 4: Y = X; at 4: X = Y + 2; at 0: X = 90; when Y > 30: Y = 5; when Y > 30 && X > 3: X = X + Y; at 7: Y = 40",
      until: 10,
    },
    "7c1e8f8837",
  ],
  [
    {
      network:
        "0 -> X @ 10*(1 + 0.5*sin(0.5*t)); X -> 0 @ 0.2; X -> Y @ X*if(t < 3, 0.1, 0.4); Y -> 0 @ Y*exp(-t)/(1 + t); at 2.2: X = 9",
      ...{ until: 6, method: "tau" },
    },
    "72895bca90",
  ],
  [{ network: "A <-> B @ 1, 0.05; A = 20", until: 20, method: "cle" }, "094a21967c"],
];

it.each(VERSION_1)("by the rules of gibbs 0.1.0 the reference makes what it made: %o", async (options, digest) => {
  const digestOf = async (rules: "1" | "2") => {
    using ensemble = await gillespie.create(reference, { ...options, points: 5, rules });
    await ensemble.run(40);
    return (await ensemble.digest()).slice(7, 17);
  };
  expect(await digestOf("1")).toBe(digest);
  expect(await digestOf("2")).not.toBe(digest);
});

it("by those rules the GPU's paths are the reference's, events that meet included", async () => {
  const options: GillespieOptions = { ...VERSION_1[0][0], points: 5, rules: "1", seed: 12n };
  using a = await gillespie.create(device, options);
  using b = await gillespie.create(reference, options);
  const [left, right] = [await a.counts(0, 60), await b.counts(0, 60)];
  expect(left.filter((path, i) => String(path) === String(right[i])).length).toBeGreaterThan(57);
});
