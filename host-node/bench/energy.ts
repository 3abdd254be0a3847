// Energy, where the platform tells it: of the processor's package on Linux by its counters (RAPL), of an NVIDIA GPU by nvidia-smi.

import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Meter } from "../../bench/harness/time.ts";
import type { DeviceInfo } from "../../src/device/device.ts";

const POWERCAP = "/sys/class/powercap";

/** The meter of what a device runs on, or undefined. */
export async function energyMeter(device: DeviceInfo): Promise<(Meter & Disposable) | undefined> {
  if (device.software) return packageMeter();
  return /nvidia/i.test(`${device.vendor} ${device.description}`) ? nvidiaMeter() : undefined;
}

interface Counter {
  /** Microjoules since some time. */
  read(): Promise<number>;
  /** Where it begins again at 0. */
  range: number;
}

/** The counters of all packages. Most systems let only root read them (CVE-2020-8694). */
export async function packageMeter(folder = POWERCAP): Promise<(Meter & Disposable) | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^intel-rapl:\d+$/.test(name));
  try {
    const counters = await Promise.all(names.map((name) => counterOf(join(folder, name))));
    const found = counters.filter((counter) => counter !== undefined);
    if (found.length === 0) return undefined;
    const readings = () => Promise.all(found.map((counter) => counter.read()));
    return {
      source: `processor package by RAPL, ${found.length} of them`,
      async begin() {
        const before = await readings();
        return async () => {
          const after = await readings();
          return after.reduce(
            (sum, now, i) => sum + (now - before[i] + (now < before[i] ? found[i].range : 0)) / 1e6,
            0,
          );
        };
      },
      [Symbol.dispose]: () => {},
    };
  } catch {
    return undefined; // not for this user
  }
}

async function counterOf(folder: string): Promise<Counter | undefined> {
  const number = async (file: string) => Number(await readFile(join(folder, file), "utf8"));
  const name = (await readFile(join(folder, "name"), "utf8")).trim();
  if (!name.startsWith("package")) return undefined;
  const counter = { read: () => number("energy_uj"), range: await number("max_energy_range_uj") };
  await counter.read();
  return counter;
}

/** A GPU's power follows its work with some delay: samples from the first part of an interval are those of the work before. */
const DELAY = 150;
const EVERY = 50;

/** The mean of the power during an interval, times its length. The first GPU that the driver lists. */
async function nvidiaMeter(): Promise<(Meter & Disposable) | undefined> {
  // The instantaneous power where the driver has it; the other is a mean over a second.
  for (const field of ["power.draw.instant", "power.draw"]) {
    const words = ["--id=0", `--query-gpu=${field}`, "--format=csv,noheader,nounits", `--loop-ms=${EVERY}`];
    const child = spawn("nvidia-smi", words, { stdio: ["ignore", "pipe", "ignore"] });
    const samples: { time: number; watts: number }[] = [];
    const lines = createInterface({ input: child.stdout });
    const first = new Promise<boolean>((resolve) => {
      child.on("error", () => resolve(false));
      child.on("close", () => resolve(false));
      lines.on("line", (line) => {
        const watts = Number(line);
        if (Number.isFinite(watts)) samples.push({ time: performance.now(), watts });
        resolve(Number.isFinite(watts));
      });
    });
    if (!(await first)) {
      child.kill();
      continue;
    }
    return {
      source: `nvidia-smi, ${field}`,
      async begin() {
        const start = performance.now();
        samples.length = 0;
        return async () => {
          const end = performance.now();
          const within = samples.filter(({ time }) => time > start + DELAY && time <= end);
          if (within.length < 3) return undefined;
          const watts = within.reduce((sum, sample) => sum + sample.watts, 0) / within.length;
          return (watts * (end - start)) / 1000;
        };
      },
      [Symbol.dispose]: () => void child.kill(),
    };
  }
  return undefined;
}
