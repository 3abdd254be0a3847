// What a machine can learn.

import { DIGIT_SIDE, digits } from "../../data/digits.ts";
import type { RbmParameters } from "./parameters.ts";

/** All squares of full rows, or of full columns: 2 (2^side - 1) of them. 0 and 1, [image][pixel]. (MacKay 2003, section 43.) */
export function barsAndStripes(side: number): Uint8Array {
  const images: number[][] = [];
  for (let lines = 0; lines < 2 ** side; lines++) {
    for (const across of [true, false]) {
      // Empty and full are both.
      if (!across && (lines === 0 || lines === 2 ** side - 1)) continue;
      images.push(
        Array.from({ length: side * side }, (_, at) => (lines >> (across ? Math.floor(at / side) : at % side)) & 1),
      );
    }
  }
  return Uint8Array.from(images.flat());
}

/** Images of 0 and 1, [image][pixel], and their side. */
export async function imagesOf({ data, images, side }: RbmParameters): Promise<{ images: Uint8Array; side: number }> {
  if (data === "bars") return { images: barsAndStripes(side), side };
  return { images: Uint8Array.from(await digits(images), (spin) => (spin > 0 ? 1 : 0)), side: DIGIT_SIDE };
}
