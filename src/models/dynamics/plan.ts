// What a run needs beyond the system: values at every point of a sweep, the grid of times, and the steps between them.

import { ParameterError } from "../../device/errors.ts";
import { compile } from "../../expression/compile.ts";
import { type Expression, evaluate, namesIn } from "../../expression/expression.ts";
import { readSweep } from "../../expression/sweep.ts";
import { expanded } from "./expand.ts";
import { checkCells, type Histogram, readHistograms } from "./histograms.ts";
import { type DynamicsParameters, systemOf, textOf, untilOf } from "./parameters.ts";
import { readQuantiles } from "./quantiles.ts";
import { adaptiveTrajectory, type Tries } from "./reference/adaptive.ts";
import { type Pilot, pilotOf, pilotsOf, sizesOfFlow } from "./reference/pilot.ts";
import { LARGEST, SMALLEST } from "./reference/range.ts";
import { sizesOfMap } from "./reference/sizes.ts";
import { startOf } from "./reference/start.ts";
import { readSection, SECTION_NUMBERS, type Section } from "./section.ts";
import { changing, LAWS, type Law, OWN_NUMBER, quantitiesOf, type System, TIME, type WithUnits } from "./system.ts";
import { abbreviationsOf } from "./text.ts";

const hasUnits = (system: System): system is WithUnits => system.units !== undefined;

export interface Point {
  /** What the sweep sets here. */
  set: Readonly<Record<string, number>>;
  parameters: ReadonlyMap<string, number>;
  /** Of each variable: its law, and that law's numbers; without a law the first is the start. None where there are units, whose own they are. */
  starts: readonly { law?: Law; numbers: readonly number[] }[];
  /** Of each delay of the system. */
  lags: readonly number[];
}

/** Steps of equal length, one after another. */
export interface Phase {
  /** The time at which it begins. */
  origin: number;
  /** The length of a step; 1 in a map. */
  h: number;
  steps: number;
}

export interface Plan {
  system: System;
  points: readonly Point[];
  seed: bigint;
  /** Times of measurements, the first and the last included. */
  times: Float64Array;
  /** Before the first of them, without measurements. */
  transient: Phase;
  measured: Phase;
  /** Steps from one measurement to the next. */
  perRow: number;
  /** Lyapunov exponents that are measured. */
  exponents: number;
  /** Steps from one orthonormalisation to the next. */
  every: number;
  /** States of a map have the 48 bits of two f32. */
  pairs: boolean;
  /** How large each variable becomes. */
  sizes: readonly number[];
  /** Of a flow with steps of one length. */
  pilot: Pilot | undefined;
  /** Of a flow whose trajectories choose their steps; a phase is then in steps from one measurement to the next. */
  adaptive: Adaptive | undefined;
  /** Of a flow: a surface whose crossings are counted. */
  section: Section | undefined;
  /** Of variables and outputs at the measured times. */
  histograms: readonly Histogram[];
  /** Probabilities of quantiles that follow from them. */
  quantiles: readonly number[];
}

/** Methods by which trajectories choose their steps. */
const ADAPTIVE_METHODS = ["tsit5", "rosenbrock23"] as const;
type AdaptiveMethodName = (typeof ADAPTIVE_METHODS)[number];

/** How trajectories choose their steps. */
export interface Adaptive {
  method: AdaptiveMethodName;
  /** The error of a step that is allowed, in parts of a variable or of its change. */
  tolerance: number;
  /** The longest step, and the one below which a trajectory is given up. */
  longest: number;
  shortest: number;
  /** Steps that are tried before it is given up. */
  most: number;
}

