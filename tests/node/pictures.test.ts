// Pictures as cues: however the same drawing is stored, it gives the same spins, and what shows nothing is refused.

import { convertIndexedToRgb, decode, encode } from "fast-png";
import jpeg from "jpeg-js";
import { describe, expect, it } from "vitest";
import { digits } from "../../src/data/digits.ts";
import { readPicture } from "../../src/files/picture.ts";
import { otsu, readCells } from "../../src/files/threshold.ts";

const SIDE = 28;
const DIGIT = await digits(1, SIDE);
const COUNT = SIDE * SIDE;
const pixels = <T extends Uint8Array | Uint16Array>(
  kind: { from(list: ArrayLike<number>): T },
  of: (up: boolean) => number[],
) => kind.from(Array.from(DIGIT, (spin) => of(spin > 0)).flat());

const picture = (channels: number, data: Uint8Array | Uint16Array, depth: 1 | 8 | 16 = 8) =>
  encode({ width: SIDE, height: SIDE, data, channels, depth });

function bits(values: ArrayLike<number>): Uint8Array {
  const stride = Math.ceil(SIDE / 8);
  const rows = new Uint8Array(stride * SIDE);
  for (let at = 0; at < COUNT; at++) {
    if (values[at] > 0) rows[Math.floor(at / SIDE) * stride + ((at % SIDE) >> 3)] |= 128 >> ((at % SIDE) & 7);
  }
  return rows;
}

/** One of EXIF's orientations before the first segment of a JPEG. */
function turnedAs(orientation: number, file: Uint8Array): Uint8Array {
  const tag = [1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  const exif = [...Buffer.from("Exif\0\0MM\0*", "latin1"), 0, 0, 0, 8, 0, 1, ...tag, 0, 0, 0, 0];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...file.subarray(2)]);
}

const photo = (width: number, height: number, light: (x: number, y: number) => number, quality = 95) => {
  const data = Buffer.alloc(4 * width * height, 255);
  for (let at = 0; at < width * height; at++) {
    data.fill(light(at % width, Math.floor(at / width)), 4 * at, 4 * at + 3);
  }
  return new Uint8Array(jpeg.encode({ width, height, data }, quality).data);
};

const PALETTE = [
  [20, 10, 90],
  [250, 240, 60],
];

/** A PNG of 1-bit indices: fast-png writes no palettes, so that its chunk is put in by hand. */
function indexed(): Uint8Array {
  const file = picture(1, bits(DIGIT), 1);
  const head = Buffer.from(file.slice(0, 33));
  head[25] = 3; // colour type of the header
  head.writeUInt32BE(crc(head.subarray(12, 29)), 29);
  const chunk = Buffer.concat([Buffer.from("PLTE", "latin1"), Buffer.from(PALETTE.flat())]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(chunk.length - 4);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc(chunk));
  return new Uint8Array(Buffer.concat([head, length, chunk, check, file.slice(33)]));
}

function crc(bytes: Uint8Array): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

const SAME: [string, () => Uint8Array][] = [
  [
    "grey",
    () =>
      picture(
        1,
        pixels(Uint8Array, (up) => [up ? 255 : 0]),
      ),
  ],
  [
    "grey of 16 bits",
    () =>
      picture(
        1,
        pixels(Uint16Array, (up) => [up ? 65_535 : 300]),
        16,
      ),
  ],
  ["one bit", () => picture(1, bits(DIGIT), 1)],
  [
    "colours",
    () =>
      picture(
        3,
        pixels(Uint8Array, (up) => (up ? [250, 240, 60] : [20, 10, 90])),
      ),
  ],
  [
    "red on green of less luma",
    () =>
      picture(
        3,
        pixels(Uint8Array, (up) => (up ? [255, 0, 0] : [0, 40, 0])),
      ),
  ],
  ["a palette", indexed],
  [
    "dim",
    () =>
      picture(
        1,
        pixels(Uint8Array, (up) => [up ? 40 : 10]),
      ),
  ],
  [
    "white on transparent",
    () =>
      picture(
        4,
        pixels(Uint8Array, (up) => [255, 255, 255, up ? 255 : 0]),
      ),
  ],
  [
    "black on transparent",
    () =>
      picture(
        4,
        pixels(Uint8Array, (up) => [0, 0, 0, up ? 255 : 0]),
      ),
  ],
  [
    "half-clear ink on nearly clear",
    () =>
      picture(
        4,
        pixels(Uint8Array, (up) => (up ? [9, 9, 9, 128] : [90, 0, 0, 5])),
      ),
  ],
  [
    "grey and opacity",
    () =>
      picture(
        2,
        pixels(Uint8Array, (up) => [up ? 200 : 90, 255]),
      ),
  ],
  [
    "white with grey and opacity",
    () =>
      picture(
        2,
        pixels(Uint8Array, (up) => [255, up ? 255 : 0]),
      ),
  ],
  [
    "colours over white",
    () =>
      picture(
        4,
        pixels(Uint8Array, (up) => (up ? [250, 250, 250, 128] : [10, 10, 90, 200])),
      ),
  ],
  ["JPEG", () => photo(SIDE, SIDE, (x, y) => (DIGIT[y * SIDE + x] > 0 ? 240 : 15))],
];

