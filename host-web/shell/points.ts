// Points, pictures and labels of the user's as the texts that models take.

import { readLabels, readPoints } from "../../src/files/points.ts";
import { labelsText, pointsText } from "../../src/models/diffusion/data/points-text.ts";

/** @throws FileError that names the place where a file is none; ParameterError for too many classes */
export const readPointsText = (holds: "points" | "labels", name: string, bytes: Uint8Array): string =>
  holds === "points" ? pointsText(readPoints(name, bytes)) : labelsText(readLabels(name, bytes));