/** Steps of a trajectory at most: their numbers are words. */
const MOST_STEPS = 2 ** 32 - 1;
/** The same where there are delays: lags are taken from them with a sign. */
const MOST_DELAYED = 2 ** 31 - 1;
/** Measurements of a trajectory where nothing else is said. */
const USUAL_POINTS = 51;
/** How many more steps are taken so that lags are whole numbers of them, and by how much such a number may be off. */
const MORE_STEPS = 1.5;
const NEAR_WHOLE = 1e-9;
/** What is allowed where nothing else is said. A method of order 2 would need very many steps for what one of order 5 makes. */
const USUAL_TOLERANCE: Record<AdaptiveMethodName, number> = { tsit5: 1e-6, rosenbrock23: 1e-4 };
/**
 * The least tolerance of a stiff flow. What f32 leaves of right sides that cancel is off by some 4e-7 of a variable in steps of any length: with 1e-6
 * as many are taken as in f64, with 1e-7 thirty times as many.
 */
const LEAST_STIFF = 1e-6;
/**
 * The shortest step of all, in parts of the time: far more of them than may be tried. What is stiff may begin with far shorter ones, which grow with
 * the time.
 */
const SHORTEST: Record<AdaptiveMethodName, number> = { tsit5: 2 ** -36, rosenbrock23: 2 ** -60 };
/** Variables that change at most where equations between them are solved: the matrix stays in registers. */
const MOST_STIFF = 8;
/** Steps that are tried, with lengths of their own: a trajectory that needs more is stiff, and holds all others up. */
const MOST_TRIES = 1e7;
/** Steps of the trajectories that show whether a flow needs too many. What is stiff may begin with thousands that are short. */
const PILOT_TRIES: Record<AdaptiveMethodName, number> = { tsit5: 1500, rosenbrock23: 5000 };
/** Steps from one orthonormalisation of a flow's tangents to the next: they grow little in one. */
const EVERY = 8;

/** @throws ParameterError naming what is wrong */
export function planOf(parameters: DynamicsParameters, seed: bigint): Plan {
  const plan = measuredPlan(parameters, seed);
  checkCells(plan);
  return plan;
}

function measuredPlan(parameters: DynamicsParameters, seed: bigint): Plan {
  const system = systemOf(parameters);
  const { kind, variables } = system;
  if (system.units) checkUnits(parameters);
  const points = pointsOf(system, parameters.set);
  const exponents = parameters.lyapunov;
  if (exponents > variables.length) {
    throw new ParameterError(
      "lyapunov",
      `lyapunov ${exponents}: a system of ${variables.length} variables has ${variables.length} exponents.`,
    );
  }
  if (exponents > 0 && system.delays.length > 0) {
    throw new ParameterError(
      "lyapunov",
      `lyapunov ${exponents}: exponents of systems with delays are not measured; leave it out.`,
    );
  }
  const until = untilOf(parameters, system);
  const transient = parameters.transient ?? (exponents > 0 ? share(until, kind) : 0);
  if (transient >= until) {
    throw new ParameterError("transient", `transient ${transient}: it must be less than until, ${until}.`);
  }
  const method = ADAPTIVE_METHODS.find((name) => name === parameters.method);
  checkMethod(parameters, method, system);
  const section = sectionOf(parameters, system);
  const histograms = readHistograms(parameters.histograms, quantitiesOf(system));
  const quantiles = readQuantiles(parameters.quantiles, histograms.length > 0);
  const shape = { system, points, seed, exponents, section, histograms, quantiles, adaptive: undefined };
  if (hasUnits(system)) return unitsPlan({ ...shape, system }, parameters, { until, transient });
  if (kind === "map") {
    const grid = mapGrid(parameters, transient, until);
    return { ...shape, ...grid, every: 1, sizes: sizesOfMap(system, points, seed, until), pilot: undefined };
  }
  const count = parameters.points ?? USUAL_POINTS;
  const interval = (until - transient) / (count - 1);
  if (method) {
    return adaptivePlan(method, { ...shape, times: timesOf(transient, until, count) }, parameters, {
      until,
      transient,
    });
  }
  const stepsWith = (dt: number) => {
    const least = Math.ceil((interval / dt) * (1 - 1e-12));
    return system.delays.length === 0 ? least : alignedSteps(least, { interval, transient, points });
  };
  const pilot = pilotOf(system, points, seed, {
    ...{ until, dt: parameters.dt },
    stepOf: (dt) => (system.delays.length === 0 ? dt : interval / stepsWith(dt)),
  });
  const perRow = stepsWith(pilot.dt);
  const measured = { origin: transient, h: interval / perRow, steps: perRow * (count - 1) };
  // Where there are delays it is a whole number of the same steps, up to rounding.
  const isWhole = system.delays.length > 0;
  const before = isWhole ? Math.round(transient / measured.h) : Math.ceil((transient / pilot.dt) * (1 - 1e-12));
  const most = isWhole ? MOST_DELAYED : MOST_STEPS;
  checkSteps(measured.steps + before, pilot.dt, most);
  return {
    ...shape,
    times: timesOf(transient, until, count),
    transient: { origin: 0, h: before > 0 ? transient / before : 0, steps: before },
    measured,
    perRow,
    every: EVERY,
    pairs: false,
    sizes: pilot.sizes,
    pilot,
  };
}

