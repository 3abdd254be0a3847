// Times of a series: numbers or dates that a column has, whether they are evenly spaced, and how they go on.

import { type Dates, dayNumber, daysOf, readDates } from "./dates.ts";

/** Evenly spaced times. */
export interface Times {
  /** Of the column. */
  name: string;
  /** number: as they are; second: since 1970 UTC; day: since 1970-01-01; month: since year 0. */
  unit: "number" | "second" | "day" | "month";
  /** The time of the first row, in `unit`. */
  first: number;
  /** From one row to the next, in `unit`. */
  step: number;
  /** Of dates that were given with a time zone, which are UTC here. */
  zone?: "Z";
}

/** What is known of a column of times. */
export interface TimesFound {
  /** Where they are evenly spaced; where they fall, those of the rows turned round. */
  times?: Times;
  unit: Times["unit"];
  /** All of them fall: the newest comes first. */
  falls: boolean;
  /** The first row, from 0, whose time does not follow from the one before. */
  trouble?: { row: number; kind: "back" | "repeat" | "uneven"; what: string };
  /** They were given with a time zone, and are UTC. */
  zoned?: boolean;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Times from the cells of a column: numbers, or dates in one form (ISO 8601 dates, date-times and months; 2020/01/31; 31.12.2020 and
 * 12/31/2020 where the column tells which it is; 31 Jan 2020; 2020Q1). Undefined for what is no time.
 *
 * @param compact whether 20200131 is a date
 */
export function timesOf(name: string, cells: readonly string[], { compact = false } = {}): TimesFound | undefined {
  if (!compact && cells.every((cell) => NUMBER.test(cell))) {
    const places = cells.reduce((most, cell) => Math.max(most, placesOf(cell)), 0);
    return spaced(name, "number", Float64Array.from(cells, Number), places);
  }
  const readings = readDates(cells, { compact }).map((dates) => ofDates(name, dates));
  // Days and months the other way round are rarely evenly spaced.
  const isOrdered = ({ trouble }: TimesFound) => trouble === undefined || trouble.kind === "uneven";
  return readings.find(({ times }) => times) ?? readings.find(isOrdered) ?? readings[0];
}

/** Times that are numbers. @param places decimal places to which they are rounded */
export const timesOfNumbers = (name: string, values: Float64Array, places: number): TimesFound =>
  spaced(name, "number", values, places);

/** Whether days and months of a column could be either, and both ways it is evenly spaced. */
export function isAmbiguous(name: string, cells: readonly string[]): boolean {
  const even = readDates(cells).filter((dates) => ofDates(name, dates).times);
  return even.length > 1 && even[0].moments.some(({ month }, i) => month !== even[1].moments[i].month);
}

/** Digits behind the point of a number as it is written. */
export function placesOf(cell: string): number {
  const [, digits = "", exponent = "0"] = /^[+-]?\d*\.?(\d*)(?:e([+-]?\d+))?$/i.exec(cell) ?? [];
  return digits === "" ? 0 : Math.max(0, digits.length - Number(exponent));
}

function ofDates(name: string, { moments, places, zoned }: Dates): TimesFound {
  const days = moments.map(({ year, month, day = 1 }) => dayNumber(year, month, day));
  const seconds = moments.map(({ second = 0 }, i) => 86_400 * days[i] + second);
  const isClock = moments.some(({ second = 0 }) => second !== 0);
  if (isClock) {
    const found = spaced(name, "second", Float64Array.from(seconds), places);
    const times = found.times && zoned ? { times: { ...found.times, zone: "Z" as const } } : {};
    return { ...found, ...times, zoned };
  }
  const first = moments[0].day;
  const isMonths =
    moments.every(({ day }) => day === first) || moments.every(({ year, month, day }) => day === daysOf(year, month));
  if (isMonths) {
    const months = spaced(
      name,
      "month",
      Float64Array.from(moments, ({ year, month }) => 12 * year + month - 1),
      0,
    );
    if (first === undefined || months.times) return months;
  }
  return spaced(name, "day", Float64Array.from(days), 0);
}

/** @param places decimal places to which the times are rounded */
function spaced(name: string, unit: Times["unit"], given: Float64Array, places: number): TimesFound {
  const n = given.length;
  if (n < 2) return { unit, falls: false };
  const falls = given.every((value, i) => i === 0 || value < given[i - 1]);
  const values = falls ? given.slice().reverse() : given;
  const row = (i: number) => (falls ? n - 1 - i : i);
  const wrong = values.findIndex((value, i) => i > 0 && !(value > values[i - 1]));
  if (wrong > 0) {
    const kind = values[wrong] === values[wrong - 1] ? "repeat" : "back";
    return { unit, falls, trouble: { row: row(wrong), kind, what: "" } };
  }
  const step = (values[n - 1] - values[0]) / (n - 1);
  const most = Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
  const isSingle = values.every((value) => Math.fround(value) === value) && !values.every(Number.isInteger);
  const rounded = Math.max(places > 0 ? 10 ** -places : 0, isSingle ? 2 ** -23 * most : 0);
  // A clock that was added up step by step is off by a little more than a rounding.
  const slack = Math.min(rounded, step / 4) + 1e-14 * most + 1e-6 * step;
  const off = values.findIndex((value, i) => Math.abs(value - (values[0] + i * step)) > slack);
  if (off < 0) return { unit, falls, times: { name, unit, first: values[0], step: shortest(step, slack / (2 * n)) } };
  const steps = values.subarray(1).map((value, i) => value - values[i]);
  const usual = steps.slice().sort()[Math.floor((n - 1) / 2)];
  const first = steps.findIndex((each) => Math.abs(each - usual) > 2 * slack);
  const at = first < 0 ? off : first + 1;
  const what = `${inWords(steps[Math.max(0, at - 1)], unit)} where ${inWords(usual, unit)} is usual`;
  return { unit, falls, trouble: { row: row(at), kind: "uneven", what } };
}

/** The number with the fewest digits within `slack` of another: 0.02 for 0.0200000000004. */
function shortest(value: number, slack: number): number {
  for (let digits = 1; digits < 17; digits++) {
    const found = Number(value.toPrecision(digits));
    if (Math.abs(found - value) <= slack) return found;
  }
  return value;
}

/** A step with its unit: "1 month", "0.02". */
export function inWords(step: number, unit: Times["unit"]): string {
  const value = Number(step.toPrecision(6));
  return unit === "number" ? String(value) : `${value} ${unit}${value === 1 ? "" : "s"}`;
}

/** The time of a row, from 0 and beyond the last: a number, or a date in ISO 8601. */
export function timeAt({ unit, first, step, zone }: Times, row: number): number | string {
  const value = first + row * step;
  if (unit === "number") return Number(value.toPrecision(15));
  const two = (part: number) => String(part).padStart(2, "0");
  const year = (part: number) => String(part).padStart(4, "0");
  if (unit === "month") return `${year(Math.floor(value / 12))}-${two((((value % 12) + 12) % 12) + 1)}`;
  const at = new Date(0);
  const second = unit === "day" ? 86_400 * Math.round(value) : Math.round(value * 1e6) / 1e6;
  at.setTime(1000 * Math.floor(second));
  const date = `${year(at.getUTCFullYear())}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  if (unit === "day") return date;
  const fraction = (second - Math.floor(second))
    .toFixed(6)
    .slice(1)
    .replace(/\.?0+$/, "");
  return `${date}T${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}${fraction}${zone ?? ""}`;
}
