// The two kinds of device that a model runs on, and what every result says of the one it came from.

import type { GpuDevice } from "./gpu.ts";

/** A device that a model runs on: a GPU through WebGPU, or the reference in plain TypeScript. */
export type Device = GpuDevice | ReferenceDevice;

/** What a result's record says of its device. */
export interface DeviceInfo {
  /** `gpu` is WebGPU, hardware or software; `reference` is plain TypeScript. */
  kind: "gpu" | "reference";
  /** True where a CPU does the work: lavapipe, SwiftShader, WARP, or the reference. */
  software: boolean;
  /** Where it was opened: in Node, or in a browser. */
  host: "node" | "web";
  /** As WebGPU reports it; empty for the reference. */
  vendor: string;
  /** As WebGPU reports it; empty for the reference. */
  architecture: string;
  /** As WebGPU reports it, such as the GPU's name with its driver; may be empty in a browser. */
  description: string;
}

/** What a device is called where people read it. */
export function deviceName({ kind, description, vendor, architecture }: DeviceInfo): string {
  if (kind === "reference") return "CPU reference";
  return description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed GPU";
}

/** The reference: every model in plain TypeScript and f64, independent of any GPU, slow on purpose. */
export class ReferenceDevice {
  /** Tells it from a `GpuDevice`. */
  readonly kind = "reference";
  /** What results say of it. */
  readonly info: DeviceInfo;

  constructor(host: "node" | "web") {
    this.info = {
      kind: "reference",
      software: true,
      host,
      vendor: "",
      architecture: "",
      description: "plain TypeScript in f64",
    };
  }

  /** A reference has no failures. */
  check(): void {}

  /** Does nothing: a reference holds no resources. */
  dispose(): void {}

  /** Does nothing, as `dispose`; for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