/** Where every variable has a value for each unit. @throws ParameterError for what such systems do not have */
function unitsPlan(
  shape: Pick<Plan, "points" | "seed" | "exponents" | "section" | "histograms" | "quantiles"> & {
    system: WithUnits;
    adaptive: undefined;
  },
  parameters: DynamicsParameters,
  { until, transient }: { until: number; transient: number },
): Plan {
  const { system, points, seed } = shape;
  const { kind, units, variables } = system;
  // A few units stand for all where it is looked at how large variables become, and how long steps may be.
  const chosen = unitsThatStandForAll(units.count, largestStarts(system, points));
  const few = expanded(system, chosen);
  const fewPoints = pointsOf(few, parameters.set, true);
  const sizesOf = (all: readonly number[]) => {
    const each = all.length / variables.length;
    return variables.map((_, v) => all.slice(v * each, (v + 1) * each).reduce((most, size) => Math.max(most, size), 0));
  };
  if (kind === "map") {
    const { pairs: _, ...grid } = mapGrid(parameters, transient, until);
    const sizes = sizesOf(sizesOfMap(few, fewPoints, seed, until));
    return { ...shape, ...grid, pairs: false, every: 1, sizes, pilot: undefined };
  }
  const count = parameters.points ?? USUAL_POINTS;
  const interval = (until - transient) / (count - 1);
  const stepsWith = (dt: number) => Math.ceil((interval / dt) * (1 - 1e-12));
  const pilot = pilotOf(few, fewPoints, seed, {
    ...{ until, dt: parameters.dt, stepOf: (dt) => dt },
    many: PILOTS,
    side: chosen.length,
  });
  const perRow = stepsWith(pilot.dt);
  const steps = perRow * (count - 1);
  const before = Math.ceil((transient / pilot.dt) * (1 - 1e-12));
  checkSteps(steps + before, pilot.dt, MOST_STEPS);
  const sizes = sizesOf(pilot.sizes);
  return {
    ...shape,
    times: timesOf(transient, until, count),
    transient: { origin: 0, h: before > 0 ? transient / before : 0, steps: before },
    measured: { origin: transient, h: interval / perRow, steps },
    ...{ perRow, every: 1, pairs: false, sizes },
    pilot: { ...pilot, sizes },
  };
}

/** @throws ParameterError for what systems with units do not have */
function checkUnits({ lyapunov, section, method }: DynamicsParameters): void {
  const refuse = (name: string, value: unknown, why: string) => {
    throw new ParameterError(name, `${name} ${value}: ${why}; leave it out.`);
  };
  if (lyapunov > 0) refuse("lyapunov", lyapunov, "exponents of systems with units are not measured");
  if (section !== "") refuse("section", section, "systems with units have no sections");
  if (method !== "auto" && method !== "rk4") {
    refuse("method", method, "systems with units take steps of one length, by rk4");
  }
}

