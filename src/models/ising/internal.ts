// What the project's own pages, command line and tests use of this model; no part of what users import.

export { planeOf } from "./axes.ts";
export { packSpins } from "./packing.ts";
export { checkDrawable } from "./view.ts";
