// A network from which training continues.

import { FileError, ParameterError } from "../../device/errors.ts";
import { readNetwork } from "../../network/file.ts";
import { decided, type Input } from "../inputs.ts";

export const diffusionTrainingInputs: Record<string, Input> = {
  network: {
    description:
      "A network to continue from, which determines width and layers: a .safetensors file as --out writes it. The data keep the units of its training; Adam starts afresh",
    label: "Start from a network",
    accept: [".safetensors"],
    replaces: ["width", "layers"],
    async read(file, context) {
      try {
        const network = readNetwork(file.bytes);
        const { width, layers } = network.shape;
        return {
          options: { network },
          parameters: { ...decided(file, context, "width", width), ...decided(file, context, "layers", layers) },
        };
      } catch (error) {
        if (!(error instanceof ParameterError)) throw error;
        throw new FileError(`${file.name}: ${error.message.replace(/^denoiser: /, "")}`);
      }
    },
  },
};
