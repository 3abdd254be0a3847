// A WebGPU adapter in the browser, through navigator.gpu. A browser can lack WebGPU for four reasons that look alike to a user;
// each has its own message with its own remedy.

import { adapterKind } from "../src/device/adapter-kind.ts";
import { DeviceUnavailableError } from "../src/device/errors.ts";

export interface HostAdapter {
  gpu: GPU;
  adapter: GPUAdapter;
  software: boolean;
}

/** Opens the browser's fastest adapter. Works in pages and in workers. */
export async function requestAdapter(): Promise<HostAdapter> {
  if (!globalThis.isSecureContext) {
    throw new DeviceUnavailableError(
      `WebGPU is off because ${globalThis.location?.origin ?? "this page"} is not a secure context. ` +
        "Open the page through https or through http://localhost; a plain http address, also one of your own network, is not enough.",
      { reason: "insecure" },
    );
  }
  // The types promise navigator.gpu; browsers without WebGPU break the promise.
  const gpu = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
  if (!gpu) {
    throw new DeviceUnavailableError(
      "This browser has no WebGPU (no navigator.gpu). Use a current Chrome, Edge, Safari or Firefox; " +
        "Chrome on Linux may need --enable-unsafe-webgpu --enable-features=Vulkan.",
      { reason: "no-webgpu" },
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch((error: unknown) => {
    throw new DeviceUnavailableError(
      `The browser failed while it looked for a GPU: ${String(error)}. ` +
        "Close other pages that use the GPU, restart the browser, and see chrome://gpu for the reason.",
      { cause: error, reason: "request-failed" },
    );
  });
  if (!adapter) {
    throw new DeviceUnavailableError(
      "The browser has WebGPU but offers no GPU. Turn on hardware acceleration in its settings, update the graphics driver, " +
        "and see chrome://gpu for the reason; a blocklisted GPU can be tried with chrome://flags/#enable-unsafe-webgpu.",
      { reason: "no-adapter" },
    );
  }
  return { gpu, adapter, software: adapterKind(adapter.info) !== "hardware" };
}
