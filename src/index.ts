// All that a user imports, independent of the host; "gibbs/node" and "gibbs/web" add openDevice.

export { type Device, type DeviceInfo, ReferenceDevice } from "./device/device.ts";
export * from "./device/errors.ts";
export { GpuDevice, type Host } from "./device/gpu.ts";
export type { Progress, RunOptions } from "./device/run.ts";
export { readNpy } from "./files/npy.ts";
export { type Choice, readSeries, type SeriesFile } from "./files/series.ts";
export { type Times, timeAt, timesOf } from "./files/times.ts";
export { type Change, formatLink, type Link, LinkError } from "./link.ts";
export { follow, parseLink } from "./links.ts";
export * from "./models/checkpoint.ts";
export * from "./models/curie-weiss/index.ts";
export * from "./models/dense-memory/index.ts";
export * from "./models/diffusion/index.ts";
export * from "./models/diffusion-training/index.ts";
export * from "./models/dynamics/index.ts";
export * from "./models/gillespie/index.ts";
export * from "./models/hopfield/index.ts";
export { models } from "./models/index.ts";
export * from "./models/ising/index.ts";
export type {
  Check,
  CheckpointExtra,
  Exact,
  Model,
  Observable,
  Recording,
  Simulation,
  Stroke,
} from "./models/model.ts";
export * from "./models/ngrc/index.ts";
export type { Points } from "./models/parameters.ts";
export * from "./models/potts/index.ts";
export * from "./models/rbm/index.ts";
export * from "./models/reservoir/index.ts";
export { Series } from "./models/series.ts";
export { streamKey, streamPurpose, threefry4x32, type Words4 } from "./random/threefry.ts";
export * from "./statistics/index.ts";
export * from "./systems/index.ts";

export { version } from "./version.ts";
