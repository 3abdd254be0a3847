// The user's spins from a file.

import { readSpins } from "../../files/spins.ts";
import { decided, type Input, perReplica, wrongShape } from "../inputs.ts";

export const isingInputs: Record<string, Input> = {
  spins: {
    description:
      "The state at step 0, which determines size and replicas: a .npy array of 1 and -1, or of 1 and 0 or booleans, of shape (height, width) or (replicas, height, width); or a picture (PNG, JPEG), one pixel a site, light is up",
    accept: [".npy", ".png", ".jpg", ".jpeg"],
    replaces: ["size", "start", "replicas"],
    async read(file, context) {
      const { spins, shape } = await readSpins(file.name, file.bytes);
      if (shape.length !== 2 && shape.length !== 3) {
        wrongShape(file, shape, "a lattice has (height, width), and several have (replicas, height, width)");
      }
      const [height, width] = shape.slice(-2);
      const all = perReplica(file, context, spins, shape.length === 3 ? shape[0] : undefined);
      const parameters = {
        ...decided(file, context, "size", [width, height]),
        ...decided(file, context, "start", "given"),
        ...all.parameters,
      };
      return { options: { spins: all.spins }, parameters };
    },
  },
};
