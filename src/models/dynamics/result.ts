// What the sums of an ensemble say: moments at the measured times, exponents, and which trajectories diverged.

import { namesIn } from "../../expression/expression.ts";
import type { Estimate } from "../../statistics/index.ts";
import { beyondEnds, type HistogramResult, histogramsOf, quantileEstimates } from "./counts.ts";
import { slowSums } from "./kernel/split.ts";
import type { Plan } from "./plan.ts";
import { errorOf } from "./reference/pilot.ts";
import { hasUnits } from "./reference/units.ts";
import { crossingsRow } from "./runner.ts";
import { SECTION_NUMBERS } from "./section.ts";
import { quantitiesOf, type System, TIME } from "./system.ts";
import type { Tally } from "./tally.ts";

/** Outer index time, inner index as `variables`. Values without a number are null in JSON. */
export interface Moments {
  /** Mean over trajectories, [time][variable or output]. */
  mean: number[][];
  /** Standard deviation over trajectories, [time][variable or output]. */
  sd: number[][];
}

/** A Lyapunov exponent, per unit of time of a flow or per step of a map. */
export interface Exponent {
  /** Mean over trajectories. */
  value: number;
  /** One standard error, from the spread over trajectories. */
  error: number;
}

/** What the trajectories of a run show: moments, [time][variable or output], and Lyapunov exponents. */
export interface DynamicsResult extends Moments {
  /** Measured times, [time]. */
  times: number[];
  /** Variables, then outputs. */
  variables: string[];
  /** Trajectories of each point. */
  trajectories: number;
  /** The step of a flow, and what one step of all may be off by, in parts of a variable's size: see Pilot and errorOf. */
  dt?: number;
  /** What one step may be off by, in parts of a variable's size. */
  stepError?: number;
  /** Of a method that chooses its steps: the error of a step that was allowed, in parts of a variable or of its change in that step. */
  tolerance?: number;
  /** Of a method that chooses its steps: steps of all trajectories, and those that were tried once more because their error was too large. */
  steps?: { accepted: number; rejected: number };
  /** Of a method that chooses its steps: how many of those that diverged needed steps too short or too many. */
  stuck?: number;
  /** Lyapunov exponents per unit of time, or per step of a map, the largest first. */
  exponents?: Exponent[];
  /** Of a section: crossings of a trajectory, the time of its first, and the mean time from one to the next. */
  section?: Record<(typeof SECTION_NUMBERS)[number], Exponent & { sd: number; trajectories: number }>;
  /** How many trajectories had which values. */
  histograms?: HistogramResult[];
  /** Numbers of trajectories that came to no number, 1000 at most; in a sweep [point, trajectory]. */
  diverged: number[] | (readonly [number, number])[];
  /** The points of a sweep; mean, sd, exponents, section and histograms above are those of the first. */
  points?: (Pick<DynamicsResult, "exponents" | "section" | "histograms" | keyof Moments> & {
    set: Record<string, number>;
  })[];
}

export class Statistics {
  readonly names: readonly string[];
  readonly #plan: Plan;
  readonly #tally: Tally;

  constructor(plan: Plan, tally: Tally) {
    this.#plan = plan;
    this.#tally = tally;
    this.names = quantitiesOf(plan.system);
  }