describe("a digit", () => {
  it.each(SAME)("as %s gives the same spins", async (_, make) => {
    const { width, height, spins } = await readCells("digit", make(), COUNT);
    expect([width, height]).toEqual([SIDE, SIDE]);
    expect(spins).toEqual(DIGIT);
  });

  it("the palette is one", () => {
    const file = decode(indexed());
    expect(file.palette).toEqual(PALETTE);
    expect(convertIndexedToRgb(file).length).toBe(3 * COUNT);
  });

  it("is averaged by area from a larger picture, and cut to its middle square", async () => {
    const scale = 5;
    const [width, height] = [SIDE * scale + 60, SIDE * scale];
    const light = (x: number, y: number) => {
      const [i, j] = [Math.floor((x - 30) / scale), Math.floor(y / scale)];
      return i >= 0 && i < SIDE && DIGIT[j * SIDE + i] > 0 ? 230 : 20;
    };
    const { spins } = await readCells("photo.jpg", photo(width, height, light), COUNT);
    expect(spins).toEqual(DIGIT);
    // Twice as many cells along each side: each has four.
    const doubled = await readCells("digit.png", SAME[0][1](), 4 * COUNT);
    expect(doubled.spins).toEqual(
      Int8Array.from({ length: 4 * COUNT }, (_, at) => {
        const [x, y] = [at % (2 * SIDE), Math.floor(at / (2 * SIDE))];
        return DIGIT[(y >> 1) * SIDE + (x >> 1)];
      }),
    );
  });

  it("of as many pixels as cells keeps its shape", async () => {
    const data = Uint8Array.from({ length: 1280 }, (_, at) => (at % 7 < 3 ? 255 : 0));
    const file = encode({ width: 40, height: 32, data, channels: 1, depth: 8 });
    for (const cells of [1280, undefined]) {
      const found = await readCells("own.png", file, cells);
      expect([found.width, found.height]).toEqual([40, 32]);
      expect(found.spins).toEqual(Int8Array.from(data, (value) => (value ? 1 : -1)));
    }
    await expect(readCells("own.png", file, 1000)).rejects.toThrow(
      /^own\.png: a picture of 40 × 32 pixels has no place on 1000 cells, which are no square: take 1280 cells/,
    );
  });
});

describe("a picture", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("of EXIF orientation %i is upright", async (orientation) => {
    // Where the first row and column of what is stored are to be seen: CIPA DC-008, table of the tag.
    const [row, column] = [
      "top left",
      "top right",
      "bottom right",
      "bottom left",
      "left top",
      "right top",
      "right bottom",
      "left bottom",
    ][orientation - 1].split(" ");
    const [width, height] = [24, 16];
    const file = turnedAs(
      orientation,
      photo(width, height, (x, y) => (y < 8 ? 200 : 0) + (x < 8 ? 40 : 0)),
    );
    const { width: w, height: h, light } = await readPicture("turned.jpg", file);
    expect([w, h]).toEqual(orientation >= 5 ? [height, width] : [width, height]);
    const mean = (side: string) => {
      const within = Array.from(light).filter((_, at) => {
        const [x, y] = [at % w, Math.floor(at / w)];
        return { top: y < 4, bottom: y >= h - 4, left: x < 4, right: x >= w - 4 }[side];
      });
      return within.reduce((a, b) => a + b) / within.length;
    };
    const opposite: Record<string, string> = { top: "bottom", bottom: "top", left: "right", right: "left" };
    expect(mean(row) - mean(opposite[row])).toBeGreaterThan(0.7);
    expect(mean(column) - mean(opposite[column])).toBeGreaterThan(0.1);
  });

  it.each([
    ["black", () => picture(1, new Uint8Array(COUNT))],
    ["of one colour", () => picture(4, new Uint8Array(4 * COUNT).fill(200))],
    [
      "of differences that nobody sees",
      () =>
        picture(
          1,
          Uint8Array.from({ length: COUNT }, (_, at) => 100 + (at % 8)),
        ),
    ],
    ["JPEG", () => photo(SIDE, SIDE, () => 90)],
  ])("that is blank is refused by name: %s", async (_, make) => {
    await expect(readCells("sheet.png", make(), COUNT)).rejects.toThrow(/^sheet\.png: it is blank: at 28 × 28 cells/);
  });

  it("that is none, or cut off, is refused by name", async () => {
    await expect(readCells("own.gif", Buffer.from("GIF89a"), 4)).rejects.toThrow(
      /^own\.gif: it does not begin as a PNG or JPEG/,
    );
    for (const [name, make] of [SAME[0], SAME.at(-1)!]) {
      const cut = make().slice(0, -60);
      await expect(readCells(name, cut, COUNT)).rejects.toThrow(
        new RegExp(`^${name}: it is no complete (PNG|JPEG) picture`),
      );
    }
  });
});

describe("Otsu's threshold", () => {
  it("divides where the variance between classes is largest, at any scale", () => {
    const values = [1, 2, 2, 3, 9, 10, 10, 11, 12];
    expect(otsu(values)).toBe(6);
    expect(otsu(values.map((value) => 0.001 * value + 5))).toBeCloseTo(5.006, 12);
    expect(otsu([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toBe(0.5); // a mean would do the same, a middle of sorted values would not
  });

  it("is the best of all by its definition", () => {
    const values = Array.from({ length: 300 }, (_, i) => Math.abs(Math.sin(i * i)) ** 3);
    const between = (threshold: number) => {
      const [low, high] = [values.filter((v) => v <= threshold), values.filter((v) => v > threshold)];
      const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
      return low.length * high.length * (mean(high) - mean(low)) ** 2;
    };
    const best = Math.max(
      ...values
        .slice()
        .sort((a, b) => a - b)
        .slice(0, -1)
        .map(between),
    );
    expect(between(otsu(values)) / best).toBeCloseTo(1, 12);
  });
});