/** Units that stand for all, with both ends and the middle, and trajectories of them. */
const [PILOT_UNITS, PILOTS] = [9, 4];
/** Starts of units that are checked. */
const CHECKED = 1e6;
/** Starts that underflow are 0 where another unit's is so many times what a GPU's numbers begin with. */
const NOTICED = 1e7;

/** Units evenly spread, and those where something starts that is large only there. */
function unitsThatStandForAll(count: number, largest: readonly number[]): number[] {
  if (count <= PILOT_UNITS) return Array.from({ length: count }, (_, unit) => unit);
  const spread = Array.from({ length: PILOT_UNITS }, (_, k) => Math.round((k * (count - 1)) / (PILOT_UNITS - 1)));
  return [...new Set([...spread, ...largest])].sort((a, b) => a - b);
}

/**
 * The unit of the largest start for each variable whose starts differ and are not drawn.
 *
 * @throws ParameterError for a start of a unit that is no number, or a law that is none
 */
function largestStarts({ variables, units }: WithUnits, points: readonly Point[]): number[] {
  const found = new Map<string, { unit: number; size: number }>();
  const checked = Math.max(2, Math.min(units.count, Math.floor(CHECKED / points.length)));
  for (const { parameters } of points) {
    const names = [OWN_NUMBER, ...parameters.keys()];
    const values = Float64Array.of(0, ...parameters.values());
    for (const { name, start } of variables) {
      const operands = start.operands.map((operand) => compile(operand, (own) => names.indexOf(own)));
      const isSame = !start.operands.some((operand) => namesIn(operand).has(OWN_NUMBER));
      const underflows: string[] = [];
      let largest = 0;
      for (let k = 0; k < (isSame ? 1 : checked); k++) {
        const unit = Math.round((k * (units.count - 1)) / Math.max(1, checked - 1));
        values[0] = unit;
        const own = `${name}[${unit}]`;
        const numbers = operands.map((operand) => {
          const value = operand(values);
          const size = Math.abs(value);
          if (start.law || value === 0 || !(size < SMALLEST)) return finite(own, value);
          underflows.push(`${own} is ${value}`);
          return 0;
        });
        checkLaw(own, start.law, numbers);
        const size = Math.abs(numbers[0]);
        largest = Math.max(largest, size);
        if (!isSame && !start.law && !(size <= (found.get(name)?.size ?? 0))) found.set(name, { unit, size });
      }
      // Far from the middle of a pulse 0 is as good; where nothing is larger it is another start.
      if (underflows.length > 0 && largest < NOTICED * SMALLEST) {
        throw new ParameterError("system", `${underflows[0]}; numbers below 1.2e-38 need other units.`);
      }
    }
  }
  return [...found.values()].map(({ unit }) => unit);
}

/** @throws ParameterError where there are more steps than a word counts */
function checkSteps(steps: number, dt: number, most: number): void {
  if (steps <= most) return;
  throw new ParameterError(
    "dt",
    `dt ${dt}: a trajectory would take ${steps} steps; ${most} are the most. Raise dt, or shorten until.`,
  );
}

const timesOf = (transient: number, until: number, count: number) =>
  Float64Array.from({ length: count }, (_, i) => transient + ((until - transient) * i) / (count - 1));

/** @throws ParameterError for what is no section of the system */
function sectionOf(parameters: DynamicsParameters, system: System): Section | undefined {
  const { section, crossings } = parameters;
  if (section === "") {
    if (crossings !== undefined)
      throw new ParameterError("crossings", `crossings ${crossings}: there is no section; add one.`);
    return undefined;
  }
  if (system.kind === "map") throw new ParameterError("section", `section ${section}: a map has no sections.`);
  if (system.delays.length > 0) {
    throw new ParameterError("section", `section ${section}: systems with delays have no sections yet; leave it out.`);
  }
  const taken = [...system.variables, ...system.outputs].find(({ name }) =>
    SECTION_NUMBERS.some((own) => own === name),
  );
  if (taken) {
    throw new ParameterError(
      "section",
      `section ${section}: its results have a column ${taken.name}; rename ${taken.name}.`,
    );
  }
  return { ...readSection(section, system, abbreviationsOf(textOf(parameters))), kept: crossings ?? 0 };
}

