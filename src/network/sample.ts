// What the numbers of a sample are, as far as a network and its file describe them.

/**
 * The unit of data: number i of a point is centre[i] + scale[i] · x, where x is what a denoiser sees. A scale of 0 is that of a number that
 * never changes.
 */
export interface Unit {
  /** [dimension]. */
  centre: Float64Array;
  /** [dimension]. */
  scale: Float64Array;
}

/** Beyond these squares are no 64-bit floats any more. */
export const [SMALLEST, LARGEST] = [1e-150, 1e150];

/** Numbers of a point as [row][column][channel]. */
export interface Pixels {
  /** Pixels of a row. */
  width: number;
  /** Rows of pixels. */
  height: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: 1 | 3;
  /** What is black, and what is white or the whole of a colour. */
  range: [black: number, white: number];
}
