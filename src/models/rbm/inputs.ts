// The user's images and weights from files.

import { FileError, GibbsError } from "../../device/errors.ts";
import { isNpy, placeOf, readNpyValues } from "../../files/npy.ts";
import { readSafetensors, writeSafetensors } from "../../files/safetensors.ts";
import { readSpins } from "../../files/spins.ts";
import { decided, type Input, type InputContext, type InputFile, wrongShape } from "../inputs.ts";
import { LARGEST_WEIGHT } from "./parameters.ts";
import { checkedWeights } from "./weights.ts";

/** Visible units of what is learned. */
function visibleOf({ parameters, options }: InputContext): number {
  if (options.visible !== undefined) return options.visible as number;
  return parameters.data === "bars" ? ((parameters.side as number | undefined) ?? 4) ** 2 : 784;
}

export const rbmInputs: Record<string, Input> = {
  data: {
    description:
      "What is learned: a .npy array of 1 and 0, booleans, or 1 and -1, of shape (images, pixels) or (images, height, width); grey values are refused, because they would first have to be made black and white",
    accept: [".npy"],
    replaces: ["data", "images", "side", "row"],
    async read(file, context) {
      const { spins, shape, isPicture } = await readSpins(file.name, file.bytes);
      if (isPicture) throw new FileError(`${file.name}: it is a picture; images to learn come as one .npy array.`);
      if (shape.length !== 2 && shape.length !== 3) {
        wrongShape(file, shape, "images have (images, pixels) or (images, height, width)");
      }
      const [, height, width] = shape;
      const isSquare = width === undefined || width === height;
      const parameters = {
        ...decided(file, context, "data", "given"),
        ...(isSquare ? {} : decided(file, context, "row", width)),
      };
      const own = Uint8Array.from(spins, (spin) => (spin > 0 ? 1 : 0));
      return { options: { own, visible: spins.length / shape[0] }, parameters };
    },
  },
  weights: {
    description:
      "Initial weights, which determine hidden: a .safetensors file with W (visible, hidden), b (visible) and c (hidden), as --out writes it; or a .npy array of shape (visible + 1, hidden + 1) with hidden biases in row 0, visible biases in column 0, and 0 where they meet",
    accept: [".safetensors", ".npy"],
    replaces: ["hidden"],
    async read(file, context) {
      const visible = visibleOf(context);
      try {
        const weights = isNpy(file.bytes) ? fromArray(file) : file.bytes;
        const { c } = readSafetensors(weights);
        if (!c) throw new FileError("there is no tensor c, of hidden biases, in it.");
        const hidden = c.data.length;
        checkedWeights(weights, { visible, hidden });
        return { options: { weights }, parameters: decided(file, context, "hidden", hidden) };
      } catch (error) {
        if (!(error instanceof GibbsError) || error.message.startsWith(file.name)) throw error;
        throw new FileError(`${file.name}: ${error.message}`);
      }
    },
  },
};

/** Weights with their biases before them, as a safetensors file. */
function fromArray(file: InputFile): Uint8Array {
  const { data, shape } = readNpyValues(file.bytes, file.name);
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows < 2 || columns < 2) {
    wrongShape(
      file,
      shape,
      "weights have (visible + 1, hidden + 1), with hidden biases in row 0 and visible ones in column 0; a machine without hidden units comes as .safetensors",
    );
  }
  for (let at = 0; at < data.length; at++) {
    if (Math.abs(data[at]) <= LARGEST_WEIGHT) continue;
    throw new FileError(`${file.name}: value ${placeOf(at, shape)} is ${data[at]}; all lie within ±${LARGEST_WEIGHT}.`);
  }
  if (data[0] !== 0) {
    throw new FileError(
      `${file.name}: value [0, 0] is ${data[0]}, and should be 0: row 0 has the hidden biases and column 0 the visible ones, from 1 on.`,
    );
  }
  const from = (first: number, count: number, value: (i: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => data[value(first + i)]);
  const [visible, hidden] = [rows - 1, columns - 1];
  return writeSafetensors({
    W: {
      shape: [visible, hidden],
      data: Float32Array.from({ length: visible * hidden }, (_, at) => {
        const [i, j] = [Math.floor(at / hidden), at % hidden];
        return data[(i + 1) * columns + j + 1];
      }),
    },
    b: { shape: [visible], data: from(1, visible, (i) => i * columns) },
    c: { shape: [hidden], data: from(1, hidden, (j) => j) },
  });
}
