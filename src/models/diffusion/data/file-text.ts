// A user's files of points and of labels as the texts that the model takes.

import { readLabels, readPoints } from "../../../files/points.ts";
import { labelsText, pointsText } from "./points-text.ts";

/** @throws FileError that names the place where a file is none; ParameterError for too many classes */
export const fileText = (holds: "points" | "labels", name: string, bytes: Uint8Array): string =>
  holds === "points" ? pointsText(readPoints(name, bytes)) : labelsText(readLabels(name, bytes));
