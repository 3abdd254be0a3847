// Dates as text: the forms that are read, one form for a whole column.

/** A date; without `day` a month, without `second` no time of day. */
export interface Moment {
  year: number;
  /** 1 to 12. */
  month: number;
  day?: number;
  /** Since midnight UTC; a zone may bring it below 0 or beyond a day. */
  second?: number;
}

/** What a column of dates has in addition to them. */
export interface Dates {
  moments: Moment[];
  /** Decimal places of its seconds. */
  places: number;
  /** They are given with a time zone. */
  zoned: boolean;
}

const CLOCK = String.raw`(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?`;
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${CLOCK}$`, "i");
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${CLOCK}$`, "i");
const MONTH = /^(\d{4})(?:[-/]|\s?M)(\d{1,2})$/i;
const QUARTER = /^(\d{4})[-\s]?Q([1-4])$/i;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const NAMED_LAST = /^(?:(\d{1,2})\.?[-\s]+)?([a-z]{3,9})\.?[-\s]+(?:(\d{1,2}),?[-\s]+)?(\d{4})$/i;
const NAMED_FIRST = /^(\d{4})[-\s]+([a-z]{3,9})\.?(?:[-\s]+(\d{1,2}))?$/i;
const NAMES = "january february march april may june july august september october november december".split(" ");

type Read = (cell: string) => (Moment & { places?: number; zoned?: boolean }) | undefined;

const FORMS: readonly Read[] = [
  (cell) => {
    const found = YEAR_FIRST.exec(cell);
    return found ? dated(found[1], found[3], found[4], found.slice(5)) : undefined;
  },
  (cell) => {
    const found = MONTH.exec(cell);
    return found ? dated(found[1], found[2]) : undefined;
  },
  (cell) => {
    const found = QUARTER.exec(cell);
    return found ? dated(found[1], String(3 * Number(found[2]) - 2)) : undefined;
  },
  (cell) => {
    const found = YEAR_LAST.exec(cell);
    return found ? dated(found[4], found[3], found[1], found.slice(5)) : undefined;
  },
  (cell) => {
    const found = YEAR_LAST.exec(cell);
    return found ? dated(found[4], found[1], found[3], found.slice(5)) : undefined;
  },
  (cell) => {
    const [, before, name, after, year] = NAMED_LAST.exec(cell) ?? [];
    return year === undefined || (before && after) ? undefined : dated(year, numberOf(name), before ?? after);
  },
  (cell) => {
    const [, year, name, day] = NAMED_FIRST.exec(cell) ?? [];
    return year === undefined ? undefined : dated(year, numberOf(name), day);
  },
];

/** Of a month's name, or the beginning of it. */
const numberOf = (name: string) => String(NAMES.findIndex((each) => each.startsWith(name.toLowerCase())) + 1);

function dated(year: string, month: string, day?: string, clock: (string | undefined)[] = []): ReturnType<Read> {
  const [y, m, d] = [Number(year), Number(month), Number(day ?? 1)];
  if (m < 1 || m > 12 || d < 1 || d > daysOf(y, m)) return undefined;
  const [hour, minute, second = "0", fraction = "", zone = ""] = clock;
  if (hour === undefined) return { year: y, month: m, ...(day === undefined ? {} : { day: d }) };
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = sign ? (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes)) : 0;
  return {
    ...{ year: y, month: m, day: d, places: fraction.length, zoned: zone !== "" },
    second: 3600 * Number(hour) + 60 * (Number(minute) - offset) + Number(`${second}.${fraction || 0}`),
  };
}

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days of a month. */
export const daysOf = (year: number, month: number) =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/**
 * What a column of cells may mean as dates: nothing, one reading, or two where days and months could be either. Integers of eight
 * digits are dates only where `compact` is set.
 */
export function readDates(cells: readonly string[], { compact = false } = {}): Dates[] {
  const forms: readonly Read[] = compact
    ? [
        (cell) => {
          const found = COMPACT.exec(cell);
          return found ? dated(found[1], found[2], found[3]) : undefined;
        },
      ]
    : FORMS;
  return forms.flatMap((read) => {
    const dates: Dates = { moments: [], places: 0, zoned: false };
    for (const cell of cells) {
      const found = read(cell);
      if (!found) return [];
      const { places = 0, zoned = false, ...moment } = found;
      dates.moments.push(moment);
      dates.places = Math.max(dates.places, places);
      dates.zoned ||= zoned;
    }
    return cells.length === 0 ? [] : [dates];
  });
}

/** Whether a text is a date of any form. */
export const isDate = (cell: string) => FORMS.some((read) => read(cell) !== undefined);

/** Days from 1 January 1970 in the Gregorian calendar, which is taken to hold always. */
export function dayNumber(year: number, month: number, day: number): number {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return Math.round(at.getTime() / 86_400_000);
}
