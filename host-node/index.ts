// gibbs in Node: everything of the engine, a device to run on, and the files that the command line writes.

export { type NpyArray, npy } from "../src/files/npy.ts";
export { type Picture, png } from "../src/files/png.ts";
export * from "../src/index.ts";
export type { AdapterChoice } from "./adapter.ts";
export { csv, seriesCsv } from "./files/csv.ts";
export { checkWritable, writeFileWhole } from "./files/write.ts";
export { type DeviceChoice, openDevice } from "./open.ts";
