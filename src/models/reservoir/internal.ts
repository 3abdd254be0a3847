// What the project's own pages, command line and tests use of this model; no part of what users import.

export { type Beyond, leadOf } from "./beyond.ts";
