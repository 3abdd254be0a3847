// What diffusion models sample and learn: laws against their moments, digits against their spectrum, users' own data, distances.

import { describe, expect, it } from "vitest";
import { digits } from "../src/data/digits.ts";
import { seriesText } from "../src/files/series-text.ts";
import { ParameterError } from "../src/index.ts";
import { digestOf } from "../src/models/checkpoint.ts";
import { nearestLabel, slicedWasserstein } from "../src/models/diffusion/data/distance.ts";
import { drawingText } from "../src/models/diffusion/data/drawing.ts";
import { dataNames, dataSetOf } from "../src/models/diffusion/data/index.ts";
import { parseMixture } from "../src/models/diffusion/data/mixture-text.ts";
import { covarianceOf, largestEigenvalue, meanOf } from "../src/models/diffusion/data/moments.ts";
import { portableCos, portableLog, portableSin } from "../src/portable.ts";

const set = (data: string, points = 10_000, seed = 1n) => dataSetOf(data, { points, seed, scaling: "none" });
const CORRELATED = "1 [1, -2] [[0.5, 0.3], [0.3, 1]]; 3 [0, 2] 0.1";

describe("elementary functions", () => {
  /** The distance of a function from another in units of the other's last place. */
  const units = (value: number, wanted: number) =>
    value === wanted
      ? 0
      : Math.abs(value - wanted) / 2 ** (Math.max(-1022, Math.floor(Math.log2(Math.abs(wanted)))) - 52);
  // Even on the scale of magnitudes, both signs, and around the zeros of sines and cosines.
  const angles = [
    ...Array.from({ length: 20_000 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (((i * 0.618034) % 1) * 14 - 8)),
    ...Array.from({ length: 20_000 }, (_, k) => (k * 31 * Math.PI) / 2),
  ].filter((x) => Math.abs(x) <= 1e6);

  it.each([
    ["sin", portableSin, Math.sin],
    ["cos", portableCos, Math.cos],
  ] as const)("%s stays within two units of the last place of this engine's", (_, ours, engines) => {
    expect(Math.max(...angles.map((x) => units(ours(x), engines(x))))).toBeLessThanOrEqual(2);
    for (const x of [1.1e6, -1.1e6, Number.NaN, Number.POSITIVE_INFINITY]) expect(ours(x)).toBeNaN();
  });

  it("log likewise", () => {
    const arguments_ = [
      ...Array.from({ length: 20_000 }, (_, i) => 10 ** (((i * 0.618034) % 1) * 600 - 300)),
      ...Array.from({ length: 20_000 }, (_, i) => 1 + (i % 2 ? -0.5 : 1) * 10 ** (-(i * 0.618034) % 12)),
      ...[5e-324, 1e-310, Number.MAX_VALUE, 1, Math.SQRT2, 2 ** -1022],
    ];
    expect(Math.max(...arguments_.map((x) => units(portableLog(x), Math.log(x))))).toBeLessThanOrEqual(2);
    for (const x of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(portableLog(x)).toBe(Math.log(x));
  });
});

describe("laws", () => {
  const COUNT = 40_000;
  const a = 6 * Math.PI;
  /** The covariance of all points and the mean of the first class, from integrals over u (planar.ts); the mean of all is 0. */
  const laws: Record<string, { covariance: number[]; first: number[]; classes: number }> = {
    gmm8: { covariance: [2.04, 0, 0, 2.04], first: [2, 0], classes: 8 },
    rings: { covariance: [1.26, 0, 0, 1.26], first: [0, 0], classes: 2 },
    moons: {
      covariance: [
        0.75 * 2.25 + 0.01,
        2.25 * (0.125 - 1 / Math.PI),
        2.25 * (0.125 - 1 / Math.PI),
        2.25 * (0.5625 - 1 / Math.PI) + 0.01,
      ],
      first: [-0.75, 1.5 * (2 / Math.PI - 0.25)],
      classes: 2,
    },
    spiral: {
      covariance: [
        12.5 * (0.125 + 1.5 / a ** 2) + 0.0064,
        6.25 * (6 / a ** 3 - 1 / a),
        6.25 * (6 / a ** 3 - 1 / a),
        12.5 * (0.125 - 1.5 / a ** 2) + 0.0064,
      ],
      // The mean of 2.5 √u (cos 3π√u, sin 3π√u) is 5 ∫ t² (cos 3πt, sin 3πt) dt.
      first: [-10 / (3 * Math.PI) ** 2, 5 * (1 / (3 * Math.PI) - 4 / (3 * Math.PI) ** 3)],
      classes: 2,
    },
  };
  /** Mean of values, and its distance from what is wanted in standard errors. */
  const deviations = (values: number[], wanted: number) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    return (mean - wanted) / Math.sqrt(variance / values.length);
  };

  it.each(Object.entries(laws))("%s has the moments of its formula", async (name, { covariance, first, classes }) => {
    const { points, labels, draw, ...own } = await set(name, COUNT);
    expect(own).toMatchObject({ name, dimension: 2, classes });
    const pairs = Array.from({ length: COUNT }, (_, i) => [points[2 * i], points[2 * i + 1]]);
    const inFirst = pairs.filter((_, i) => labels![i] === 0);
    for (const i of [0, 1]) {
      const coordinate = pairs.map((pair) => pair[i]);
      expect(Math.abs(deviations(coordinate, 0))).toBeLessThan(4);
      const ofFirst = inFirst.map((pair) => pair[i]);
      expect(Math.abs(deviations(ofFirst, first[i]))).toBeLessThan(4);
      for (const j of [0, 1]) {
        // All means are 0: the product is the covariance.
        const products = pairs.map((pair) => pair[i] * pair[j]);
        expect(Math.abs(deviations(products, covariance[2 * i + j]))).toBeLessThan(4);
        expect(Math.abs(deviations(products, covariance[2 * i + j] + 0.1))).toBeGreaterThan(4);
      }
    }
    const shares = Array.from(labels!, (label) => (label === 0 ? 1 : 0) as number);
    expect(Math.abs(deviations(shares, 1 / classes))).toBeLessThan(4);
    expect(new Set(labels).size).toBe(classes);
    expect(Math.max(...points.map(Math.abs))).toBeLessThan(3.2);
  });

  it("rings are rings, with a Gaussian across", async () => {
    const { points, labels } = await set("rings", COUNT);
    const apart = Array.from(
      { length: COUNT },
      (_, i) => Math.hypot(points[2 * i], points[2 * i + 1]) - labels![i] - 1,
    );
    // The radius of a blurred point is r + n + n'^2 / 2r: 0.01 / 2r in the mean over both rings, 0.01 in variance.
    expect(Math.abs(deviations(apart, (0.005 + 0.0025) / 2))).toBeLessThan(4);
    expect(Math.max(...apart.map(Math.abs))).toBeLessThan(0.6);
    const squares = apart.map((x) => x ** 2);
    expect(Math.abs(deviations(squares, 0.01))).toBeLessThan(4);
  });

  it("of a mixture: each component has its share, mean and covariance", async () => {
    const { points, labels, mixture } = await set(CORRELATED, COUNT);
    for (const [k, { weight, mean, covariance }] of mixture!.components.entries()) {
      const own = Array.from({ length: COUNT }, (_, i) => i).filter((i) => labels![i] === k);
      expect(Math.abs(own.length - weight * COUNT)).toBeLessThan(4 * Math.sqrt(weight * (1 - weight) * COUNT));
      const centred = (i: number, axis: number) => points[2 * i + axis] - mean[axis];
      for (const x of [0, 1]) {
        const off = own.map((i) => centred(i, x));
        expect(Math.abs(deviations(off, 0))).toBeLessThan(4);
        for (const y of [0, 1]) {
          const products = own.map((i) => centred(i, x) * centred(i, y));
          expect(Math.abs(deviations(products, covariance[2 * x + y]))).toBeLessThan(4);
        }
      }
    }
  });

  it("five dimensions of one Gaussian are independent", async () => {
    const { points, labels, classes, dimension } = await set("1 [0, 0, 0, 0, 0] 1", COUNT);
    expect({ labels, classes, dimension }).toEqual({ labels: undefined, classes: 0, dimension: 5 });
    covarianceOf(points, 5).forEach((value, at) => {
      const [wanted, error] = at % 6 === 0 ? [1, Math.sqrt(2 / COUNT)] : [0, Math.sqrt(1 / COUNT)];
      expect(Math.abs(value - wanted)).toBeLessThan(4 * error);
    });
  });

  it("fresh points are of the same law and others, and a run's first points do not depend on how many there are", async () => {
    const { points, draw } = await set("moons", 20_000, 5n);
    expect((await set("moons", 100, 5n)).points).toEqual(points.slice(0, 200));
    const fresh = draw!(20_000, 5n);
    expect(fresh.filter((x, i) => x === points[i]).length).toBeLessThan(10);
    expect(draw!(20_000, 5n)).toEqual(fresh);
    expect(slicedWasserstein(fresh, points, 2)).toBeLessThan(0.03);
    expect(slicedWasserstein((await set("spiral", 20_000)).points, points, 2)).toBeGreaterThan(0.1);
    expect(slicedWasserstein(draw!(20_000, 6n), fresh, 2)).not.toBe(0);
  });
});

describe("points are the same bits in every host", () => {
  const known: Record<string, string> = {
    gmm8: "sha256:eee4b70e4a21dc999df04163e90ea281a0dc8339f7a1db09c76e219f523d270e",
    rings: "sha256:9b6ed868be0d04c918faf9bc36f6f59c103486b8a9dd8efbd24da91b48cb5f55",
    moons: "sha256:1ab7ffc470c1bee52d8683dbeb4a4f2510c4af2813dfccdb79615ef7573bea2f",
    spiral: "sha256:1c4eea64fd8a23b9df02301cf147b53aa16acc761786e139e167cebeb3c1b21c",
    digits: "sha256:d763827bc7dcd6d68d69c7dcd1d80498ded2776236f6e90facc7f86dc3db3200",
    [CORRELATED]: "sha256:ea88d6061721b3cd257d4cb6845836b8531570e98a630d1643e02a99c51693df",
    "2x2:AP8QIA": "sha256:47f6d58a9ae4143d7318c1003b957895bdf5cb6f5765b92702e718704a3346a4",
  };
  it.each([...dataNames, CORRELATED, "2x2:AP8QIA"])("%s", async (data) => {
    const { points, labels = new Uint8Array(), draw } = await set(data, 1000, 42n);
    const fresh = draw?.(1000, 43n) ?? new Float32Array();
    const bytes = [points, fresh].map((floats) => new Uint8Array(floats.buffer));
    expect(await digestOf(...bytes, labels)).toBe(known[data]);
  });
});

describe("digits", () => {
  it("decode to the pictures that they were made of", async () => {
    const { points, labels, decoder } = await set("digits", 10);
    // The first of each class, black or white.
    const pictures = await digits(10);
    labels!.forEach((label, digit) => {
      let alike = 0;
      for (let pixel = 0; pixel < 784; pixel++) {
        let ink = decoder!.mean[pixel];
        for (let i = 0; i < 64; i++) ink += points[64 * digit + i] * decoder!.components[784 * i + pixel];
        if (ink > 0.5 === pictures[784 * label + pixel] > 0) alike++;
      }
      expect(alike).toBeGreaterThan(0.95 * 784);
    });
  });

  it("keep their spectrum and their shares", async () => {
    const { points, labels, classes, decoder, dimension, draw } = await set("digits");
    expect({ classes, dimension, draw }).toEqual({ classes: 10, dimension: 64, draw: undefined });
    const counts = new Array(10).fill(0);
    for (const label of labels!) counts[label]++;
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    const covariance = covarianceOf(points, 64);
    // Λ and ½ ln Λ, the time at which classes part, in units of a pixel's mean variance: numpy on the pixels gives 79.966 and 2.1908.
    const largest = await largestEigenvalue(covariance, 64);
    expect(largest).toBeCloseTo(79.966, 3);
    expect(Math.log(largest) / 2).toBeCloseTo(2.1908, 4);
    const trace = covariance.reduce((sum, value, at) => sum + (at % 65 === 0 ? value : 0), 0);
    expect(trace / 784).toBeCloseTo(0.8652, 4);
    // Principal components: uncorrelated, of falling variance, and orthogonal with the unit as their length.
    for (let i = 0; i < 64; i++) {
      if (i > 0) expect(covariance[65 * i]).toBeLessThan(covariance[65 * (i - 1)]);
      for (let j = 0; j < i; j++) {
        expect(Math.abs(covariance[64 * i + j])).toBeLessThan(
          0.005 * Math.sqrt(covariance[65 * i] * covariance[65 * j]),
        );
        let product = 0;
        for (let pixel = 0; pixel < 784; pixel++)
          product += decoder!.components[784 * i + pixel] * decoder!.components[784 * j + pixel];
        expect(Math.abs(product)).toBeLessThan(0.01 * 0.259 ** 2);
      }
    }
    expect(meanOf(points, 64).every((value) => Math.abs(value) < 0.02)).toBe(true);
    expect(meanOf(decoder!.mean, 1)[0]).toBeCloseTo(0.1311, 3);
  });

  it("have all classes in any first ones; more than there are are refused", async () => {
    const { points, labels } = await set("digits", 10);
    expect(points).toHaveLength(640);
    expect([...labels!].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await expect(set("digits", 10_001)).rejects.toThrow("points 10001: there are 10000 digits.");
  });

  it("are told apart by their nearest neighbours", async () => {
    const all = await set("digits");
    const rest = { ...all, points: all.points.slice(64 * 200), labels: all.labels!.slice(200) };
    const found = nearestLabel(rest, all.points.slice(0, 64 * 200));
    expect(found.filter((label, i) => label === all.labels![i]).length).toBeGreaterThan(180);
    expect(nearestLabel(all, all.points.slice(0, 640))).toEqual(all.labels!.slice(0, 10));
  });
});

describe("a user's own data", () => {
  const refused = async (data: string, message: string | RegExp) => {
    const error = await set(data).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ParameterError);
    expect(error).toMatchObject({ parameter: "data", message: expect.stringMatching(message) });
  };

  it("points are a table's rows, all of them", async () => {
    const data = [1, 2, 3, 4, 5, 6.5];
    const { points, ...own } = await set(seriesText({ data, shape: [3, 2] }), 2);
    expect(points).toEqual(Float32Array.from(data));
    expect(own).toEqual({ name: "points", dimension: 2, classes: 0 });
    await refused(seriesText({ data, shape: [2, 3, 1] }), "2 series are given; give one table");
    await refused(seriesText({ data, shape: [1, 6] }), "one point is given");
    await refused(seriesText({ data: [1, 2, 1, 2], shape: [2, 2] }), "the 2 points are all the same");
    await refused("1x2x2:AAAA", "the text is no series");
  });

  it("a mixture is a text", async () => {
    expect(parseMixture("0.5 [1,2] 0.25;\n1.5[-1, 0][[2,0.5],[0.5,1e0]] ;")).toEqual({
      dimension: 2,
      components: [
        { weight: 0.25, mean: [1, 2], covariance: [0.25, 0, 0, 0.25] },
        { weight: 0.75, mean: [-1, 0], covariance: [2, 0.5, 0.5, 1] },
      ],
    });
    expect(parseMixture("1 [3] 0.25")).toEqual({
      dimension: 1,
      components: [{ weight: 1, mean: [3], covariance: [0.25] }],
    });
    for (const [text, message] of [
      ["1 [0] 1; 2 [0, 1] 1", /component 2 .* its mean has 2 numbers and that of component 1 1/],
      ["0 [0] 1", /component 1 .*the weight is 0 and must be above 0/],
      ["1 [0] -1", /not positive definite/],
      ["1 [0] 0", /not positive definite/],
      ["1 [0, 0] [[1, 2], [2, 1]]", /not positive definite/],
      ["1 [0, 0] [[1, 0.1], [0.2, 1]]", /not symmetric/],
      ["1 [0, 0] [[1]]", /2 rows of 2 numbers/],
      ["1 [0, 0] [1, 2]", /"\[1, 2\]" is no matrix/],
      ["1 [0, x] 1", /"x" is no number/],
      ["1 [1e39] 1", /"1e39" is no number/],
      ["1 [] 1", /"" is no number/],
      ["1 [0] 1 2", /"1 2" is no number/],
      ["[0] 1", /no weight, mean and covariance; write WEIGHT/],
      [Array(257).fill("1 [0] 1").join(";"), /257 components: give from 1 to 256/],
    ] as const) {
      expect(() => parseMixture(text)).toThrow(ParameterError);
      await refused(text, message);
    }
  });

  it("a drawing gives points where its ink is", async () => {
    // Four columns and two rows: ink 60 and 180 in two cells, top left and bottom right.
    const ink = Uint8Array.of(60, 0, 0, 0, 0, 0, 0, 180);
    const drawing = drawingText(ink, 4);
    const { points, name, dimension, draw, labels } = await set(drawing, 4000);
    expect({ name, dimension, labels }).toEqual({ name: "drawing", dimension: 2, labels: undefined });
    let upper = 0;
    for (let i = 0; i < 4000; i++) {
      const [x, y] = [points[2 * i], points[2 * i + 1]];
      if (y > 0) upper++;
      const inside = y > 0 ? x >= -2 && x <= -1 && y <= 1 : x >= 1 && x <= 2 && y >= -1;
      expect(inside).toBe(true);
    }
    expect(Math.abs(upper - 1000)).toBeLessThan(4 * Math.sqrt(4000 * 0.25 * 0.75));
    // Uniform within a cell: mean ½ and variance 1/12.
    const within = Array.from(draw!(4000, 9n), (x) => ((x % 1) + 1) % 1);
    expect(meanOf(within, 1)[0]).toBeCloseTo(0.5, 1);
    expect(covarianceOf(within, 1)[0]).toBeCloseTo(1 / 12, 2);
    await refused(drawingText(new Uint8Array(8), 4), "the drawing is empty; put some ink on it");
    for (const wrong of ["4x2:AAAA", "0x0:", "4x2:A", "1x1:////!"]) await refused(wrong, "the text is no drawing");
  });

  it("names that are none are refused, with those that are", async () => {
    await refused("circles", /^data "circles": give gmm8, rings, moons, spiral, digits, a mixture/);
    await refused("", /^data "": give gmm8/);
    await refused("toString", /^data "toString": give gmm8/);
    for (const points of [1, 2.5, Number.NaN]) await expect(set("gmm8", points)).rejects.toThrow(`points ${points}: `);
  });
});

describe("distances", () => {
  it("two draws of gmm8 are as far apart as they must be by chance", async () => {
    // 40 pairs of exact draws of 65,536 points with 32 projections had 0.0085 in the mean and 0.0156 at most.
    const { draw } = await set("gmm8", 2);
    const distances = Array.from({ length: 4 }, (_, i) =>
      slicedWasserstein(draw!(65_536, BigInt(2 * i)), draw!(65_536, BigInt(2 * i + 1)), 2),
    );
    expect(meanOf(distances, 1)[0]).toBeGreaterThan(0.005);
    expect(meanOf(distances, 1)[0]).toBeLessThan(0.0125);
    expect(Math.max(...distances)).toBeLessThan(0.0156);
    const wider = draw!(65_536, 0n).map((x) => 1.05 * x);
    expect(slicedWasserstein(wider, draw!(65_536, 1n), 2)).toBeGreaterThan(0.03);
  });

  it("on a line: the area between distribution functions, whatever the numbers of points", () => {
    expect(slicedWasserstein([0, 1], [3, 2], 1)).toBe(2);
    expect(slicedWasserstein([0], [1, -1, 4], 1)).toBe(2);
    // A third stays at 0; a sixth goes from 0 to 1, a sixth from 3 to 1, a third from 3 to 2.
    expect(slicedWasserstein([0, 3], [0, 1, 2], 1)).toBeCloseTo(1 / 6 + 2 / 6 + 1 / 3, 15);
    expect(slicedWasserstein([5, 1, 3], [1, 1, 3, 3, 5, 5], 1)).toBe(0);
  });

  it("in space: a shift by v counts as |v| times the mean |cosine| of directions, in 64 dimensions as in 3", () => {
    for (const d of [3, 64]) {
      const a = Float64Array.from({ length: 50 * d }, (_, i) => Math.sin(i * i));
      const b = a.map((x) => x + 2 / Math.sqrt(d));
      // E|cos| in d dimensions: ½ in three, √(2 / πd) (1 + 1/4d) in many.
      const wanted = 2 * (d === 3 ? 0.5 : Math.sqrt(2 / (Math.PI * d)) * (1 + 1 / (4 * d)));
      expect(slicedWasserstein(a, b, d, { projections: 2000 }) / wanted).toBeCloseTo(1, 1);
      expect(slicedWasserstein(a, a, d)).toBe(0);
      expect(slicedWasserstein(a, b, d)).toBe(slicedWasserstein(b, a, d));
    }
    expect(() => slicedWasserstein([], [1, 2], 2)).toThrow("a set of points is empty");
    expect(() => slicedWasserstein([1, 2], [1, 2], 2, { projections: 0 })).toThrow("projections 0: ");
  });

  it("nearest labels: the first of equals, and none without classes", async () => {
    const own = {
      name: "own",
      dimension: 2,
      classes: 3,
      points: Float32Array.of(0, 0, 2, 0, 0, 2),
      labels: Uint8Array.of(2, 0, 1),
    };
    expect([...nearestLabel(own, Float32Array.of(0.1, 0.2, 1, 0, 1.5, 1, 0, 9))]).toEqual([2, 2, 0, 1]);
    expect(() => nearestLabel({ ...own, labels: undefined }, Float32Array.of(0, 0))).toThrow(
      'data "own": the points have no classes',
    );
  });

  it("moments", async () => {
    expect([...meanOf([1, 2, 3, 6], 2)]).toEqual([2, 4]);
    expect([...covarianceOf([1, 2, 3, 6], 2)]).toEqual([1, 2, 2, 4]);
    expect(await largestEigenvalue([1, 2, 2, 4], 2)).toBeCloseTo(5, 12);
    expect(await largestEigenvalue([3], 1)).toBe(3);
  });
});
