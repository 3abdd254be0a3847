// Batches of trajectories on the GPU: started together, moved on in dispatches of as many steps as the budget allows, and summed there.

import { bufferLimit, storage, uniform } from "../../../device/buffers.ts";
import { ParameterError } from "../../../device/errors.ts";
import type { GpuDevice } from "../../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../../device/kernel.ts";
import { structOf } from "../../../device/layout.ts";
import { dispatchOnce, Pacer, submitPass } from "../../../device/submissions.ts";
import { STREAMS } from "../../../random/streams.ts";
import { seedWords } from "../../../random/threefry.ts";
import { type Adaptive, lawNumber, type Phase, type Plan } from "../plan.ts";
import { LARGEST } from "../reference/range.ts";
import { type Runner, rowsOf } from "../runner.ts";
import { inSystem } from "../system.ts";
import type { Batch, Tries } from "../tally.ts";
import { constantTable, rest } from "./constants.ts";
import { Measures } from "./measures.ts";
import { type Generated, keptNumbers, systemWgsl } from "./wgsl.ts";

const RUN = structOf("dynamics/ensemble.wgsl", "run");
const STEP = structOf("dynamics/ensemble.wgsl", "now");
const STARTS = structOf("dynamics/ensemble.wgsl", "starts");
const ADAPTIVE = structOf("dynamics/adaptive.wgsl", "adaptive");

/** Trajectories side by side, and bytes of them: enough to fill the device, and not so many that nothing is seen. */
const HARDWARE = { slots: 1 << 20, bytes: 1 << 30 };
const SOFTWARE = { slots: 1 << 16, bytes: 1 << 27 };
/** Numbers of a state and its tangents up to which two trajectories share an invocation. */
const MOST_TOGETHER = 4;
/** Words of what all trajectories tried, and which of them counts those that are not at the end of a phase: see adaptive.wgsl. */
const TRIED = 6;
const LEFT = 5;
/** Steps that are tried between two looks at how many trajectories are left, at first and at most. */
const FIRST_ROUND = 64;
const MOST_ROUND = 4096;
/** Words of a trajectory that says how it chooses its steps. */
const CONTROL = 8;
/** Words of a trajectory that crosses a section. */
const CROSSED = 3;

type Kernels = Record<"start" | "advance", Kernel>;
type Buffers = Record<
  "run" | "now" | "points" | "starts" | "state" | "record" | "samples" | "worst" | "ring" | "adaptive" | "tried",
  GPUBuffer
>;

export class GpuRunner implements Runner {
  readonly most: number;
  readonly #device: GpuDevice;
  readonly #plan: Plan;
  readonly #kernels: Kernels;
  readonly #workgroup: number;
  readonly #together: number;
  readonly #buffers: Buffers;
  readonly #pacer: Pacer;
  readonly #measures: Measures;

  /** @throws ParameterError where the points of a sweep do not fit side by side, OutOfMemoryError, GpuError */
  static async create(device: GpuDevice, plan: Plan, workgroup = 64): Promise<GpuRunner> {
    const together = togetherOf(device, plan);
    const generated = inSystem(() =>
      systemWgsl(plan.system, {
        ...{ ...plan, together, ring: ringOf(plan) },
        control: plan.adaptive ? CONTROL : 0,
        stiff: plan.adaptive?.method === "rosenbrock23",
      }),
    );
    const shader = shaderOf(plan);
    const own = (entryPoint: string) =>
      device.kernel({ shader, generated: generated.source, entryPoint, constants: { WORKGROUP: workgroup } });
    const [start, advance] = await Promise.all([own("start"), own("advance")]);
    const most = mostOf(device, plan);
    const measures = await Measures.create(device, plan);
    const made = device.guard(`dynamics, ${plan.points.length * most} trajectories`, () => {
      return new GpuRunner(device, plan, { ...generated, together }, { start, advance }, measures, workgroup, most);
    });
    return made.catch((error) => {
      measures.dispose();
      throw error;
    });
  }

