// The user's spins from a file.

import { readSpins } from "../../files/spins.ts";
import { decided, type Input, perReplica, wrongShape } from "../inputs.ts";

export const isingInputs: Record<string, Input> = {
  spins: {
    description:
      "The state at step 0, which determines size and replicas: a .npy array of 1 and -1, or of 1 and 0 or booleans, of shape (height, width) or (replicas, height, width), with --size of three or four sides (depth, height, width) and so on; or a picture (PNG, JPEG), one pixel a site, light is up",
    accept: [".npy", ".png", ".jpg", ".jpeg"],
    replaces: ["size", "start", "replicas"],
    async read(file, context) {
      const { spins, shape } = await readSpins(file.name, file.bytes);
      // Three axes are replicas of two sides, unless three sides are asked for.
      const { size } = context.parameters;
      const sides = size === undefined ? 2 : Math.max(2, String(size).split(",").length);
      if (shape.length !== sides && shape.length !== sides + 1) {
        const known = sides === 2 ? "(height, width)" : `its ${sides} sides, the last one first`;
        wrongShape(file, shape, `a lattice has ${known}, and several have the replicas before these`);
      }
      const own = shape.slice(-sides).reverse();
      const all = perReplica(file, context, spins, shape.length > sides ? shape[0] : undefined);
      const parameters = {
        ...decided(file, context, "size", own, ...(sides > 2 ? [`give --size ${own}`] : [])),
        ...decided(file, context, "start", "given"),
        ...all.parameters,
      };
      return { options: { spins: all.spins }, parameters };
    },
  },
};
