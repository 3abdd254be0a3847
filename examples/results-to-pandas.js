// From gibbs to Python: a table as CSV, a time series as CSV, and states as .npy, which results_to_pandas.py reads.
//
// The run is a scan of the Ising model over temperature, all points side by side. `summary.csv` has a row for each temperature,
// `series.csv` one for each measurement of each replica, and `spins.npy` the last states, an array of int8 of shape (replicas,
// height, width). CSV holds every number in the shortest form that reads back to the same double.
//
// Look at the exact energies in the table, and then at what results_to_pandas.py makes of the files:
//   node examples/results-to-pandas.js && python3 examples/results_to_pandas.py
// @ts-check

import { csv, ising, kaufman, npy, openDevice, seriesCsv, writeFileWhole } from "gibbs/node";
import { plot, table } from "./plot.js";

const SIZE = /** @type {[number, number]} */ ([32, 32]);
const TEMPERATURES = [1.8, 2, 2.2, 2.4, 2.6, 2.8, 3];

const device = await openDevice();
const lattices = await ising.create(device, { size: SIZE, temperature: TEMPERATURES, seed: 8n });
await lattices.run(1000);
const series = await lattices.collect(500, { every: 4 });

const head = ["temperature", "energy", "energy_error", "energy_exact", "abs_magnetization", "abs_magnetization_error"];
const rows = TEMPERATURES.map((temperature, replica) => {
  const { energy, absMagnetization: m } = lattices.estimate(series, [replica]);
  const exact = kaufman(...SIZE, { temperature }).energy;
  return [temperature, energy.value, energy.error, exact, m.value, m.error];
});
// Files are written whole or not at all: a reader never sees half of one.
await writeFileWhole("summary.csv", csv(head, rows));
await writeFileWhole("series.csv", seriesCsv(series));
const { data, shape } = await lattices.array();
await writeFileWhole("spins.npy", npy({ data, shape }));
lattices.dispose();
device.dispose();

plot(
  [
    { mark: "-", label: "exact", points: rows.map(([t, , , exact]) => [t, exact]) },
    { mark: "o", label: "measured", points: rows.map(([t, energy]) => [t, energy]) },
  ],
  { x: "temperature", y: "energy per spin" },
);
table(head, rows);
console.log(`\nwrote summary.csv, series.csv (${series.length} measurements) and spins.npy (${shape.join(" x ")})`);
