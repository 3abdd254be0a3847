// One trajectory of a system with units in f64, to be read: every sum unit by unit, the map or the method of Runge and Kutta.

import { type Compiled, compile } from "../../../expression/compile.ts";
import { probit } from "../../../random/probit.ts";
import { STREAMS } from "../../../random/streams.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { Phase, Plan } from "../plan.ts";
import { elementOf, type Law, OTHER_NUMBER, OWN_NUMBER, quantitiesOf, TIME, type WithUnits } from "../system.ts";
import { drawnBy } from "./start.ts";
import type { Trajectory } from "./trajectory.ts";

/** A value of each unit, of one variable after another. */
type State = Float64Array;

export type UnitsPlan = Plan & { system: WithUnits };

export const hasUnits = (plan: Plan): plan is UnitsPlan => plan.system.units !== undefined;

export function unitsTrajectory(plan: UnitsPlan, point: number, trajectory: number): Trajectory & { states: State[] } {
  const { system, transient, measured, perRow, times, pilot } = plan;
  const { count } = system.units;
  const { slopes, outputs } = motionOf(plan, point);
  const width = quantitiesOf(system).length;
  const samples = new Float64Array(times.length * width);
  const states: State[] = [];
  let x = startOfUnits(plan, point, trajectory);
  let apart = 0;
  const measure = (row: number, t: number) => {
    const means = system.variables.map(
      (_, v) => x.subarray(v * count, (v + 1) * count).reduce((a, b) => a + b) / count,
    );
    samples.set([...means, ...outputs(x, t)], row * width);
    states.push(x.slice());
  };
  const walk = ({ origin, h, steps }: Phase, measures: boolean) => {
    if (measures) measure(0, origin);
    for (let n = 0; n < steps; n++) {
      const t = origin + n * h;
      if (system.kind === "map") x = slopes(x, t);
      else {
        const made = rungeKutta(slopes, x, t, h);
        x = made.x;
        for (const [k, value] of made.apart.entries()) {
          // What was 0 in the pilot is judged as it is.
          apart = Math.max(apart, value / (pilot!.sizes[Math.floor(k / count)] || 1));
        }
      }
      if (measures && (n + 1) % perRow === 0) measure((n + 1) / perRow, origin + (n + 1) * h);
    }
  };
  walk(transient, false);
  walk(measured, true);
  return { samples, states, apart, crossings: [], exponents: [] };
}

function rungeKutta(slopes: (x: State, t: number) => State, x: State, t: number, h: number) {
  const along = (factor: number, k: State) => x.map((value, i) => value + factor * k[i]);
  const k1 = slopes(x, t);
  const k2 = slopes(along(h / 2, k1), t + h / 2);
  const k3 = slopes(along(h / 2, k2), t + h / 2);
  const k4 = slopes(along(h, k3), t + h);
  return {
    x: x.map((value, i) => value + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])),
    apart: k2.map((value, i) => h * Math.abs(value - k3[i])),
  };
}

/** Right sides (or next values of a map) of all units, and outputs. */
function motionOf({ system, points }: UnitsPlan, point: number) {
  const { units, variables, outputs } = system;
  const { count, reach, sums } = units;
  const { values, names, own, write } = valuesOf(system, points[point].parameters);
  const compiledSums = sums.map((sum) => ({ ...sum, value: own(sum.body) }));
  const rates = variables.map(({ rate }) => own(rate));
  const compiledOutputs = outputs.map(({ value }) => own(value));
  const elements = names.flatMap((name, place) => {
    const element = elementOf(name);
    return element ? [{ ...element, place, v: variables.findIndex((each) => each.name === element.variable) }] : [];
  });
  const near = (unit: number) => ((unit % count) + count) % count;
  /** Values of the unit and its neighbours, or of the other unit. */
  const put = (x: State, unit: number, isOther: boolean) => {
    write(isOther ? OTHER_NUMBER : OWN_NUMBER, unit);
    for (const element of elements) {
      if (element.isOther === isOther) values[element.place] = x[element.v * count + near(unit + element.shift)];
    }
  };
  const all = Array.from({ length: count }, (_, j) => j);
  const neighbours = (unit: number) =>
    Array.from({ length: reach! }, (_, k) => [near(unit - k - 1), near(unit + k + 1)]).flat();
  const add = (x: State, { name, operation, value }: (typeof compiledSums)[number], others: readonly number[]) => {
    let total = 0;
    for (const j of others) {
      put(x, j, true);
      total += value(values);
    }
    write(name, operation === "mean" ? total / others.length : total);
  };
  const share = (x: State, t: number) => {
    write(TIME, t);
    for (const sum of compiledSums) if (sum.isShared) add(x, sum, all);
  };
  return {
    slopes(x: State, t: number): State {
      share(x, t);
      const slope = new Float64Array(x.length);
      for (const unit of all) {
        put(x, unit, false);
        for (const sum of compiledSums) {
          if (!sum.isShared) add(x, sum, reach === undefined ? all : neighbours(unit));
        }
        for (const [v, rate] of rates.entries()) slope[v * count + unit] = rate(values);
      }
      return slope;
    },
    outputs(x: State, t: number): number[] {
      share(x, t);
      return compiledOutputs.map((output) => output(values));
    },
  };
}

/** Places of everything that an expression may name. */
function valuesOf({ units, variables, parameters }: UnitsPlan["system"], given: ReadonlyMap<string, number>) {
  const elements = new Set<string>();
  const noted = (name: string) => {
    if (elementOf(name)) elements.add(name);
    return 0;
  };
  for (const expression of [...variables.map(({ rate }) => rate), ...units.sums.map(({ body }) => body)]) {
    compile(expression, noted);
  }
  const names = [
    ...elements,
    ...units.sums.map(({ name }) => name),
    ...parameters.keys(),
    ...[OWN_NUMBER, OTHER_NUMBER, TIME],
  ];
  const placeOf = (name: string) => names.indexOf(name);
  const values = new Float64Array(names.length);
  for (const [name, value] of given) values[placeOf(name)] = value;
  return {
    ...{ values, names },
    own: (expression: Parameters<typeof compile>[0]): Compiled => compile(expression, placeOf),
    write(name: string, value: number) {
      values[placeOf(name)] = value;
    },
  };
}

/** The start of all units of a trajectory: those of one number are the same at every point of a sweep. */
function startOfUnits({ system, points, seed }: UnitsPlan, point: number, trajectory: number): State {
  const { units, variables } = system;
  const { values, own, write } = valuesOf(system, points[point].parameters);
  const key = streamKey(seed, STREAMS.dynamics.starts, 0);
  const x = new Float64Array(variables.length * units.count);
  for (const [v, { start }] of variables.entries()) {
    const operands = start.operands.map(own);
    for (let unit = 0; unit < units.count; unit++) {
      write(OWN_NUMBER, unit);
      const numbers = operands.map((operand) => operand(values));
      const words = threefry4x32([trajectory, v, unit, 0], key);
      x[v * units.count + unit] = start.isQuantile
        ? quantileOf(start.law!, numbers, (unit + 0.5) / units.count)
        : start.law
          ? drawnBy(start.law, numbers, words)
          : numbers[0];
    }
  }
  return x;
}

function quantileOf(law: Law, [a, b]: readonly number[], share: number): number {
  if (law === "normal") return a + b * probit(share);
  if (law === "cauchy") return a + b * Math.tan(Math.PI * (share - 0.5));
  if (law === "uniform") return a + (b - a) * share;
  return -Math.log(share) / a;
}
