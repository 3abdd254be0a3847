// gibbs in the browser: everything of the engine, and openDevice through navigator.gpu.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuDevice } from "../src/device/gpu.ts";
import { requestAdapter } from "./adapter.ts";

export * from "../src/index.ts";

/**
 * Opens the browser's GPU, or with "reference" the plain TypeScript device.
 *
 * @throws DeviceUnavailableError telling apart: insecure page, no WebGPU, no adapter, a failing request.
 */
export async function openDevice(choice?: "auto"): Promise<GpuDevice>;
export async function openDevice(choice: "reference"): Promise<ReferenceDevice>;
export async function openDevice(choice: "auto" | "reference" = "auto"): Promise<Device> {
  if (choice === "reference") return new ReferenceDevice("web");
  const { adapter, software } = await requestAdapter();
  return GpuDevice.open({ name: "web", adapter, software });
}
