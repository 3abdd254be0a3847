// The Curie–Weiss model by the engines of the Hopfield model: it is the memory of a single pattern, all spins up. (The diagonal that
// Hebb's couplings lack adds the same energy to every state.)

import type { Device } from "../../device/device.ts";
import type { MemoryModel } from "../hopfield/memory.ts";
import type { Sums } from "../hopfield/network.ts";
import { alignProbabilities, fieldUnits, hopfieldParameters, type MemoryParameters } from "../hopfield/parameters.ts";
import { MemorySimulation } from "../hopfield/simulation.ts";
import { estimateMagnet } from "../magnet.ts";
import type { Options } from "../model.ts";
import { parametersOf } from "../parameters.ts";
import { type CurieWeissParameters, curieWeissParameters } from "./parameters.ts";

/** What `curieWeiss.create` takes: parameters, of which some may be lists, the seed, and the workgroup. */
export type CurieWeissOptions = Options<typeof curieWeissParameters> & {
  /** Invocations in a workgroup, 32 to the device's limit in powers of two; changes the speed and nothing else. */
  workgroup?: number;
};
/** A simulation of the Curie–Weiss model: the memory of one pattern, all spins up. */
export type CurieWeissSimulation = MemorySimulation<CurieWeissParameters>;

export const columns = ["energy", "magnetization"] as const;

const memoryOf = ({ size, dynamics, start, replicas, firstReplica }: CurieWeissParameters): MemoryParameters => ({
  ...hopfieldParameters.parse({ neurons: size, patterns: 1, dynamics, replicas, firstReplica }),
  start: start === "random" ? "random" : "pattern",
});

const asHopfield = (own: CurieWeissParameters) => ({
  ...hopfieldParameters.parse({ neurons: own.size, patterns: 1 }),
  temperature: own.temperature,
  field: own.field,
});

/** The field that is simulated: a multiple of 1/N, as the engine's integers have it. */
export const simulatedField = (own: CurieWeissParameters) => fieldUnits(asHopfield(own)) / own.size;

const kind: MemoryModel<CurieWeissParameters> = {
  name: "curie-weiss",
  schema: curieWeissParameters,
  columns,
  /** -m²/2 - h m and m. The field is that of the engine, a multiple of 1/N. */
  row({ up }: Sums, own) {
    const { size } = own;
    const m = (2 * up - size) / size;
    return [-(m * m) / 2 - simulatedField(own) * m, m];
  },
  estimate(series, replicas, points) {
    const own = parametersOf(points, replicas[0]);
    const { size, temperature } = own;
    return estimateMagnet({ spins: size, temperature, field: simulatedField(own) }, series, replicas);
  },
  field: (own) => ({ given: own.field, made: simulatedField(own), unit: 1 / own.size }),
  memory: memoryOf,
  uniform({ start, field }) {
    if (start === "random") return undefined;
    // Against the field a cold magnet would stay metastable.
    return start === "down" || (start === "ordered" && field < 0) ? -1 : 1;
  },
  replica: (own) => ({ field: fieldUnits(asHopfield(own)), probabilities: alignProbabilities(asHopfield(own)) }),
  stored: ({ size }) => new Int8Array(size).fill(1),
};

export const createCurieWeiss = (device: Device, options: CurieWeissOptions): Promise<CurieWeissSimulation> =>
  MemorySimulation.create(device, kind, options);

export const restoreCurieWeiss = (device: Device, checkpoint: Uint8Array) =>
  MemorySimulation.restore(device, kind, checkpoint);
