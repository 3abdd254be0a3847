// Pictures of a state as PNG files in shades of grey, or in colours: 1 bit a pixel where there is only black and white.

import { encode } from "fast-png";

/** A picture in shades of grey, or in red, green and blue. */
export interface Picture {
  /** Pixels of a row. */
  width: number;
  /** Rows of pixels. */
  height: number;
  /** One value 0 … 255 a pixel, or red, green and blue, row by row from the top. */
  data: Uint8Array;
  /** Values of a pixel; 1 where it is left out. */
  channels?: 1 | 3;
}

/** A quarter of a gigabyte of grey: 8192 × 8192 pixels, or a strip of as many. */
const MOST_PIXELS = 2 ** 26;
/** What most programs open. */
const LONGEST_SIDE = 65_535;

/** The side of the blocks that a picture of this size is averaged over in a file: 1 where every pixel is kept. */
export function reduction({ width, height }: Pick<Picture, "width" | "height">): number {
  let factor = Math.ceil(Math.max(width, height) / LONGEST_SIDE);
  while (Math.ceil(width / factor) * Math.ceil(height / factor) > MOST_PIXELS) factor++;
  return factor;
}

/**
 * The bytes of a PNG file. `text` is kept in it under its names (Latin-1). A picture of more than 2^26 pixels, or with a side over
 * 65,535, is averaged over blocks, and the file says so under "Reduced".
 */
export function png(picture: Picture, text: Record<string, string> = {}): Uint8Array {
  const factor = reduction(picture);
  const { width, height, data, channels = 1 } = reduce(picture, factor);
  const texts = factor === 1 ? text : { ...text, Reduced: reducedText(picture) };
  const twoColours = data.every((value) => value === 0 || value === 255);
  if (!twoColours || channels === 3) return encode({ width, height, data, channels, depth: 8, text: texts });
  return encode({ width, height, data: bits(data, width, height), channels: 1, depth: 1, text: texts });
}

/** What has become of a picture that is too large for a file. */
export function reducedText(picture: Pick<Picture, "width" | "height">): string {
  const factor = reduction(picture);
  return `${picture.width} x ${picture.height} cells, averaged over blocks of ${factor} x ${factor}`;
}

/** Averages over blocks of `factor`² pixels; those at the right and lower edge may be smaller. */
function reduce(picture: Picture, factor: number): Picture {
  if (factor === 1) return picture;
  const width = Math.ceil(picture.width / factor);
  const height = Math.ceil(picture.height / factor);
  const { channels = 1 } = picture;
  const sums = new Float64Array(width * height * channels);
  const counts = new Uint32Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < picture.width; x++) {
      const at = row + Math.floor(x / factor);
      for (let c = 0; c < channels; c++) {
        sums[at * channels + c] += picture.data[(y * picture.width + x) * channels + c];
      }
      counts[at]++;
    }
  }
  const data = Uint8Array.from(sums, (sum, i) => Math.round(sum / counts[Math.floor(i / channels)]));
  return { width, height, data, channels };
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
