// The two kinds of device that a model runs on, and what every result says of the one it came from.

import type { GpuDevice } from "./gpu.ts";

export type Device = GpuDevice | ReferenceDevice;

/** What a result's record says of its device. */
export interface DeviceInfo {
  /** `gpu` is WebGPU, hardware or software; `reference` is plain TypeScript. */
  kind: "gpu" | "reference";
  /** True where a CPU does the work: lavapipe, SwiftShader, WARP, or the reference. */
  software: boolean;
  host: "node" | "web";
  vendor: string;
  architecture: string;
  description: string;
}

/** What a device is called where people read it. */
export function deviceName({ kind, description, vendor, architecture }: DeviceInfo): string {
  if (kind === "reference") return "CPU reference";
  return description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed GPU";
}

/** The reference: every model in plain TypeScript and f64, independent of any GPU, slow on purpose. */
export class ReferenceDevice {
  readonly kind = "reference";
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

  dispose(): void {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
