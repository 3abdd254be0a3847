// One Hopfield network, or a batch of them, on any device: run, measure, checkpoint, read.

import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { Exclusive, type RunOptions } from "../../device/run.ts";
import { type Checkpoint, decodeCheckpoint, digestOf, encodeCheckpoint, extraOf, withExtra } from "../checkpoint.ts";
import type { CheckpointExtra, Options, Recording, Simulation } from "../model.ts";
import { changePoints, type Points, point, resolve } from "../parameters.ts";
import { checkSeed } from "../seed.ts";
import { Series } from "../series.ts";
import { bufferBytes, GpuNetwork } from "./gpu.ts";
import { bitsOf, type Network, type NetworkOptions, spinsOf, stateBytes } from "./network.ts";
import { columns, estimateHopfield, type HopfieldObservables, perNeuron } from "./observables.ts";
import { alignChances, fieldUnits, type HopfieldParameters, hopfieldParameters } from "./parameters.ts";
import { ReferenceNetwork } from "./reference-network.ts";

/** The number of a sweep is one word of the counter of its random numbers. */
const MOST_SWEEPS = 2 ** 32 - 1;

export type HopfieldOptions = Options<typeof hopfieldParameters> & {
  /** Patterns of one's own, ±1, shape [pattern][neuron]: all replicas share them. They say `neurons` × `patterns`. */
  stored?: ArrayLike<number>;
  /** The state at step 0, ±1, shape [replicas][neurons]; sets `start` to "given". */
  spins?: ArrayLike<number>;
  /** Invocations in a workgroup, 32 to the device's limit in powers of two; changes the speed and nothing else. */
  workgroup?: number;
};

export class HopfieldSimulation implements Simulation<HopfieldParameters> {
  readonly model = "hopfield";
  readonly device: Device;
  readonly seed: bigint;
  readonly replicas: number;
  #points: Points<HopfieldParameters>;
  readonly #options: NetworkOptions;
  readonly #network: Network;
  readonly #exclusive = new Exclusive("The Hopfield simulation");
  #steps: number;

  private constructor(device: Device, setup: Setup, network: Network, steps: number) {
    this.device = device;
    this.#points = setup.points;
    this.#options = setup.options;
    this.seed = setup.options.seed;
    this.replicas = setup.options.replicas.length;
    this.#network = network;
    this.#steps = steps;
  }

  static async create(device: Device, given: HopfieldOptions = {}): Promise<HopfieldSimulation> {
    const { seed = 1n, stored, spins, workgroup, ...parameters } = given;
    const points = resolve("hopfield", hopfieldParameters, spins ? { ...parameters, start: "given" } : parameters);
    const setup = prepare(points, checkSeed(seed), stored);
    const network = await openNetwork(device, setup.options, workgroup);
    try {
      const { start, cue, noise } = points.parameters;
      if (start === "given") await network.write(givenState(setup, spins));
      else
        await network.begin(start === "pattern" ? cue : undefined, Math.min(2 ** 32 - 1, Math.round(noise * 2 ** 32)));
    } catch (error) {
      network.dispose();
      throw error;
    }
    return new HopfieldSimulation(device, setup, network, 0);
  }

  static async restore(device: Device, bytes: Uint8Array): Promise<HopfieldSimulation & { extra: CheckpointExtra }> {
    const { setup, steps, state, extra } = readCheckpoint(await decodeCheckpoint(bytes));
    const network = await openNetwork(device, setup.options);
    try {
      await network.write(state);
    } catch (error) {
      network.dispose();
      throw error;
    }
    return Object.assign(new HopfieldSimulation(device, setup, network, steps), { extra });
  }

  /** Sweeps made so far, each of as many updates as there are neurons. */
  get steps(): number {
    return this.#steps;
  }

  /** What each replica is set to now. */
  get points(): Points<HopfieldParameters> {
    return this.#points;
  }

  series(): Series {
    return new Series(columns, this.replicas);
  }

