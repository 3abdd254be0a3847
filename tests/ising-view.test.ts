// The drawn lattice against an area filter in f64, pixel by pixel: at most one step of 255 off, at every zoom and in every mode.

import { describe, expect, it } from "vitest";
import { type IsingOptions, type IsingPicture, IsingView, ising } from "../src/index.ts";
import { planeOf } from "../src/models/ising/axes.ts";
import { device } from "./devices.ts";

/** Shades of grey, so that a pixel's red is the value itself. */
const GREY = Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
const TARGET = { width: 61, height: 37, colours: GREY, background: [200, 100, 50] as const };

type Place = { size: [number, number]; boundary: readonly [string, string] };
type Filter = Pick<IsingPicture, "camera" | "mode" | "block" | "replica">;

/** The picture's bytes, RGBA. */
async function pixels(view: IsingView, picture: IsingPicture): Promise<Uint8Array> {
  const { width, height } = picture;
  const { RENDER_ATTACHMENT, COPY_SRC } = GPUTextureUsage;
  const texture = device.raw.createTexture({
    size: [width, height],
    format: "rgba8unorm",
    usage: RENDER_ATTACHMENT | COPY_SRC,
  });
  const bytesPerRow = 256 * Math.ceil((4 * width) / 256);
  const buffer = device.buffer("pixels", bytesPerRow * height, GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  try {
    await device.submit("picture", (encoder) => {
      view.draw(encoder, texture.createView(), picture);
      encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
    });
    const rows = new Uint8Array(await device.read(buffer));
    return Uint8Array.from({ length: 4 * width * height }, (_, i) => {
      const row = Math.floor(i / (4 * width));
      return rows[row * bytesPerRow + (i - row * 4 * width)];
    });
  } finally {
    device.free(buffer);
    texture.destroy();
  }
}

/** What a cell shows, 0 ... 1. */
function cellValue(
  spins: Int8Array,
  { size: [width, height], boundary }: Place,
  mode: string,
  x: number,
  y: number,
): number {
  const at = (u: number, v: number) => {
    const spin = spins[(v % height) * width + (u % width)];
    const edge = u >= width ? boundary[0] : v >= height ? boundary[1] : "periodic";
    if (edge === "free") return spins[y * width + x]; // a bond that is not there is not broken
    if (edge === "antiperiodic") return -spin;
    if (edge === "periodic") return spin;
    return edge === "fixed-up" ? 1 : -1; // fixed-up-down is down after the last site
  };
  if (mode !== "walls") return (1 + at(x, y)) / 2;
  return (Number(at(x, y) !== at(x + 1, y)) + Number(at(x, y) !== at(x, y + 1))) / 2;
}

/** The mean over a rectangle in cells, and the part of it that lies on the lattice. */
function areaMean(value: (x: number, y: number) => number, size: [number, number], low: number[], high: number[]) {
  let [sum, area] = [0, 0];
  for (let y = Math.max(0, Math.floor(low[1])); y < Math.min(size[1], Math.ceil(high[1])); y++) {
    for (let x = Math.max(0, Math.floor(low[0])); x < Math.min(size[0], Math.ceil(high[0])); x++) {
      const weight =
        (Math.min(high[0], x + 1) - Math.max(low[0], x)) * (Math.min(high[1], y + 1) - Math.max(low[1], y));
      sum += weight * value(x, y);
      area += weight;
    }
  }
  return { mean: area > 0 ? sum / area : 0, covered: area / ((high[0] - low[0]) * (high[1] - low[1])) };
}

/** The expected picture, not rounded, RGB. */
function expected(spins: Int8Array, place: Place, filter: Filter): Float64Array {
  const { size } = place;
  const { camera, mode = "spins", block = 8 } = filter;
  const { width, height, background } = TARGET;
  const rgb = new Float64Array(3 * width * height);
  const value = (x: number, y: number) => cellValue(spins, place, mode, x, y);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const low = [camera.x + i * camera.scale, camera.y + j * camera.scale];
      const high = [camera.x + (i + 1) * camera.scale, camera.y + (j + 1) * camera.scale];
      const own = areaMean(value, size, low, high);
      let { mean } = own;
      if (mode === "blocks" && block > camera.scale) {
        const corner = [0, 1].map((axis) => {
          const centre = Math.min(Math.max((low[axis] + high[axis]) / 2, 0), size[axis] - 0.5);
          return block * Math.floor(centre / block);
        });
        mean = areaMean(value, size, corner, [corner[0] + block, corner[1] + block]).mean;
      }
      for (let c = 0; c < 3; c++) {
        rgb[3 * (j * width + i) + c] = own.covered * 255 * mean + (1 - own.covered) * background[c];
      }
    }
  }
  return rgb;
}

/** The largest difference of a drawn picture from the expected one, in steps of 255. */
function worst(drawn: Uint8Array, wanted: Float64Array): number {
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - drawn[4 * Math.floor(i / 3) + (i % 3)])), 0);
}

async function compare(options: IsingOptions, filters: readonly Filter[]): Promise<number[]> {
  using lattice = await ising.create(device, { temperature: 2.5, start: "random", seed: 7n, ...options });
  await lattice.run(5);
  const { size, boundary } = planeOf(lattice.parameters);
  const [width, height] = size;
  const spins = await lattice.spins();
  const view = await IsingView.create(device, lattice, "rgba8unorm");
  try {
    const found: number[] = [];
    for (const filter of filters) {
      const own = spins.subarray((filter.replica ?? 0) * width * height);
      const wanted = expected(own, { size, boundary }, filter);
      expect(new Set(wanted).size, "the expected picture is not flat").toBeGreaterThan(1);
      found.push(worst(await pixels(view, { ...TARGET, ...filter }), wanted));
    }
    return found;
  } finally {
    view.dispose();
  }
}

