// Opens a device in Node: the machine's GPU or a software adapter through Dawn, or the reference.

import { setTimeout as sleep } from "node:timers/promises";
import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuDevice } from "../src/device/gpu.ts";
import { type AdapterChoice, requestAdapter } from "./adapter.ts";

/** What `openDevice` opens in Node: a kind of WebGPU adapter, or the reference. */
export type DeviceChoice = AdapterChoice | "reference";

/**
 * Opens a device: "auto" (default) is the first of hardware, lavapipe and SwiftShader; "reference" needs no WebGPU at all.
 *
 * @throws DeviceUnavailableError with the remedies.
 */
export function openDevice(choice: "reference"): Promise<ReferenceDevice>;
export function openDevice(choice?: AdapterChoice): Promise<GpuDevice>;
export function openDevice(choice?: DeviceChoice): Promise<Device>;
export async function openDevice(choice: DeviceChoice = "auto"): Promise<Device> {
  if (choice === "reference") return new ReferenceDevice("node");
  const { adapter, software } = await requestAdapter(choice);
  const { globals } = await import("webgpu"); // has loaded by now; where it cannot, requestAdapter has said why
  Object.assign(globalThis, globals);
  const device = await GpuDevice.open({ name: "node", adapter, software, sleep });
  if (open.size === 0) process.on("exit", disposeAll);
  open.add(device);
  void device.raw.lost.then(() => {
    open.delete(device);
    if (open.size === 0) process.off("exit", disposeAll);
  });
  return device;
}

/**
 * Node tears down a software driver's threads while they work, which now and then ends in SIGSEGV instead of the exit code of
 * an uncaught error. So whatever still lives is disposed of on the way out.
 */
const open = new Set<GpuDevice>();

function disposeAll(): void {
  for (const device of open) device.dispose();
}
