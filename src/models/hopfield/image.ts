// A picture as a text that a link can hold: "32x32:" and its bits, 1 for a spin up, row by row, the lowest bit of each byte first, as
// base64url.

import { ParameterError } from "../../device/errors.ts";
import { base64Bytes, base64url } from "../../files/base64.ts";
import { bitsOf, spinsOf, stateBytes } from "./network.ts";

/** Spins ±1 of a picture in rows from the top as text. */
export function imageText(spins: ArrayLike<number>, width: number): string {
  return `${width}x${spins.length / width}:${base64url(bitsOf(spins))}`;
}

/** Pixels in a row of a picture; 0 where the text is none. */
export const imageWidth = (text: string) => Number(/^(\d+)x\d+:/.exec(text)?.[1] ?? 0);

/** The spins of a picture for so many neurons, one a pixel. @throws ParameterError if it has another size, or is no picture */
export function imageSpins(text: string, neurons: number): Int8Array {
  const [, width, height, base64] = /^(\d+)x(\d+):([\w-]+)$/.exec(text) ?? [];
  const pixels = Number(width) * Number(height);
  if (pixels !== neurons) {
    throw new ParameterError(
      "image",
      `image of ${width} × ${height} pixels: ${neurons} neurons need a picture of as many pixels; take neurons ${pixels}, or a picture of that size.`,
    );
  }
  const bits = base64Bytes(base64) ?? new Uint8Array();
  if (bits.length !== stateBytes(neurons)) {
    throw new ParameterError(
      "image",
      `image: its bits are ${bits.length} bytes, and ${width} × ${height} pixels have ${stateBytes(neurons)}.`,
    );
  }
  return spinsOf(bits, neurons);
}