  result(): DynamicsResult {
    const { points, times, pilot, exponents, measured, adaptive, section, histograms } = this.#plan;
    const { diverged, count, tries } = this.#tally;
    const { accepted, rejected, stuck } = tries ?? NO_TRIES;
    const own = (point: number) => ({
      ...this.moments(point),
      ...(exponents > 0 ? { exponents: this.exponents(point) } : {}),
      ...(section ? { section: this.section(point) } : {}),
      ...(histograms.length > 0 ? { histograms: histogramsOf(this.#plan, this.#tally, point) } : {}),
    });
    const many = points.length > 1;
    return {
      times: [...times],
      variables: [...this.names],
      trajectories: count,
      ...(pilot ? { dt: measured.h, stepError: this.#stepError } : {}),
      ...(adaptive ? { tolerance: adaptive.tolerance, steps: { accepted, rejected }, stuck } : {}),
      ...own(0),
      diverged: many ? [...diverged] : diverged.map(([, trajectory]) => trajectory),
      ...(many ? { points: points.map(({ set }, point) => ({ set: { ...set }, ...own(point) })) } : {}),
    };
  }

  moments(point: number): Moments {
    const rows = [...this.#plan.times.keys()].map((row) => this.names.map((_, i) => this.#at(row, i, point)));
    return { mean: rows.map((row) => row.map(({ mean }) => mean)), sd: rows.map((row) => row.map(({ sd }) => sd)) };
  }

  exponents(point: number): Exponent[] {
    return Array.from({ length: this.#plan.exponents }, (_, j) => {
      const { value, error } = this.#estimateAt(this.#plan.times.length * this.names.length + j, point);
      return { value, error };
    });
  }

  /** What is known of a section, over the trajectories that cross it. */
  section(point: number): NonNullable<DynamicsResult["section"]> {
    const own = SECTION_NUMBERS.map((name, i) => {
      const row = crossingsRow(this.#plan) + i;
      const { value, error } = this.#estimateAt(row, point);
      const { n, sd } = this.#tally.moments(row * this.#plan.points.length + point);
      return [name, { value, error, sd, trajectories: n }] as const;
    });
    return Object.fromEntries(own) as NonNullable<DynamicsResult["section"]>;
  }

  /** Values at the end, exponents, numbers of a section, and quantiles at the end. */
  estimate(point: number): Record<string, Estimate> {
    const last = (this.#plan.times.length - 1) * this.names.length;
    const own = this.names.map((name, i) => [name, this.#estimateAt(last + i, point)] as const);
    const first = this.#plan.times.length * this.names.length;
    const exponents = Array.from(
      { length: this.#plan.exponents },
      (_, j) => [exponentName(j), this.#estimateAt(first + j, point)] as const,
    );
    const crossings = this.#plan.section
      ? SECTION_NUMBERS.map((name, i) => [name, this.#estimateAt(crossingsRow(this.#plan) + i, point)] as const)
      : [];
    return {
      ...Object.fromEntries([...own, ...exponents, ...crossings]),
      ...quantileEstimates(this.#plan, this.#tally, point),
    };
  }

  /** Time, then mean, its standard error and standard deviation of everything; in a sweep preceded by the values that were set. */
  table(): { head: string[]; rows: (string | number)[][] } {
    const { points, times } = this.#plan;
    const set = points.length > 1 ? Object.keys(points[0].set) : [];
    // A start that is set is not the variable.
    const title = (name: string) => (this.names.includes(name) ? `${name}(0)` : name);
    const rows = points.flatMap((point, p) => {
      return Array.from(times, (time, row) => [
        ...set.map((name) => point.set[name]),
        time,
        ...this.names.flatMap((_, i) => {
          const { n, mean, sd } = this.#at(row, i, p);
          return [mean, n > 1 ? sd / Math.sqrt(n) : "", sd]; // one trajectory does not show it
        }),
      ]);
    });
    return {
      head: [...set.map(title), "time", ...this.names.flatMap((name) => [name, `${name}_error`, `${name}_sd`])],
      rows,
    };
  }

  notes(): string[] {
    const { points, times, measured, transient, pilot, system } = this.#plan;
    const error = this.#stepError;
    const lost = this.#tally.diverged.length;
    const of = this.#tally.count * points.length;
    const [first] = this.#tally.diverged;
    const until = times[times.length - 1];
    const drift = (pilot?.drift ?? 0) * until;
    const roundedTime = pilot && usesTime(system) && (measured.steps + transient.steps) * 2 ** -24 > ROUNDED_TIME;
    return [
      ...(error > LARGE_ERROR
        ? [
            `A step of ${shown(measured.h)} is off by up to ${shown(error)} of a variable's size: results may be those of the step and not of the system. Take a smaller dt.`,
          ]
        : []),
      ...(error <= LARGE_ERROR && drift > LARGE_DRIFT
        ? [
            `Errors of steps may add up to ${shown(drift)} of a variable's size by t = ${until}; for single trajectories take a smaller dt.`,
          ]
        : []),
      ...(roundedTime
        ? [
            `The time in right sides is rounded to ${shown(until * 2 ** -24)} at the end, ${shown((until * 2 ** -24) / measured.h)} of a step. For a driving force write its phase as a variable, as in p' = 2*pi*f.`,
          ]
        : []),
      ...(lost > 0
        ? [
            `${lost === 1000 ? "1000 or more" : lost} of ${of} trajectories diverged (the first: ${first[1]}${points.length > 1 ? ` of point ${first[0]}` : ""}); from there on they are left out of all figures.`,
          ]
        : []),
      ...this.#ofTries(),
      ...this.#ofUnits(),
      ...this.#missing(),
      ...this.#uncrossed(),
      ...beyondEnds(this.#plan, this.#tally),
    ];
  }

  /** Variables that steps do not know, and what takes long where there are many units. */
  #ofUnits(): string[] {
    const { system, pilot, times, points } = this.#plan;
    if (!hasUnits(this.#plan)) return [];
    const unseen = system.variables.flatMap(({ name }, v) => {
      const rows = [...times.keys()].flatMap((row) => [...points.keys()].map((point) => this.#at(row, v, point)));
      return pilot?.sizes[v] === 0 && rows.some(({ mean, sd }) => mean !== 0 || sd > 0) ? [name] : [];
    });
    const notSeen = unseen.map(
      (name) =>
        `${name} stayed 0 in the few units that chose the length of steps: compare with a run of half of it, dt = ${shown(this.#plan.measured.h / 2)}.`,
    );
    if (this.#plan.system.units.count < MANY_UNITS) return notSeen;
    return [
      ...notSeen,
      ...slowSums(this.#plan.system).map(
        (text) =>
          `"${text}" has a sum that is another for each of the ${system.units!.count} units, so a step takes the square of that; sums of sin and cos of differences, and of products with one factor a unit, are quick.`,
      ),
    ];
  }

  /** What is to be known of trajectories that choose their steps. */
  #ofTries(): string[] {
    const { adaptive, points, times, system } = this.#plan;
    const { tries, count } = this.#tally;
    if (!adaptive || !tries || count === 0) return [];
    const { accepted, stuck } = tries;
    const until = times[times.length - 1];
    const each = accepted / count / points.length;
    const drift = adaptive.tolerance * each;
    return [
      ...(stuck > 0
        ? [
            `${stuck} of them needed steps shorter than ${shown(adaptive.shortest)}, or more than ${adaptive.most}: there the flow is stiff, or comes to a singularity.`,
          ]
        : []),
      // Along fast directions errors are forgotten, so their sum would be far more than what is left.
      ...(drift > LARGE_DRIFT && adaptive.method !== "rosenbrock23"
        ? [
            `Errors of ${Math.round(each)} steps may add up to ${shown(drift)} of a variable by t = ${until}; for single trajectories take a smaller tolerance.`,
          ]
        : []),
      ...(usesTime(system) && each * 2 ** -24 > ROUNDED_TIME
        ? [
            `The time in right sides is rounded to ${shown(until * 2 ** -24)} at the end, ${shown(each * 2 ** -24)} of a step. For a driving force write its phase as a variable, as in p' = 2*pi*f.`,
          ]
        : []),
    ];
  }

  /** What has no number though its trajectory goes on: an output, or an exponent. */
  #missing(): string[] {
    const { times, points, exponents, system } = this.#plan;
    const [variables, quantities] = [system.variables.length, this.names.length];
    const numbers = (row: number) =>
      Array.from(points.keys()).reduce((sum, point) => sum + this.#tally.numbers[row * points.length + point], 0);
    const all = (row: number) => numbers(row * quantities);
    const outputs = this.names.slice(variables).flatMap((name, i) => {
      const rows = Array.from(times.keys(), (row) => all(row) - numbers(row * quantities + variables + i));
      const most = Math.max(...rows);
      return most > 0
        ? [
            `${name} is no number in ${most} of ${all(rows.indexOf(most))} trajectories at t = ${times[rows.indexOf(most)]}; its figures leave them out.`,
          ]
        : [];
    });
    const made = this.#tally.count * points.length;
    const last = all(times.length - 1);
    const without = Array.from({ length: exponents }, (_, j) => last - numbers(times.length * quantities + j));
    const j = without.findIndex((many) => many > 0);
    if (made === 0 || j < 0) return outputs;
    return [
      ...outputs,
      `${without[j]} of ${last} trajectories have no exponent ${j + 1}${j + 1 < exponents ? " and beyond" : ""}: tangents collapse there, as on a superstable orbit, in a map that cannot be reversed, or where they shrink in one step by more than the 24 bits of their numbers.`,
    ];
  }

  /** Trajectories that had not crossed the section by the end: a mean of those that had is not that of all. */
  #uncrossed(): string[] {
    const { section, points, times } = this.#plan;
    if (!section || this.#tally.count === 0) return [];
    const [crossings, passages] = [0, 1].map((i) => {
      const row = crossingsRow(this.#plan) + i;
      return Array.from(points.keys()).reduce((sum, p) => sum + this.#tally.numbers[row * points.length + p], 0);
    });
    if (passages === crossings) return [];
    return [
      `${crossings - passages} of ${crossings} trajectories do not cross the section by t = ${times[times.length - 1]}: firstPassage is the mean of the others, and less than that of all would be.`,
    ];
  }

  get #stepError(): number {
    const { pilot } = this.#plan;
    return pilot ? errorOf(pilot, this.#tally.worst) : 0;
  }

  #at(row: number, quantity: number, point: number) {
    return this.#tally.moments((row * this.names.length + quantity) * this.#plan.points.length + point);
  }

  #estimateAt(row: number, point: number): Estimate {
    const { n, mean, sd } = this.#tally.moments(row * this.#plan.points.length + point);
    return { value: mean, error: n > 1 ? sd / Math.sqrt(n) : Number.POSITIVE_INFINITY, tau: 0.5, n };
  }
}

const NO_TRIES = { accepted: 0, rejected: 0, stuck: 0 };

const shown = (value: number) => String(Number(value.toPrecision(2)));

/** The error of one step, and of all, from which on a user is warned; and the part of a step to which the time may be rounded. */
const LARGE_ERROR = 1e-4;
const LARGE_DRIFT = 1e-2;
const ROUNDED_TIME = 1e-3;

/** Units from which on it matters that a step takes the square of their number. */
const MANY_UNITS = 1000;

const usesTime = ({ variables }: System) => variables.some(({ rate }) => namesIn(rate).has(TIME));

export const exponentName = (j: number) => `lyapunov${j + 1}`;
