// Pictures of a state as PNG files in shades of grey: 1 bit a pixel where there is only black and white.

import { convertIndexedToRgb, decode, encode } from "fast-png";

export interface Picture {
  width: number;
  height: number;
  /** One value 0 … 255 a pixel, row by row from the top. */
  data: Uint8Array;
}

/** What most viewers still open; larger pictures are reduced. */
const LARGEST = 8192;

/** The bytes of a PNG file. `text` is kept in it under its names (Latin-1). */
export function png(picture: Picture, text: Record<string, string> = {}): Uint8Array {
  const { width, height, data } = reduce(picture, Math.ceil(Math.max(picture.width, picture.height) / LARGEST));
  const twoColours = data.every((value) => value === 0 || value === 255);
  if (!twoColours) return encode({ width, height, data, channels: 1, depth: 8, text });
  return encode({ width, height, data: bits(data, width, height), channels: 1, depth: 1, text });
}

/** Averages over blocks of `factor`² pixels; those at the right and lower edge may be smaller. */
function reduce(picture: Picture, factor: number): Picture {
  if (factor === 1) return picture;
  const width = Math.ceil(picture.width / factor);
  const height = Math.ceil(picture.height / factor);
  const sums = new Float64Array(width * height);
  const counts = new Uint32Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < picture.width; x++) {
      const at = row + Math.floor(x / factor);
      sums[at] += picture.data[y * picture.width + x];
      counts[at]++;
    }
  }
  return { width, height, data: Uint8Array.from(sums, (sum, i) => Math.round(sum / counts[i])) };
}

/** Eight pixels a byte, the leftmost in the highest bit, each row from a byte of its own. */
function bits(data: Uint8Array, width: number, height: number): Uint8Array {
  const stride = Math.ceil(width / 8);
  const packed = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 255) packed[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
  return packed;
}

/** The picture of a PNG file in shades of grey; transparency is left out. @throws Error if it is no PNG file */
export function readPng(bytes: Uint8Array): Picture {
  const file = decode(bytes);
  const { width, height } = file;
  const { data, channels, depth } = file.palette
    ? { data: convertIndexedToRgb(file), channels: file.palette[0].length, depth: 8 }
    : file;
  const colours = channels < 3 ? 1 : 3;
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const sample = (x: number, y: number, channel: number) => {
    if (depth >= 8) return data[(y * width + x) * channels + channel] / (2 ** depth - 1);
    const bit = x * depth; // below 8 bits there is one channel, and the leftmost pixel is the highest
    return ((data[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & (2 ** depth - 1)) / (2 ** depth - 1);
  };
  const grey = (x: number, y: number) => {
    const samples = Array.from({ length: colours }, (_, channel) => sample(x, y, channel));
    return Math.round((255 * samples.reduce((a, b) => a + b, 0)) / colours);
  };
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) => grey(i % width, Math.floor(i / width))),
  };
}