/** @throws ParameterError where a method is not for the system, or the tolerance not for the method */
function checkMethod(
  { method, tolerance, lyapunov }: DynamicsParameters,
  adaptive: AdaptiveMethodName | undefined,
  system: System,
): void {
  const { kind, delays } = system;
  const refuse = (why: string) => {
    throw new ParameterError("method", `method ${method}: ${why}.`);
  };
  if (kind === "map" && method !== "auto") refuse("a map needs none; leave method out");
  if (adaptive && delays.length > 0) refuse("it is not for systems with delays; take rk4");
  if (tolerance !== undefined && !adaptive) {
    throw new ParameterError(
      "tolerance",
      `tolerance ${tolerance}: only tsit5 and rosenbrock23 choose their steps by it; add method tsit5, or leave tolerance out.`,
    );
  }
  if (adaptive !== "rosenbrock23") return;
  if (!isSolvable(system)) {
    refuse(
      `it solves equations between at most ${MOST_STIFF} variables that change, and the system has ${changing(system).length}; take tsit5 or rk4, or fewer variables`,
    );
  }
  if (lyapunov > 0) {
    refuse(
      "it measures no Lyapunov exponents, for tangents in its steps would need second derivatives of right sides; take tsit5 or rk4, or leave lyapunov out",
    );
  }
  if (tolerance !== undefined && tolerance < LEAST_STIFF) {
    throw new ParameterError(
      "tolerance",
      `tolerance ${tolerance}: with rosenbrock23 it must be at least ${LEAST_STIFF}, for in stiff flows rounding alone may come to that, in steps of any length; raise it.`,
    );
  }
}

/** Whether the method for stiff flows is for a system. */
export const isSolvable = (system: System): boolean =>
  system.kind === "flow" && system.delays.length === 0 && changing(system).length <= MOST_STIFF;

/** Where every trajectory has steps of its own. @throws ParameterError where steps of a pilot are too many */
function adaptivePlan(
  method: AdaptiveMethodName,
  shape: Pick<Plan, "system" | "points" | "seed" | "exponents" | "section" | "histograms" | "quantiles" | "times">,
  { dt, tolerance = USUAL_TOLERANCE[method] }: DynamicsParameters,
  { until, transient }: { until: number; transient: number },
): Plan {
  const { system, points, seed } = shape;
  const sized = sizesOfFlow(system, points, seed, until);
  const steps = shape.times.length - 1;
  const plan: Plan = {
    ...shape,
    transient: { origin: 0, h: transient, steps: transient > 0 ? 1 : 0 },
    measured: { origin: transient, h: (until - transient) / steps, steps },
    ...{ perRow: 1, every: 1, pairs: false, pilot: undefined, sizes: sized.sizes },
    adaptive: {
      method,
      tolerance,
      longest: Math.min(dt ?? Number.POSITIVE_INFINITY, sized.longest),
      shortest: SHORTEST[method] * until,
      most: MOST_TRIES,
    },
  };
  const adaptive = { ...plan.adaptive!, most: PILOT_TRIES[method] };
  const tried = pilotsOf(
    points.length,
    (point, i) => adaptiveTrajectory({ ...plan, exponents: 0 }, adaptive, point, startOf(plan, point, i)).tries!,
  );
  const made = ({ accepted, rejected }: Tries) => accepted + rejected;
  // All that are tried here is not all that a run may.
  const isStuck = (one: Tries) => one.lost === "stuck" && made(one) < PILOT_TRIES[method];
  // Steps of what is stiff differ by orders of magnitude: those of a jump say nothing of all.
  const isSlow = (one: Tries) => method === "tsit5" || (made(one) * until) / one.t > MOST_TRIES;
  // One that is stuck is left out by name; all of them are no ensemble.
  const worst =
    tried.find((one) => made(one) >= PILOT_TRIES[method] && until / one.h > MOST_TRIES && isSlow(one)) ??
    (tried.every(isStuck) ? tried[0] : undefined);
  if (worst) {
    const why = method === "tsit5" ? "the flow is stiff, comes" : "the flow comes";
    const other =
      method === "tsit5" && isSolvable(system) ? "Take method rosenbrock23 for a stiff flow, shorten" : "Shorten";
    throw new ParameterError(
      "method",
      `method ${method}: after ${made(worst)} steps one is ${worst.h.toPrecision(3)} long, and ${MOST_TRIES} are the most to t = ${until}: ${why} to a singularity, or until is too long. ${other} until, raise tolerance, or take away what is fast.`,
    );
  }
  return plan;
}

