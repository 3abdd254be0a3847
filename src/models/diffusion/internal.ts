// What the project's own pages, command line and tests use of this model; no part of what users import.

export { DRAWING, parseDrawing } from "./data/drawing.ts";
export { covarianceOf, meanOf } from "./data/moments.ts";
export { mixtureMoments } from "./moments.ts";
export { boxOf, decodePixels } from "./pictures.ts";
export { noiseOf } from "./reference.ts";
export { logDensity } from "./reference-denoisers.ts";
export { momentsOf } from "./summary.ts";
