// A device for the length of one command. It is freed whatever happens, because Dawn crashes if the process ends with work in flight.

import type { Device } from "../../src/device/device.ts";
import { type DeviceChoice, openDevice } from "../open.ts";
import type { Arguments } from "./arguments.ts";
import { DEVICES } from "./flags.ts";
import { Interruption } from "./interrupt.ts";

const open = new Set<Device>();

/** Opens the device that --device asks for; `signal` is aborted by Ctrl-C. @throws DeviceUnavailableError, InterruptedError */
export async function withDevice<T>(
  given: Arguments,
  action: (device: Device, signal: AbortSignal) => Promise<T>,
  choices: readonly DeviceChoice[] = DEVICES,
): Promise<T> {
  const choice = given.choice("device", choices, "auto");
  using interruption = new Interruption();
  const device = await openDevice(choice);
  open.add(device);
  try {
    interruption.signal.throwIfAborted();
    return await action(device, interruption.signal);
  } finally {
    open.delete(device);
    await device[Symbol.asyncDispose]();
  }
}

/** Frees what is still open after an uncaught error; the promises of the work on it reject. */
export function abandonDevices(): void {
  for (const device of open) device.dispose();
}