  /**
   * Makes `steps` sweeps in many short submissions.
   *
   * @throws the signal's reason when aborted (the state stays valid), DeviceLostError, GpuError, DisposedError.
   */
  run(steps: number, { record, ...options }: RunOptions & { record?: Recording } = {}): Promise<void> {
    return this.#exclusive.use(async () => {
      if (!Number.isSafeInteger(steps) || steps < 0 || this.#steps + steps > MOST_SWEEPS) {
        throw new ParameterError(
          "steps",
          `steps ${steps}: it must be a whole number of sweeps, at most ${MOST_SWEEPS} in all.`,
        );
      }
      if (record && !(Number.isSafeInteger(record.every) && record.every >= 1)) {
        throw new ParameterError("every", `every ${record.every}: it must be a whole number of sweeps, 1 or more.`);
      }
      await this.#network.advance({
        ...options,
        from: this.#steps,
        sweeps: steps,
        every: record?.every ?? 0,
        origin: record?.origin ?? 0,
        onSums: (sums, sweep) => record?.series.append(sweep, this.#rows(sums)),
        onSweeps: (sweep) => {
          this.#steps = sweep;
        },
      });
    });
  }

  /** Changes temperature or field from the next sweep on, for all replicas. @throws ParameterError */
  set(changes: Partial<HopfieldParameters>): Promise<void> {
    return this.#exclusive.use(async () => {
      const points = changePoints("hopfield", hopfieldParameters, this.#points, changes);
      await this.#network.setReplicas(replicaOptions(points, this.replicas));
      this.#points = points;
    });
  }

  /** Runs `count` × `every` sweeps and returns the series measured on the way. */
  async collect(count: number, { every = 1, ...options }: RunOptions & { every?: number } = {}): Promise<Series> {
    const series = this.series();
    await this.run(count * every, { ...options, record: { series, every, origin: this.#steps } });
    return series;
  }

  /** Observables of replicas that share their parameters; their error is that over patterns. */
  estimate(series: Series, replicas?: number[]): HopfieldObservables {
    const [differs] = Object.keys(this.points.batch);
    if (!replicas && differs) {
      throw new ParameterError(differs, `The replicas differ in ${differs}: name those to average.`);
    }
    return estimateHopfield(series, replicas ?? [...Array(this.replicas).keys()]);
  }

  /** Overlap with the cue's pattern, largest overlap, energy and mean spin of each replica, now. */
  measure(): Promise<Record<(typeof columns)[number], number>[]> {
    return this.#exclusive.use(async () =>
      this.#rows(await this.#network.sums()).map(([overlap, largest, energy, magnetization]) => ({
        overlap,
        largest,
        energy,
        magnetization,
      })),
    );
  }

  #rows(sums: Awaited<ReturnType<Network["sums"]>>): number[][] {
    return sums.map((each, replica) => perNeuron(each, point(this.points, replica)));
  }

  /** Overlaps Σ ξ s of the first replica with all its patterns. */
  overlaps(): Promise<Int32Array> {
    return this.#exclusive.use(() => this.#network.overlaps());
  }

  /** The first `count` patterns of the first replica, ±1, shape [count][neurons]. */
  patterns(count: number): Promise<Int8Array> {
    return this.#exclusive.use(() => this.#network.patterns(Math.min(count, this.#options.replicas[0].patterns)));
  }

  /** One bit a spin, the lowest first, +1 = 1; each replica from a byte of its own. */
  state(): Promise<Uint8Array> {
    return this.#exclusive.use(() => this.#network.read());
  }

  /** Spins ±1, shape [replicas][neurons]. */
  async spins(): Promise<Int8Array> {
    const { neurons } = this.#options;
    const state = await this.state();
    const spins = new Int8Array(this.replicas * neurons);
    for (let i = 0; i < this.replicas; i++) {
      spins.set(spinsOf(state.subarray(i * stateBytes(neurons)), neurons), i * neurons);
    }
    return spins;
  }

  /** SHA-256 of "hopfield REPLICASxNEURONS\n" and the state, of all replicas or of one as if it were alone. */
  async digest(replica?: number): Promise<string> {
    const state = await this.state();
    const size = stateBytes(this.#options.neurons);
    const part = replica === undefined ? state : state.subarray(replica * size, (replica + 1) * size);
    const head = `hopfield ${replica === undefined ? this.replicas : 1}x${this.#options.neurons}\n`;
    return digestOf(new TextEncoder().encode(head), part);
  }

  async checkpoint(extra: CheckpointExtra = { header: {}, sections: {} }): Promise<Uint8Array> {
    const { parameters, batch } = this.points;
    const header = { parameters, batch, seed: String(this.seed), steps: this.#steps };
    const { patterns } = this.#options;
    const stored: Record<string, Uint8Array> = patterns ? { stored: bitsOf(patterns) } : {};
    const sections = { state: await this.state(), ...stored };
    return encodeCheckpoint(withExtra({ model: "hopfield", header, sections }, extra));
  }

  async array(): Promise<{ data: Int8Array; shape: number[] }> {
    const { neurons } = this.#options;
    return { data: await this.spins(), shape: this.replicas > 1 ? [this.replicas, neurons] : [neurons] };
  }

  /** The first replica in rows of about the square root of its size: up is 255, down 0. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const { neurons } = this.#options;
    const width = Math.ceil(Math.sqrt(neurons));
    const height = Math.ceil(neurons / width);
    const data = new Uint8Array(width * height).fill(128);
    spinsOf(await this.state(), neurons).forEach((spin, i) => {
      data[i] = spin > 0 ? 255 : 0;
    });
    return { width, height, data };
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Frees the network; any later use throws DisposedError. */
  dispose(): void {
    if (this.#exclusive.dispose()) this.#network.dispose();
  }
}

interface Setup {
  points: Points<HopfieldParameters>;
  options: NetworkOptions;
}

function prepare(given: Points<HopfieldParameters>, seed: bigint, stored?: ArrayLike<number>): Setup {
  const { parameters, batch } = given;
  const [listed] = Object.values(batch);
  if (listed && parameters.replicas !== 1 && parameters.replicas !== listed.length) {
    throw new ParameterError(
      "replicas",
      `replicas ${parameters.replicas}: a list of ${listed.length} values makes ${listed.length} replicas; leave replicas out.`,
    );
  }
  const replicas = listed?.length ?? parameters.replicas;
  const points = { parameters: { ...parameters, replicas }, batch };
  const { neurons, dynamics, cue, firstReplica, bias, start } = parameters;
  const own = replicaOptions(points, replicas);
  const fewest = own.reduce((least, { patterns }) => Math.min(least, patterns), Number.POSITIVE_INFINITY);
  if (cue >= fewest && start !== "random") {
    throw new ParameterError("cue", `cue ${cue}: with ${fewest} patterns it must be at most ${fewest - 1}.`);
  }
  const options: NetworkOptions = {
    neurons,
    dynamics,
    cue: Math.min(cue, fewest - 1),
    seed,
    firstReplica,
    replicas: own,
    patterns: stored && givenPatterns(stored, points),
    bias: Math.round(((1 + bias) / 2) * 2 ** 32),
  };
  return { points, options };
}

function replicaOptions(points: Points<HopfieldParameters>, replicas: number) {
  return Array.from({ length: replicas }, (_, replica) => {
    const own = point(points, replica);
    return { patterns: own.patterns, field: fieldUnits(own), chances: alignChances(own) };
  });
}

function givenPatterns(stored: ArrayLike<number>, { parameters, batch }: Points<HopfieldParameters>): Int8Array {
  const { neurons } = parameters;
  const patterns = Math.max(...(batch.patterns ?? [parameters.patterns]));
  if (stored.length !== neurons * patterns) {
    throw new ParameterError(
      "stored",
      `stored: ${stored.length} values were given, but ${patterns} patterns of ${neurons} neurons have ${patterns * neurons}.`,
    );
  }
  const at = Array.from(stored).findIndex((value) => value !== 1 && value !== -1);
  if (at >= 0) {
    throw new ParameterError(
      "stored",
      `stored: neuron ${at % neurons} of pattern ${Math.floor(at / neurons)} is ${stored[at]}; every value is 1 or -1.`,
    );
  }
  return Int8Array.from(stored);
}

function givenState({ options: { neurons, replicas } }: Setup, spins: ArrayLike<number> | undefined): Uint8Array {
  const count = neurons * replicas.length;
  if (spins?.length !== count) {
    const given = spins ? `${spins.length} spins were given` : "no spins were given";
    throw new ParameterError("start", `start given: ${count} spins are needed (replicas × neurons), but ${given}.`);
  }
  const state = new Uint8Array(stateBytes(neurons) * replicas.length);
  for (let i = 0; i < replicas.length; i++) {
    state.set(bitsOf(Array.from({ length: neurons }, (_, site) => spins[i * neurons + site])), i * stateBytes(neurons));
  }
  return state;
}

async function openNetwork(device: Device, options: NetworkOptions, workgroup?: number): Promise<Network> {
  if (device.kind === "reference") return new ReferenceNetwork(options);
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeInvocationsPerWorkgroup: most } = device.limits;
  const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  for (const [name, bytes] of Object.entries(bufferBytes(options))) {
    if (bytes <= limit) continue;
    throw new ParameterError(
      "neurons",
      `neurons ${options.neurons}: the ${name} of ${options.replicas.length} replicas take ${bytes} bytes, and this device holds ${limit} in one buffer; take fewer replicas, patterns or neurons.`,
    );
  }
  const group = workgroup ?? Math.min(device.info.software ? 32 : 256, most);
  if (!Number.isInteger(Math.log2(group)) || group < 32 || group > most) {
    throw new ParameterError("workgroup", `workgroup ${group}: it must be a power of two from 32 to ${most}.`);
  }
  return GpuNetwork.create(device, options, group);
}

function readCheckpoint(checkpoint: Checkpoint) {
  const { model, header, sections } = checkpoint;
  const wrong = (what: string) =>
    new CheckpointError(`The checkpoint holds ${what}. Use the file that "hopfield" wrote.`);
  if (model !== "hopfield") throw wrong(`a run of "${model}", not of "hopfield"`);
  const { parameters, batch, seed, steps } = header as Record<string, never>;
  const points = { ...resolve("hopfield", hopfieldParameters, parameters as object), batch };
  if (!sections.state || !Number.isSafeInteger(steps)) throw wrong("no complete state");
  const { neurons, patterns } = points.parameters;
  const most = Math.max(...((batch as { patterns?: number[] }).patterns ?? [patterns]));
  const stored = sections.stored && spinsOf(sections.stored, neurons * most);
  const setup = prepare(points, checkSeed(BigInt(seed)), stored);
  if (sections.state.length !== stateBytes(neurons) * setup.options.replicas.length) {
    throw wrong("a state of another size than its parameters say");
  }
  return { setup, steps: steps as number, state: sections.state, extra: extraOf(checkpoint) };
}
