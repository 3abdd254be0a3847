// The Ising page in the worker: the packed lattice drawn on the GPU, the correlation function, and the scan over temperatures.

import type { Device } from "../../src/device/device.ts";
import {
  correlation,
  criticalTemperature,
  type IsingSimulation,
  IsingView,
  ising,
  onsager,
} from "../../src/models/ising/index.ts";
import { checkDrawable, packSpins, planeOf } from "../../src/models/ising/internal.ts";
import { colourMap } from "../worker/colours.ts";
import type { Curve, ScanResult } from "../worker/protocol.ts";
import type { SceneModule } from "../worker/scene.ts";

const BACKGROUND = [107, 114, 128] as const;

export const scene: SceneModule<IsingSimulation> = {
  model: ising,

  /** A quench to just above T_c would be dull in black and white: a critical lattice, as large as the device is quick. */
  defaults(device, phone) {
    const size = device.kind === "reference" ? 128 : device.info.software ? 256 : phone ? 1024 : largest(device);
    return { size: `${size},${size}`, temperature: "2.27", start: "random" };
  },

  options: { mode: "spins", colours: "ink", block: 8, grid: false },

  check: ({ parameters }) => checkDrawable(parameters),

  size: ({ parameters: { size } }) => [size[0], size[1]],

  async create(device, simulation, format) {
    if (device.kind !== "gpu") throw new Error("The Ising view needs a GPU device.");
    const view = await IsingView.create(device, simulation, format);
    const [width, height] = simulation.parameters.size;
    const maps = new Map<string, Uint8Array>();
    const map = (name: string) => {
      if (!maps.has(name)) maps.set(name, colourMap(name));
      return maps.get(name)!;
    };
    return {
      draw(encoder, target, { options, ...picture }, timing) {
        const mode = options.mode === "walls" || options.mode === "blocks" ? options.mode : "spins";
        const colours = map(options.colours);
        view.draw(encoder, target, { ...picture, ...options, mode, colours, background: BACKGROUND }, timing);
      },
      mark: (cells) => view.mark(cells && packSpins(cells as ArrayLike<number>, { width, height, replicas: 1 })),
      dispose: () => view.dispose(),
    };
  },

  /** A PNG's bits run the other way round within a byte. */
  async bits(simulation) {
    return (await simulation.state()).map((byte) => REVERSED[byte]);
  },

  async correlation(simulation) {
    const { size, boundary } = planeOf(simulation.parameters);
    const [width, height] = size;
    const { along, across } = correlation(await simulation.state(), { width, height, boundary });
    const curve = (name: string, y: number[]): Curve => ({ name, x: y.map((_, r) => r), y });
    const curves = [curve("along x", along), curve("along y", across)];
    const { temperature, field, couplings } = simulation.parameters;
    const critical =
      couplings[0] === 1 && couplings[1] === 1 && Math.abs(temperature - criticalTemperature([1, 1])) < 0.01;
    if (critical && field === 0) {
      const x = along.map((_, r) => r).slice(1);
      // Wu, McCoy, Tracy, Barouch 1976, doi 10.1103/PhysRevB.13.316: 0.70338 r^(-1/4) along an axis at T_c.
      curves.push({ name: "infinite lattice at T_c, 0.70338 r^(−1/4)", x, y: x.map((r) => 0.70338 * r ** -0.25) });
    }
    return curves;
  },

  scan,
};

function largest(device: Device): number {
  if (device.kind !== "gpu") return 128;
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  return Math.min(maxBufferSize, maxStorageBufferBindingSize) >= 2 ** 25 ? 16384 : 4096;
}

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum | (((byte >> bit) & 1) << (7 - bit)), 0),
);

const SCAN_SIDE = 64;
const SCAN_SWEEPS = 2000;

/** Lattices of 64² at 28 temperatures as one batch, from all spins up, against the infinite lattice. */
async function scan(device: Device, { parameters }: IsingSimulation): Promise<ScanResult> {
  const { couplings, algorithm } = planeOf(parameters);
  const ferromagnet = couplings[0] > 0 && couplings[1] > 0;
  const critical = ferromagnet ? criticalTemperature(couplings) : 2.269;
  const side = device.kind === "reference" ? 16 : SCAN_SIDE;
  const sweeps = device.kind === "reference" ? 200 : SCAN_SWEEPS;
  const temperature = Array.from({ length: 28 }, (_, i) => Number((critical * (0.55 + 0.035 * i)).toPrecision(4)));
  using batch = await ising.create(device, { size: [side, side], temperature, couplings, algorithm });
  await batch.run(sweeps / 5);
  const measured = await batch.sampleEach(sweeps / 10, { every: 10 });
  const points = (name: "energy" | "absMagnetization"): Curve => ({
    name: `measured, ${side}²`,
    x: temperature,
    y: measured.map((row) => row[name].value),
    errors: measured.map((row) => row[name].error),
  });
  // T_c itself is among the samples, or the curve would fall off next to it.
  const fine = Array.from({ length: 200 }, (_, i) => critical * (0.55 + (0.945 * i) / 199));
  const x = [...fine, critical].sort((a, b) => a - b);
  const exact = x.map((t) => onsager({ temperature: t, couplings }));
  const curve = (y: number[]): Curve => ({ name: "exact, infinite lattice", x, y });
  return {
    x: "temperature",
    plots: [
      {
        title: "|m| against T",
        unit: "1/site",
        curves: [
          points("absMagnetization"),
          ...(ferromagnet ? [curve(exact.map(({ magnetization }) => magnetization))] : []),
        ],
      },
      {
        title: "e against T",
        unit: "J/site",
        curves: [points("energy"), ...(ferromagnet ? [curve(exact.map(({ energy }) => energy))] : [])],
      },
    ],
  };
}
