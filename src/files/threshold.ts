// A picture as light and dark cells: averaged onto as many cells as are wanted, and divided by Otsu's threshold.

import { FileError } from "../device/errors.ts";
import { BLANK, type Light, range, readPicture } from "./picture.ts";

export interface Cells {
  width: number;
  height: number;
  /** 1 where it is light, -1 where it is dark, in rows from the top. */
  spins: Int8Array;
}

/**
 * A picture as spins: what is lighter than Otsu's threshold is up. One of as many pixels as cells are wanted, or of any size where no
 * number is given, is taken pixel by pixel in its own shape; of any other the middle square is averaged by area onto a square.
 *
 * @param name of the file, for messages
 * @throws FileError for what is no picture, for a blank one, and where the cells make no square
 */
export async function readCells(name: string, bytes: Uint8Array, cells?: number): Promise<Cells> {
  const picture = await readPicture(name, bytes);
  const { width, height, light } = cells === undefined ? picture : fitted(name, picture, cells);
  const [least, most] = range(light);
  if (most - least < BLANK) {
    const size = `${width} × ${height}`;
    throw new FileError(
      `${name}: it is blank: at ${size} cells its lightness differs by ${(255 * (most - least)).toFixed(1)} of 255, and less than 8 is no picture; give one with light and dark.`,
    );
  }
  const threshold = otsu(light);
  return { width, height, spins: Int8Array.from(light, (value) => (value > threshold ? 1 : -1)) };
}

function fitted(name: string, picture: Light, cells: number): Light {
  const { width, height, light } = picture;
  if (width * height === cells) return picture;
  const side = Math.round(Math.sqrt(cells));
  if (side * side !== cells) {
    throw new FileError(
      `${name}: a picture of ${width} × ${height} pixels has no place on ${cells} cells, which are no square: take ${width * height} cells, a square number, or a picture of ${cells} pixels.`,
    );
  }
  const square = Math.min(width, height);
  const across = shares((width - square) / 2, square, side);
  const down = shares((height - square) / 2, square, side);
  const rows = new Float64Array(side * height); // averaged along x
  for (let y = 0; y < height; y++) {
    across.forEach(({ first, weights }, i) => {
      for (let k = 0; k < weights.length; k++) rows[y * side + i] += weights[k] * light[y * width + first + k];
    });
  }
  const means = new Float32Array(cells);
  down.forEach(({ first, weights }, j) => {
    for (let i = 0; i < side; i++) {
      let mean = 0;
      for (let k = 0; k < weights.length; k++) mean += weights[k] * rows[(first + k) * side + i];
      means[j * side + i] = mean;
    }
  });
  return { width: side, height: side, light: means };
}

/** Which pixels each of `count` equal parts of a length covers, and by how much of the part; both ends may lie within pixels. */
function shares(start: number, length: number, count: number): { first: number; weights: number[] }[] {
  const part = length / count;
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [start + i * part, start + (i + 1) * part];
    const first = Math.floor(from);
    const last = Math.min(Math.ceil(to), Math.ceil(start + length));
    const weights = Array.from(
      { length: Math.max(1, last - first) },
      (_, k) => (Math.min(to, first + k + 1) - Math.max(from, first + k)) / part,
    );
    return { first, weights };
  });
}

/**
 * The threshold between two classes of values whose variance between them is largest (Otsu 1979, doi 10.1109/TSMC.1979.4310076), over
 * the values themselves instead of a histogram: half-way between the two neighbours that it separates.
 */
export function otsu(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const total = sorted.reduce((a, b) => a + b, 0);
  let [below, largest, threshold] = [0, -1, sorted[0]];
  for (let count = 1; count < sorted.length; count++) {
    below += sorted[count - 1];
    if (sorted[count] === sorted[count - 1]) continue;
    const rest = sorted.length - count;
    const between = count * rest * ((total - below) / rest - below / count) ** 2;
    if (between <= largest) continue;
    largest = between;
    threshold = (sorted[count] + sorted[count - 1]) / 2;
  }
  return threshold;
}