/**
 * Steps of a measured interval where there are delays: the transient is a whole number of them, and so are lags where that takes few more steps, for
 * a derivative jumps a lag after one that does.
 */
function alignedSteps(
  least: number,
  { interval, transient, points }: { interval: number; transient: number; points: readonly Point[] },
): number {
  const isWhole = (time: number, steps: number) => {
    const many = (time / interval) * steps;
    return Math.abs(many - Math.round(many)) <= NEAR_WHOLE * Math.max(1, many);
  };
  const lags = [...new Set(points.flatMap((point) => point.lags))];
  let fits: number | undefined;
  for (let steps = least; steps <= Math.max(MORE_STEPS * least, least + 100); steps++) {
    if (!isWhole(transient, steps)) continue;
    fits ??= steps;
    if (lags.every((lag) => isWhole(lag, steps))) return steps;
  }
  if (fits !== undefined) return fits;
  const whole = interval * Math.max(1, Math.round(transient / interval));
  throw new ParameterError(
    "transient",
    `transient ${transient}: where there are delays it must be a multiple of a step, such as ${whole}, a multiple of the interval between measurements.`,
  );
}

/** What is dropped before exponents are measured: directions and states come to where they stay. */
const share = (until: number, kind: System["kind"]) => (kind === "map" ? Math.floor(until / 10) : until / 10);

/** Times of a map are numbers of steps. */
function mapGrid(
  { points, precision, dt }: DynamicsParameters,
  transient: number,
  until: number,
): Pick<Plan, "times" | "transient" | "measured" | "perRow" | "pairs"> {
  if (dt !== undefined) throw new ParameterError("dt", `dt ${dt}: a step of a map is 1; leave dt out.`);
  for (const [name, value] of Object.entries({ until, transient })) {
    if (!Number.isInteger(value)) {
      throw new ParameterError(name, `${name} ${value}: the time of a map is a number of steps, a whole one.`);
    }
  }
  const steps = until - transient;
  if (until > MOST_STEPS) throw new ParameterError("until", `until ${until}: ${MOST_STEPS} steps are the most.`);
  const count = points ?? usualCount(steps);
  if (steps % (count - 1) !== 0) {
    throw new ParameterError(
      "points",
      `points ${count}: ${steps} steps do not divide into ${count - 1} equal parts; take ${usualCount(steps, count)}.`,
    );
  }
  const perRow = steps / (count - 1);
  return {
    times: Float64Array.from({ length: count }, (_, i) => transient + perRow * i),
    transient: { origin: 0, h: 1, steps: transient },
    measured: { origin: transient, h: 1, steps },
    perRow,
    pairs: precision !== "single",
  };
}

/** The most measurements up to `most` that lie at equal distances. */
function usualCount(steps: number, most = USUAL_POINTS): number {
  let count = Math.min(most, steps + 1);
  while (steps % (count - 1) !== 0) count--;
  return count;
}

