// Labels of the user's as the text that a model takes.

import { readLabels } from "../../src/files/points.ts";
import { labelsText } from "../../src/files/points-text.ts";

/** @throws FileError that names the place where a file has no label; ParameterError for too many classes */
export const readLabelsText = (name: string, bytes: Uint8Array): string => labelsText(readLabels(name, bytes));
