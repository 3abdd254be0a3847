// Is this device right? The Curie–Weiss model against the reference bit for bit, and against the exact sums.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { estimateMagnet } from "../magnet.ts";
import type { Check } from "../model.ts";
import { curieWeissMeans } from "./exact.ts";
import { createCurieWeiss } from "./simulation.ts";

export async function* validateCurieWeiss(
  device: Device,
  { quick, signal }: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const options = { size: 333, temperature: [0.5, 1, 1.5], field: 0.05, start: "random" } as const;
    using a = await createCurieWeiss(device, options);
    using b = await createCurieWeiss(new ReferenceDevice(device.info.host), options);
    for (const simulation of [a, b]) await simulation.run(10, { signal });
    const [left, right] = [await a.spins(), await b.spins()];
    const differ = left.filter((spin, i) => spin !== right[i]).length;
    const name = "333 spins, 10 sweeps: spins that differ from the reference";
    yield { model: "curie-weiss", oracle: "reference", name, value: differ, bound: 0, pass: differ === 0 };
  }
  const size = 100;
  for (const temperature of quick ? [0.8] : [0.5, 0.8, 1, 1.5]) {
    using magnet = await createCurieWeiss(device, { size, temperature, replicas: 8, seed: 5n });
    await magnet.run(50, { signal });
    const series = await magnet.collect(quick ? 250 : 1000, { every: 2, signal });
    const found = estimateMagnet({ spins: size, temperature, field: 0 }, series, [...Array(8).keys()]);
    const { value, error } = found.absMagnetization;
    const z = Math.abs(value - curieWeissMeans(size, temperature, 0).absMagnetization) / error;
    const name = `${size} spins at T = ${temperature}: |m| in standard errors from the exact sum`;
    yield { model: "curie-weiss", oracle: "exact", name, value: z, bound: 5, pass: z <= 5 };
  }
}