/** @param isFew of units that stand for all: what underflows is 0, as it is checked for all */
function pointsOf(system: System, set: string, isFew = false): Point[] {
  const { variables, parameters, units } = system;
  // Starts of units are in the text alone, for they may be others in each.
  const known = [...parameters.keys(), ...(units ? [] : variables.map(({ name }) => name))];
  const kinds = units ? "parameter" : "parameter or start";
  return readSweep(set, known, { subject: "the system", kinds }).map((own): Point => {
    const sized = Object.keys(own).find((name) => units?.sizedBy.has(name));
    if (sized !== undefined) {
      throw new ParameterError("set", `set ${sized}: the number of units follows from it; change it in the system.`);
    }
    const values = new Map<string, number>();
    const numberOf = (expression: Expression) => evaluate(expression, (name) => values.get(name)!);
    for (const [name, value] of parameters) {
      values.set(name, finite(name, Object.hasOwn(own, name) ? own[name] : numberOf(value)));
    }
    const starts = (units ? [] : variables).map(({ name, start: { law, operands } }) => {
      if (Object.hasOwn(own, name)) return { numbers: [finite(name, own[name])] };
      const numbers = operands.map((operand) => {
        const value = numberOf(operand);
        return isFew && Math.abs(value) < SMALLEST ? 0 : finite(name, value);
      });
      checkLaw(name, law, numbers);
      return { numbers, ...(law ? { law } : {}) };
    });
    const lags = system.delays.map(({ variable, lag }) => {
      const own = numberOf(lag);
      const text = `${variables[variable].name}(t - LAG)`;
      if (!(own > 0 && own <= LARGEST)) {
        throw new ParameterError("system", `${text}: the lag is ${own}; it must be above 0 and finite.`);
      }
      return own;
    });
    return { set: own, parameters: values, starts, lags };
  });
}

function finite(name: string, value: number): number {
  if (!Number.isFinite(value)) {
    throw new ParameterError("system", `${name} is ${value} at the start; it must be a finite number.`);
  }
  if (Math.abs(value) > LARGEST || (value !== 0 && Math.abs(value) < SMALLEST)) {
    throw new ParameterError(
      "system",
      `${name} is ${value}; numbers beyond 3.4e38 and below 1.2e-38 need other units.`,
    );
  }
  return value;
}

function checkLaw(name: string, law: Law | undefined, [a, b]: readonly number[]): void {
  const refuse = (why: string) => {
    throw new ParameterError("system", `${name} ~ ${law}(…): ${why}.`);
  };
  if (law === "normal" && !(b >= 0)) refuse(`its standard deviation is ${b}; it must be 0 or more`);
  if (law === "cauchy" && !(b >= 0)) refuse(`its scale is ${b}; it must be 0 or more`);
  if (law === "uniform" && !(b >= a)) refuse(`its largest value, ${b}, is below its least, ${a}`);
  if (law === "exponential" && !(a > 0)) refuse(`its rate is ${a}; it must be above 0`);
}

/** The number that a law has in a shader; 0 for none. */
export const lawNumber = (law: Law | undefined): number => (law ? LAWS.indexOf(law) + 1 : 0);

/** Names in the order of the values of `compiled`: variables, parameters, what is delayed, and the time. */
export const namesOf = ({ variables, parameters, delays }: System): string[] => [
  ...variables.map(({ name }) => name),
  ...parameters.keys(),
  ...delays.map(({ name }) => name),
  TIME,
];

/** Right sides and outputs as functions of those values in f64. */
export function compiled(system: System, { parameters }: Pick<Point, "parameters">) {
  const names = namesOf(system);
  const placeOf = (name: string) => names.indexOf(name);
  const values = new Float64Array(names.length);
  values.set([...parameters.values()], system.variables.length);
  return {
    values,
    placeOf,
    rates: system.variables.map(({ rate }) => compile(rate, placeOf)),
    outputs: system.outputs.map(({ value }) => compile(value, placeOf)),
  };
}