const ZOOMS = [0.1, 0.25, 0.7, 1, 2.3, 5, 10];
/** Half a step is the rounding of a byte. */
const BOUND = 1;

describe("a picture is the exact area mean", () => {
  it.each([
    { size: [256, 192] as [number, number], mode: "spins" as const },
    { size: [256, 192] as [number, number], mode: "walls" as const },
    { size: [256, 192] as [number, number], mode: "blocks" as const },
    { size: [66, 34] as [number, number], mode: "spins" as const },
    { size: [66, 34] as [number, number], mode: "walls" as const },
    { size: [200, 130] as [number, number], mode: "spins" as const },
    { size: [2, 2] as [number, number], mode: "walls" as const },
  ])("$mode, $size, at seven zooms and beyond", async ({ size, mode }) => {
    const corner = { x: 0.37 * size[0] + 0.123, y: 0.29 * size[1] + 0.456 };
    const filters = ZOOMS.map((scale) => ({ mode, camera: { ...corner, scale } }));
    // Whole cells, each edge of the lattice, and far out.
    filters.push({ mode, camera: { x: 0, y: 0, scale: 1 } }, { mode, camera: { x: -7.3, y: -3.9, scale: 0.61 } });
    filters.push({ mode, camera: { x: size[0] - 9.4, y: size[1] - 6.2, scale: 0.77 } });
    filters.push({ mode, camera: { x: -100.5, y: -60.25, scale: 43.21 } });
    const found = await compare({ size }, filters);
    expect(Math.max(...found), `${found}`).toBeLessThanOrEqual(BOUND);
  });

  it.each([
    { size: [66, 34] as [number, number], boundary: ["free", "free"] as const },
    { size: [64, 35] as [number, number], boundary: ["antiperiodic", "fixed-down"] as const },
    { size: [66, 36] as [number, number], boundary: ["fixed-up-down", "antiperiodic"] as const },
    { size: [66, 1] as [number, number], boundary: ["fixed-up", "free"] as const },
  ])("of broken bonds at edges: $boundary, $size", async ({ size, boundary }) => {
    const filters = [0.7, 2.3].map((scale) => ({
      mode: "walls" as const,
      camera: { x: size[0] - 30, y: size[1] - 20, scale },
    }));
    filters.push({ mode: "walls", camera: { x: -7.3, y: -3.9, scale: 3 } });
    const found = await compare({ size, boundary: [...boundary] }, filters);
    expect(Math.max(...found), `${found}`).toBeLessThanOrEqual(BOUND);
  });

  it("blocks of any size, also ones that the lattice does not hold whole", async () => {
    const camera = { x: -2.2, y: -1.7, scale: 1.3 };
    const filters = [2, 5, 16, 64].map((block) => ({ mode: "blocks" as const, block, camera }));
    expect(Math.max(...(await compare({ size: [66, 34] }, filters)))).toBeLessThanOrEqual(BOUND);
  });

  it("of another replica", async () => {
    const camera = { x: 3.3, y: 2.1, scale: 0.9 };
    expect(Math.max(...(await compare({ size: [66, 34], replicas: 3 }, [{ camera, replica: 2 }])))).toBeLessThan(BOUND);
  });

  it("far from the origin", async () => {
    const camera = { x: 16300.3, y: 0.7, scale: 0.013 };
    const found = await compare({ size: [16384, 8] }, [
      { camera },
      { mode: "walls", camera: { ...camera, scale: 1.7 } },
    ]);
    expect(Math.max(...found)).toBeLessThanOrEqual(BOUND);
  });

  it("negative control: a tenth of a cell aside is another picture", async () => {
    using lattice = await ising.create(device, { size: [66, 34], temperature: 3, start: "random" });
    const view = await IsingView.create(device, lattice, "rgba8unorm");
    const camera = { x: 3.3, y: 2.1, scale: 0.9 };
    const drawn = await pixels(view, { ...TARGET, camera: { ...camera, x: 3.4 } });
    expect(
      worst(drawn, expected(await lattice.spins(), { size: [66, 34], boundary: ["periodic", "periodic"] }, { camera })),
    ).toBeGreaterThan(10);
    view.dispose();
  });
});

describe("marks", () => {
  it.each([...ZOOMS, 40])("one marked cell is seen at %f cells a pixel, and no other", async (scale) => {
    using lattice = await ising.create(device, { size: [200, 130] });
    const before = device.memory;
    const view = await IsingView.create(device, lattice, "rgba8unorm");
    const state = new Uint8Array(25 * 130);
    state[25 * 77 + 9] = 1 << 3; // cell (75, 77)
    view.mark(state);
    const camera = { x: 75.4 - 20 * scale, y: 77.6 - 10 * scale, scale };
    const drawn = await pixels(view, { ...TARGET, camera });
    const red = (i: number) => drawn[4 * i] === 224 && drawn[4 * i + 1] === 32;
    const where = Array.from({ length: 61 * 37 }, (_, i) => i).filter(red);
    for (const i of where) {
      const [x, y] = [camera.x + (i % 61) * scale, camera.y + Math.floor(i / 61) * scale];
      expect([x < 76 && x + scale > 75, y < 78 && y + scale > 77]).toEqual([true, true]);
    }
    expect(where.length).toBeGreaterThanOrEqual(1);
    view.mark();
    const plain = await pixels(view, { ...TARGET, camera });
    expect(where.some((i) => plain[4 * i] === 224 && plain[4 * i + 1] === 32)).toBe(false);
    view.dispose();
    expect(device.memory).toEqual(before);
  });
});
