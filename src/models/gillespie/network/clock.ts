// Conditions of the time alone, such as t >= 5 && t < 6: when they hold is known before the start. In a trigger each becomes a
// name, "$clock0", whose value a schedule of moments says; no rounding of a running clock decides whether an event happens.

import {
  COMPARISONS,
  call,
  type Expression,
  evaluate,
  namesIn,
  number,
  TRUTHS,
} from "../../../expression/expression.ts";
import { type Interval, range } from "../../../expression/interval.ts";
import { networkError } from "./errors.ts";
import { type Network, TIME, triggerTime } from "./network.ts";

/** From this time on - or from right after it - the clocks are as `truths` says, one bit each. */
export interface Moment {
  time: number;
  after: boolean;
  truths: number;
}

export interface Schedule {
  /** Clocks at t = 0. */
  truths: number;
  moments: readonly Moment[];
}

const MOST_CLOCKS = 32;
const MOST_MOMENTS = 100_000;
/** Roots of what is not linear in time are enclosed to this share of the run. */
const WIDTH = 2 ** -40;

const clockName = (i: number) => `$clock${i}`;

/** The bit of a clock's name, or -1. */
export const clockOf = (name: string) => (name.startsWith("$clock") ? Number(name.slice(6)) : -1);

/** The network with its conditions of time alone replaced by clocks, equal ones by one where they are shared. @throws ParameterError where a comparison mixes time and counts */
export function withClocks(network: Network, shared: boolean): { network: Network; clocks: Expression[] } {
  const clocks: Expression[] = [];
  const changing = new Set([...network.species, ...network.variables]);
  const visit = (expression: Expression, name: string): Expression => {
    const names = namesIn(expression);
    if (!names.has(TIME)) return expression;
    const isTruth = expression.kind === "call" && TRUTHS.includes(expression.operation);
    if (isTruth && ![...names].some((each) => changing.has(each))) {
      const key = JSON.stringify(expression);
      const known = shared ? clocks.findIndex((clock) => JSON.stringify(clock) === key) : -1;
      return { kind: "name", name: clockName(known >= 0 ? known : clocks.push(expression) - 1) };
    }
    const splits = expression.kind === "call" && !COMPARISONS.includes(expression.operation);
    if (!splits || (!isTruth && expression.operation !== "if")) {
      throw networkError(
        `"${name}": its condition mixes time and counts; compare them apart, as in "t >= 5 && X > 10", or write "at TIME".`,
      );
    }
    return call(expression.operation, ...expression.operands.map((operand) => visit(operand, name)));
  };
  const events = network.events.map((event) => {
    const timed = namesIn(event.trigger).has(TIME);
    const own = timed && !hasTruth(event.trigger) ? call("!=", event.trigger, number(0)) : event.trigger;
    return { ...event, trigger: visit(own, event.name) };
  });
  if (clocks.length > MOST_CLOCKS) {
    throw networkError(`the network's events have ${clocks.length} conditions of time; ${MOST_CLOCKS} are the most.`);
  }
  return { network: { ...network, events }, clocks };
}

const hasTruth = (expression: Expression): boolean =>
  expression.kind === "call" && (TRUTHS.includes(expression.operation) || expression.operation === "if");

/** When the clocks change until the end of a run. @throws ParameterError for conditions that change without end */
export function scheduleOf(
  clocks: readonly Expression[],
  parameters: ReadonlyMap<string, number>,
  until: number,
): Schedule {
  const at = (time: number) => (name: string) => (name === TIME ? time : (parameters.get(name) ?? Number.NaN));
  const comparisons = clocks.map((clock) => comparisonsIn(clock));
  const roots = comparisons.flat().map((each) => rootsOf(each, at, until));
  const times = [...new Set([0, ...roots.flat()])].sort((a, b) => a - b);
  if (times.length > MOST_MOMENTS) throw endless();
  const truthsAt = (time: number, exact: boolean) => {
    let from = 0;
    return clocks.reduce((mask, clock, i) => {
      const own = comparisons[i];
      const first = from;
      from += own.length;
      // A comparison at its own root is one of equals, whatever rounding makes of its sides.
      const value = evaluateWith(clock, at(time), (each) => {
        const k = exact ? own.indexOf(each) : -1;
        if (k < 0 || !isLinear(each) || !roots[first + k].includes(time)) return undefined;
        return [">=", "<=", "=="].includes(each.operation) ? 1 : 0;
      });
      return value !== 0 ? (mask | (1 << i)) >>> 0 : mask;
    }, 0);
  };
  const moments: Moment[] = [];
  const truths = truthsAt(0, true);
  let last = truths;
  times.forEach((time, i) => {
    const next = times[i + 1] ?? time + Math.max(1, until);
    const steps: [boolean, number][] = [
      [false, truthsAt(time, true)],
      [true, truthsAt((time + next) / 2, false)],
    ];
    for (const [after, mask] of steps) {
      if (mask !== last) moments.push({ time, after, truths: mask });
      last = mask;
    }
  });
  return { truths, moments };
}

