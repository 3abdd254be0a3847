// Is this device right? The Curie–Weiss model against the reference bit for bit, and against the exact sums.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { batched, checksOf, countMismatches, DEVIATION, linspace, zScores } from "../check.ts";
import { estimateMagnet } from "../magnet.ts";
import type { Check, Effort } from "../model.ts";
import { curieWeissMeans } from "./exact.ts";
import { createCurieWeiss } from "./simulation.ts";

const check = checksOf("curie-weiss");

export async function* validateCurieWeiss(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  if (device.kind === "gpu") {
    const options = { size: 333, temperature: [0.5, 1, 1.5], field: 0.05, start: "random" } as const;
    using a = await createCurieWeiss(device, options);
    using b = await createCurieWeiss(new ReferenceDevice(device.info.host), options);
    for (const simulation of [a, b]) await simulation.run(10, { signal });
    const name = "333 spins, 10 sweeps: spins that differ from the reference";
    yield check("reference", name, countMismatches(await a.spins(), await b.spins()), 0);
  }
  yield* spontaneous();
  const size = 100;
  const temperatures = quick ? linspace(0.5, 1.5, 6) : linspace(0.4, 1.8, 15);
  const { list, groups } = batched(temperatures, 8);
  using magnet = await createCurieWeiss(device, { size, temperature: list, seed: 5n });
  await magnet.run(100, { signal });
  const series = await magnet.collect(device.kind === "reference" ? 100 : quick ? 250 : 2000, { every: 2, signal });
  const found = groups.map(
    (replicas, i) =>
      estimateMagnet({ spins: size, temperature: temperatures[i], field: 0 }, series, replicas).absMagnetization,
  );
  const exactly = (temperature: number) => curieWeissMeans(size, temperature, 0).absMagnetization;
  const { z, worst } = zScores(found, temperatures.map(exactly));
  const curve = {
    ...{ x: "temperature T / J", y: "mean of |m|" },
    exact: linspace(temperatures[0], temperatures.at(-1)!, 60).map((t) => [t, exactly(t)] as const),
    measured: found.map(({ value, error }, i) => [temperatures[i], value, error] as const),
  };
  const name = `${size} spins at ${temperatures.length} temperatures: |m| against the exact sum, largest |z|`;
  yield check("exact", name, worst, DEVIATION, { z, curve });

  // Where it forgets within a sweep an error is that of independent measurements, so random numbers are new in each.
  const hot = temperatures.length - 1;
  const { square, absMagnetization } = curieWeissMeans(size, temperatures[hot], 0);
  const independent = Math.sqrt((square - absMagnetization ** 2) / (series.length * groups[hot].length));
  const what = `the same at T = ${temperatures[hot]}: error over that of independent measurements`;
  yield check("exact", what, found[hot].error / independent, 3);

  /** The root of m = tanh(m/T) at T = 1/2. */
  async function* spontaneous(): AsyncGenerator<Check> {
    const known = 0.9575040240772688;
    const size = device.kind === "reference" ? 1000 : 4000;
    using large = await createCurieWeiss(device, { size, temperature: 0.5, replicas: 8, seed: 9n });
    await large.run(20, { signal }); // at such a temperature it forgets its start within a few
    const series = await large.collect(quick ? 20 : 200, { signal });
    const { value, error } = large.estimate(series).absMagnetization;
    const name = `${size} spins at T = 0.5: |m|, distance from ${known.toFixed(4)}, where m = tanh(m/T)`;
    // Chance, and a spin for the finite size.
    yield check("known answer", name, Math.abs(value - known), 4 * error + 2 / size);
  }
}