  private constructor(
    device: GpuDevice,
    plan: Plan,
    generated: Generated & { together: number },
    kernels: Kernels,
    measures: Measures,
    workgroup: number,
    most: number,
  ) {
    this.#device = device;
    this.#plan = plan;
    this.#kernels = kernels;
    this.#measures = measures;
    this.#workgroup = workgroup;
    this.#together = generated.together;
    this.#pacer = new Pacer(device);
    this.most = most;
    const slots = most * plan.points.length;
    const { state, record, rows, ring } = words(plan);
    const own = (name: string, contents: number | Float32Array | Uint32Array) =>
      storage(device, `dynamics ${name}`, contents);
    this.#buffers = {
      run: uniform(device, "dynamics run", RUN),
      now: uniform(device, "dynamics step", STEP),
      points: own("points", pointTable(plan, generated)),
      starts: own("starts", startTable(plan)),
      state: own("state", state * slots),
      record: own("record", record * slots),
      samples: own("samples", rows * slots),
      worst: own("worst", 1),
      ring: own("ring", Math.max(1, ring * slots)),
      adaptive: uniform(device, "dynamics adaptive", ADAPTIVE),
      tried: own("tried", TRIED),
    };
  }

  async batch(first: number, count: number, centres: Float32Array, tick: () => Promise<void>): Promise<Batch> {
    await this.#simulate(first, count, tick);
    const measured = await this.#measures.of(this.#buffers.samples, first, count, centres);
    const [worst] = new Float32Array(await this.#device.read(this.#buffers.worst, 0, 4));
    return { count, worst, ...measured, ...(this.#plan.adaptive ? { tries: await this.#tries() } : {}) };
  }

  /** What all trajectories tried. */
  async #tries(): Promise<Tries> {
    const words = new Uint32Array(await this.#device.read(this.#buffers.tried));
    const long = (at: number) => words[at] + words[at + 1] * 2 ** 32;
    return { accepted: long(0), rejected: long(2), stuck: words[4] };
  }

  async samples(first: number, count: number, tick: () => Promise<void>): Promise<Float32Array> {
    await this.#simulate(first, count, tick);
    const bytes = 4 * rowsOf(this.#plan) * count * this.#plan.points.length;
    return new Float32Array(await this.#device.read(this.#buffers.samples, 0, bytes));
  }

  async #simulate(first: number, count: number, tick: () => Promise<void>): Promise<void> {
    const { points, times, transient, measured, every, seed } = this.#plan;
    const device = this.#device;
    const slots = count * points.length;
    const title = `dynamics, ${slots} trajectories`;
    const groupsOf = (invocations: number) => workgroupGrid(Math.ceil(invocations / this.#workgroup), device.limits);
    device.write(
      this.#buffers.run,
      RUN.write({
        seed: seedWords(seed),
        purpose: STREAMS.dynamics.starts,
        ...{ first, count, slots, every, rows: times.length, zero: 0 },
      }),
    );
    device.write(this.#buffers.worst, new Uint32Array(1));
    const bound = (kernel: Kernel, invocations: number) => ({
      ...{ kernel, group: kernel.bind(this.#buffers), groups: groupsOf(invocations) },
    });
    await dispatchOnce(device, title, [bound(this.#kernels.start, slots)]);
    const advance = bound(this.#kernels.advance, Math.ceil(slots / this.#together));
    if (this.#plan.adaptive) return this.#adapt(this.#plan.adaptive, advance, title, tick);
    for (const phase of [transient, measured]) {
      const own = stepOf(phase, phase === measured ? transient.steps : 0, phase === measured ? this.#plan.perRow : 0);
      const pieces = {
        most: phase.steps,
        submit: (done: number, steps: number) => {
          device.write(this.#buffers.now, STEP.write({ ...own, done, count: steps }));
          return submitPass(device, title, [advance], "steps");
        },
      };
      if (phase.steps > 0) await this.#pacer.make(phase.steps, { onProgress: tick }, pieces);
    }
  }

  /** Each phase, until no trajectory is left in it. */
  async #adapt(
    { tolerance, longest, shortest, most }: Adaptive,
    advance: Parameters<typeof submitPass>[2][number],
    title: string,
    tick: () => Promise<void>,
  ): Promise<void> {
    const device = this.#device;
    const { tried, adaptive } = this.#buffers;
    device.write(tried, new Uint32Array(TRIED));
    let begins = 2;
    for (const phase of [this.#plan.transient, this.#plan.measured]) {
      if (phase.steps === 0) continue;
      const own = { tolerance, longest, shortest, most, ...spansOf(phase) };
      const measures = phase === this.#plan.measured;
      let round = FIRST_ROUND;
      for (let left = 1; left > 0; round = Math.min(2 * round, MOST_ROUND)) {
        await this.#pacer.make(
          round,
          { onProgress: tick },
          {
            most: round,
            submit: (_, tries) => {
              device.write(adaptive, ADAPTIVE.write({ ...own, begins, measures, tries }));
              device.write(tried, new Uint32Array(1), 4 * LEFT);
              begins = 0;
              return submitPass(device, title, [advance], "steps");
            },
          },
        );
        [left] = new Uint32Array(await device.read(tried, 4 * LEFT, 4));
      }
      begins = 1;
    }
  }

  dispose(): void {
    this.#measures.dispose();
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
  }
}

/** Words of one trajectory. */
function words(plan: Plan) {
  const n = plan.system.variables.length;
  const ring = keptNumbers(plan.system) * ringOf(plan);
  const [slopes, control] = plan.adaptive ? [n, CONTROL] : [0, 0];
  return {
    state: (2 + plan.exponents) * n + slopes,
    record: 2 + 2 * plan.exponents + control + (plan.section ? CROSSED : 0),
    rows: rowsOf(plan),
    ring,
  };
}

const ADAPTIVE_SHADERS: Record<Adaptive["method"], string> = {
  tsit5: "dynamics/tsitouras.wgsl",
  rosenbrock23: "dynamics/rosenbrock.wgsl",
};

const shaderOf = ({ system: { kind, delays }, adaptive }: Plan): string => {
  if (adaptive) return ADAPTIVE_SHADERS[adaptive.method];
  if (kind === "map") return "dynamics/map.wgsl";
  return delays.length > 0 ? "dynamics/runge-kutta-delayed.wgsl" : "dynamics/runge-kutta.wgsl";
};

/** Steps of a lag at most: a shader counts them in both directions. */
const MOST_LAG = 2 ** 30;

/** A lag in whole steps, and what is left. @throws ParameterError where it is longer than a shader counts */
function lagOf(lag: number, { h }: Phase): { whole: number; part: number } {
  const steps = lag / h;
  if (steps > MOST_LAG) {
    throw new ParameterError(
      "system",
      `a lag of ${lag} is longer than ${MOST_LAG} steps of ${h}; shorten it, or raise dt.`,
    );
  }
  const nearest = Math.round(steps);
  // A lag that was to be a whole number of steps is one.
  if (Math.abs(steps - nearest) <= 1e-9 * steps) return { whole: nearest, part: 0 };
  return { whole: Math.floor(steps), part: steps - Math.floor(steps) };
}

/** Nodes from the one before the longest lag, or from the first, to the present one; a power of two, for a division of integers costs more than a step. */
function ringOf({ system, points, transient, measured }: Plan): number {
  if (system.delays.length === 0) return 1;
  const most = points.reduce((top, { lags }) => Math.max(top, ...lags.map((lag) => lagOf(lag, measured).whole)), 0);
  return 2 ** Math.ceil(Math.log2(Math.min(most, transient.steps + measured.steps) + 3));
}

/** Trajectories of each point in a batch. @throws ParameterError */
function mostOf(device: GpuDevice, plan: Plan): number {
  const { state, record, rows, ring } = words(plan);
  const limit = bufferLimit(device.limits);
  const bound = device.info.software ? SOFTWARE : HARDWARE;
  const fit = Math.floor(limit / (4 * Math.max(state, rows, ring)));
  const points = plan.points.length;
  if (points > fit && ring > rows) {
    throw new ParameterError(
      "dt",
      `dt ${plan.measured.h}: the longest lag is ${ringOf(plan)} steps, which ${points} trajectories side by side cannot keep on the device; ${fit} can. Take a longer dt, or fewer points.`,
    );
  }
  if (points > fit) {
    throw new ParameterError(
      "set",
      `set: ${points} points of ${rows} measured numbers do not fit the device; ${fit} points do. Take fewer, or fewer times.`,
    );
  }
  const slots = Math.min(bound.slots, fit, Math.floor(bound.bytes / (4 * (state + record + rows + ring))));
  return Math.max(1, Math.floor(slots / points));
}

/**
 * Trajectories of one invocation: a GPU has others to go on with while the operations of one wait for each other, a CPU has none. Of large systems
 * the registers are the limit.
 */
function togetherOf(device: GpuDevice, { system, exponents, adaptive }: Plan): number {
  if (adaptive) return 1;
  const numbers = system.variables.length * (1 + exponents);
  return device.info.software && numbers <= MOST_TOGETHER ? 2 : 1;
}

/** The times of a phase, with what f32 leaves of them. */
const spansOf = ({ origin, h, steps }: Phase) => ({
  origin,
  span: [h * steps, rest(h * steps)],
  interval: [h, rest(h)],
});

function stepOf({ origin, h, steps }: Phase, firstStep: number, perRow: number) {
  const sixth = { sixth: Math.fround(h / 6), sixthRest: rest(h / 6) };
  return {
    total: steps,
    firstStep,
    perRow,
    origin,
    h,
    half: h / 2,
    ...sixth,
    span: Math.max(steps * h, Number.MIN_VALUE),
  };
}

/** What the shader calls constants, and behind them lags: [point][constant]. */
function pointTable(plan: Plan, { constants }: Generated): Float32Array {
  return constantTable(plan, constants, ({ lags }) =>
    lags.map((lag) => {
      const { whole, part } = lagOf(lag, plan.measured);
      return [whole, part];
    }),
  );
}

function startTable({ points, sizes }: Plan): Uint32Array {
  return STARTS.table(
    points.flatMap(({ starts }) =>
      starts.map(({ law, numbers: [a, b = 0] }, i) => ({
        law: lawNumber(law),
        inverse: sizes[i] > 1 / LARGEST ? 1 / sizes[i] : 1,
        first: [a, rest(a)],
        second: [b, rest(b)],
      })),
    ),
  );
}
