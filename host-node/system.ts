// What a result says of the machine: operating system, processors, versions, and the GPU's driver.

import { execFile } from "node:child_process";
import { arch, cpus, platform, release } from "node:os";
import { promisify } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import type { DeviceInfo } from "../src/device/device.ts";

/** Operating system, processors and versions, by name. */
export const systemRecord = () => ({
  platform: `${platform()} ${release()} ${arch()}`,
  processor: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
  node: process.version,
  webgpu: packageJson.dependencies.webgpu,
});

/** As NVIDIA's own tool names it; of all others the adapter's description has the driver. */
export async function driverOf({ vendor, description }: DeviceInfo): Promise<string> {
  if (!/nvidia/i.test(`${vendor} ${description}`)) return description;
  const query = ["--query-gpu=name,driver_version", "--format=csv,noheader"];
  const answer = await promisify(execFile)("nvidia-smi", query).catch(() => undefined);
  return answer?.stdout.trim().split("\n")[0] || description;
}
