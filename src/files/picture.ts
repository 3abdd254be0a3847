// A user's picture, PNG or JPEG, as lightness: the same numbers on every host, where a browser's own decoder and scaling would give others.
// Colour profiles and gamma are left aside.

import { FileError } from "../device/errors.ts";

/** Pixels in rows from the top. */
export interface Light {
  width: number;
  height: number;
  /** 0 is black, 1 white; one value a pixel. */
  light: Float32Array;
}

/** Lightness by itself, and how opaque each pixel is; undefined where all are opaque. */
interface Decoded extends Light {
  alpha?: Float32Array;
}

/** A difference in lightness below which a picture shows nothing. */
export const BLANK = 8 / 255;
/** More pixels than a camera makes would only fill the memory. */
const MOST_PIXELS = 2 ** 27;

/** Luma of Rec. 601. */
const luma = (red: number, green: number, blue: number) => 0.299 * red + 0.587 * green + 0.114 * blue;

/**
 * The lightness of a picture's pixels: Rec. 601 luma (0.299, 0.587, 0.114) of its colours over white. Where all that is opaque has
 * one shade, as a drawing on a transparent sheet has, its opacity is the picture: what is drawn is light. A JPEG is turned as its EXIF
 * orientation says.
 *
 * @param name of the file, for messages
 * @throws FileError where the bytes are no PNG or JPEG, or damaged
 */
export async function readPicture(name: string, bytes: Uint8Array): Promise<Light> {
  const begins = (...words: number[]) => words.every((byte, i) => bytes[i] === byte);
  const isPng = begins(0x89, 0x50, 0x4e, 0x47);
  if (!isPng && !begins(0xff, 0xd8, 0xff)) {
    throw new FileError(`${name}: it does not begin as a PNG or JPEG picture does; save it as one of them.`);
  }
  try {
    return flattened(isPng ? await fromPng(bytes) : await fromJpeg(bytes));
  } catch (error) {
    if (error instanceof FileError) throw error;
    const why = (error as Error).message.replace(/\.$/, "");
    throw new FileError(`${name}: it is no complete ${isPng ? "PNG" : "JPEG"} picture (${why}); save it again.`);
  }
}

/** @throws Error for sizes beyond MOST_PIXELS, which a damaged file may claim */
function checkSize(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MOST_PIXELS) return;
  throw new Error(`it says that it has ${width} × ${height} pixels, and 1 to ${MOST_PIXELS} are taken`);
}

async function fromPng(bytes: Uint8Array): Promise<Decoded> {
  const { convertIndexedToRgb, decode } = await import("fast-png");
  if (bytes.length < 24) throw new Error("it is cut off");
  const head = new DataView(bytes.buffer, bytes.byteOffset);
  checkSize(head.getUint32(16), head.getUint32(20)); // of the header chunk, which comes first
  const file = decode(bytes, { checkCrc: true });
  const { width, height, palette } = file;
  const { data, channels, depth } = palette
    ? { data: convertIndexedToRgb(file), channels: palette[0].length, depth: 8 }
    : file;
  const top = 2 ** depth - 1;
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const sample = (at: number, channel: number): number => {
    if (depth >= 8) return data[at * channels + channel];
    // Below 8 bits there is one channel, and the leftmost pixel is in the highest bits.
    const [x, y] = [at % width, Math.floor(at / width)];
    const bit = x * depth;
    return (data[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & top;
  };
  const colours = channels < 3 ? 1 : 3;
  const light = Float32Array.from({ length: width * height }, (_, at) => {
    if (colours === 1) return sample(at, 0) / top;
    return luma(sample(at, 0), sample(at, 1), sample(at, 2)) / top;
  });
  // One colour may be named that is transparent.
  const { transparency: clear } = file;
  const named = palette ? undefined : clear;
  if (channels === colours && !named) return { width, height, light };
  const alpha = Float32Array.from(light, (_, at) => {
    if (channels > colours) return sample(at, colours) / top;
    return Array.from({ length: colours }, (_, c) => sample(at, c)).every((value, c) => value === named![c]) ? 0 : 1;
  });
  return { width, height, light, alpha };
}

async function fromJpeg(bytes: Uint8Array): Promise<Decoded> {
  const { default: jpeg } = await import("jpeg-js");
  const file = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: MOST_PIXELS / 1e6,
    maxMemoryUsageInMB: 2048,
  }) as { width: number; height: number; data: Uint8Array; exifBuffer?: Uint8Array };
  const { width, height, data } = file;
  const light = Float32Array.from(
    { length: width * height },
    (_, at) => luma(data[3 * at], data[3 * at + 1], data[3 * at + 2]) / 255,
  );
  return turned({ width, height, light }, orientationOf(file.exifBuffer));
}

/** The tag 0x0112 of the first directory (CIPA DC-008, section 4.6): 1 to 8, 1 where nothing is said. */
function orientationOf(exif: Uint8Array | undefined): number {
  const tiff = exif?.subarray(exif[0] === 0 ? 1 : 0);
  if (!tiff || tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  for (let i = 0; i < view.getUint16(directory, little); i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return 1;
    const value = view.getUint16(entry + 8, little);
    if (view.getUint16(entry, little) === 0x0112) return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Upright, from one of EXIF's eight orientations. */
function turned({ width, height, light }: Light, orientation: number): Light {
  if (orientation === 1) return { width, height, light };
  const across = orientation >= 5; // rows become columns
  const [w, h] = across ? [height, width] : [width, height];
  const mirroredX = [2, 3, 7, 8].includes(orientation);
  const mirroredY = [3, 4, 6, 7].includes(orientation);
  const upright = Float32Array.from({ length: light.length }, (_, at) => {
    const [i, j] = [at % w, Math.floor(at / w)];
    const [u, v] = across ? [j, i] : [i, j];
    const x = mirroredX ? width - 1 - u : u;
    const y = mirroredY ? height - 1 - v : v;
    return light[y * width + x];
  });
  return { width: w, height: h, light: upright };
}

/** Without its opacity. */
function flattened({ width, height, light, alpha }: Decoded): Light {
  if (!alpha) return { width, height, light };
  const [least, most] = range(alpha);
  // Colours of what is nearly clear are rounded to nothing.
  const [dark, bright] = range(light.filter((_, at) => alpha[at] >= most / 2));
  if (most - least >= BLANK && bright - dark < BLANK) return { width, height, light: alpha };
  return { width, height, light: light.map((value, at) => 1 - alpha[at] * (1 - value)) };
}

/** The least and the largest of values. */
export function range(values: ArrayLike<number>): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < least) least = values[i];
    if (values[i] > most) most = values[i];
  }
  return [least, most];
}
