// The user's patterns and states from files, for every associative memory.

import { FileError } from "../../device/errors.ts";
import { readSpins, type SpinFile } from "../../files/spins.ts";
import { decided, type Input, type InputContext, type InputFile, perReplica, wrongShape } from "../inputs.ts";
import { MOST_NEURONS } from "./parameters.ts";

const ACCEPT = [".npy", ".png", ".jpg", ".jpeg"];
const VALUES = "1 and -1, or of 1 and 0 or booleans";

const neuronsOf = ({ parameters }: InputContext) => parameters.neurons as number | undefined;

/** An array as it is; a picture on the neurons that are given, or else pixel by pixel. @throws FileError */
async function read(file: InputFile, context: InputContext): Promise<SpinFile> {
  const neurons = neuronsOf(context);
  const found = await readSpins(file.name, file.bytes, neurons);
  const [height, width] = found.shape;
  if (!found.isPicture || neurons !== undefined || width * height <= MOST_NEURONS) return found;
  throw new FileError(
    `${file.name}: ${width} × ${height} pixels are more than ${MOST_NEURONS} neurons; give neurons, such as 1024, and it is averaged onto them.`,
  );
}

/** A square needs no rows. */
const rows = (file: InputFile, context: InputContext, width: number | undefined, height = width) =>
  width === undefined || width === height ? {} : decided(file, context, "row", width);

export const memoryInputs: Record<string, Input> = {
  stored: {
    description: `The stored patterns, which determine neurons and patterns: a .npy array of ${VALUES}, of shape (patterns, neurons) or (patterns, height, width); or a picture (PNG, JPEG) as the only one, light is up`,
    accept: ACCEPT,
    replaces: ["neurons", "patterns", "source", "row", "cue", "digits", "image", "bias"],
    label: "Patterns",
    async read(file, context) {
      const { spins, shape, isPicture } = await read(file, context);
      const full = isPicture ? [1, ...shape] : shape;
      if (full.length !== 2 && full.length !== 3) {
        wrongShape(file, shape, "patterns have (patterns, neurons) or (patterns, height, width)");
      }
      const [patterns, ...sides] = full;
      const list = context.parameters.patterns;
      // Replicas may store the first few of them each.
      const isListed = Array.isArray(list) && Math.max(...list) === patterns;
      const parameters = {
        ...decided(file, context, "neurons", spins.length / patterns),
        ...(isListed ? {} : decided(file, context, "patterns", patterns)),
        ...rows(file, context, sides.length === 2 ? sides[1] : undefined, sides[0]),
        ...decided(file, context, "source", "given"),
        ...decided(file, context, "digits", 0),
        ...decided(file, context, "bias", 0),
      };
      return { options: { stored: spins }, parameters };
    },
  },
  spins: {
    description: `The state at step 0: a .npy array of ${VALUES}, of shape (neurons), (height, width) or (replicas, height, width), and with neurons N given also (replicas, N); or a picture (PNG, JPEG), light is up`,
    accept: ACCEPT,
    replaces: ["neurons", "row", "start", "image", "replicas"],
    async read(file, context) {
      const { spins, shape } = await read(file, context);
      if (shape.length > 3)
        wrongShape(file, shape, "a state has (neurons), (height, width) or (replicas, height, width)");
      const neurons = neuronsOf(context);
      const isBatch = shape.length === 3 || (shape.length === 2 && shape[1] === neurons && shape[0] > 1);
      const all = perReplica(file, context, spins, isBatch ? shape[0] : undefined);
      const sides = shape.length === 3 ? shape.slice(1) : isBatch || shape.length === 1 ? [] : shape;
      const parameters = {
        ...decided(file, context, "neurons", spins.length / (isBatch ? shape[0] : 1)),
        ...rows(file, context, sides[1], sides[0]),
        ...decided(file, context, "start", "given"),
        ...decided(file, context, "image", ""),
        ...all.parameters,
      };
      return { options: { spins: all.spins }, parameters };
    },
  },
};