/** As gibbs 0.1.0 kept them: events at one time happen one after another, as they are listed. */
export function scheduleOfVersion1(network: Network, parameters: ReadonlyMap<string, number>): Schedule {
  const due = network.events.flatMap((event, i) => {
    const time = triggerTime(event);
    if (!time) return [];
    const value = evaluate(time, (name) => parameters.get(name) ?? Number.NaN);
    if (!Number.isFinite(value)) {
      throw networkError(`"${event.name}": its time is ${value}; it must follow from parameters.`);
    }
    const { operation } = event.trigger as Call;
    if (event.initially && value <= 0) return [];
    return [{ time: Math.max(value, 0), after: operation === ">" || operation === "<", i }];
  });
  due.sort((a, b) => a.time - b.time || Number(a.after) - Number(b.after) || a.i - b.i);
  let truths = 0;
  const order = network.events.filter((event) => triggerTime(event));
  const moments = due.map(({ time, after, i }) => {
    truths = (truths | (1 << order.indexOf(network.events[i]))) >>> 0;
    return { time, after, truths };
  });
  return { truths: 0, moments };
}

type Call = Extract<Expression, { kind: "call" }>;

function comparisonsIn(expression: Expression, found: Call[] = []): Call[] {
  if (expression.kind !== "call") return found;
  if (COMPARISONS.includes(expression.operation) && namesIn(expression).has(TIME)) found.push(expression);
  for (const operand of expression.operands) comparisonsIn(operand, found);
  return found;
}

/** The value, where some parts are known already. */
function evaluateWith(
  expression: Expression,
  lookUp: (name: string) => number,
  known: (each: Call) => number | undefined,
): number {
  if (expression.kind !== "call") return evaluate(expression, lookUp);
  const own = known(expression);
  if (own !== undefined) return own;
  const operands = expression.operands.map((operand) => number(evaluateWith(operand, lookUp, known)));
  return evaluate({ ...expression, operands }, lookUp);
}

type At = (time: number) => (name: string) => number;

/** Times at which the two sides of a comparison meet or jump past each other. */
function rootsOf(comparison: Call, at: At, until: number): number[] {
  const [left, right] = comparison.operands;
  const difference = call("-", left, right);
  if (isLinear(comparison)) {
    // The difference where the time is 0 and 1: of t - 5 it is -5 and -4, so that its root is 5, exactly.
    const bare = directRoot(comparison, at);
    if (bare !== undefined) return inside([bare], until);
    const start = evaluate(difference, at(0));
    const slope = evaluate(difference, at(1)) - start;
    if (Number.isNaN(slope)) throw networkError("a condition of time has no value; look at its parameters.");
    return slope === 0 ? [] : inside([-start / slope], until);
  }
  const found: number[] = [];
  const pending: [number, number][] = [[0, until]];
  for (let looks = 0; pending.length > 0; looks++) {
    if (looks > 4 * MOST_MOMENTS) throw endless();
    const [from, to] = pending.pop()!;
    const span = (name: string): Interval => (name === TIME ? [from, to] : [at(0)(name), at(0)(name)]);
    const [least, most] = range(difference, span, true);
    if (least > 0 || most < 0) continue;
    if (least === 0 && most === 0) found.push(from);
    else if (to - from > WIDTH * until) {
      const middle = (from + to) / 2;
      pending.push([middle, to], [from, middle]);
    } else if (found.length === 0 || from - found[found.length - 1] > 4 * WIDTH * until) found.push(round(from, to));
  }
  return inside(found, until);
}

/** A number of few digits in or near the interval, which is where models have their jumps; else its end. */
function round(from: number, to: number): number {
  const short = Number(to.toPrecision(11));
  const margin = 2 * (to - from);
  return short >= from - margin && short <= to + margin ? short : to;
}

/** The root of t >= 5, which nothing has to be computed for. */
function directRoot({ operands }: Call, at: At): number | undefined {
  const [left, right] = operands;
  const isTime = (side: Expression) => side.kind === "name" && side.name === TIME;
  if (isTime(left) && !namesIn(right).has(TIME)) return evaluate(right, at(0));
  if (isTime(right) && !namesIn(left).has(TIME)) return evaluate(left, at(0));
  return undefined;
}

const inside = (times: readonly number[], until: number) => times.filter((time) => time >= 0 && time <= until);

const endless = () =>
  networkError(`a condition of time changes over ${MOST_MOMENTS} times in the run; take a shorter one.`);

/** Whether both sides are sums of multiples of the time. */
function isLinear({ operands }: Call): boolean {
  return operands.every((side) => degree(side) < 2);
}

/** 0 without the time, 1 where it stands linearly, 2 for all else. */
function degree(expression: Expression): number {
  if (!namesIn(expression).has(TIME)) return 0;
  if (expression.kind !== "call") return 1;
  const own = expression.operands.map(degree);
  const most = Math.max(...own);
  if (["+", "-", "negate"].includes(expression.operation)) return most;
  if (expression.operation === "*" && own.filter((each) => each > 0).length === 1) return most;
  if (expression.operation === "/" && own[1] === 0) return most;
  return 2;
}
