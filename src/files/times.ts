// Times of a series' rows that are evenly spaced.

/** Times that follow each other evenly. */
export interface Times {
  /** Of the column. */
  name: string;
  /** Numbers as they are; of dates: seconds since 1970 UTC, days since 1970-01-01, months since the year 0. */
  unit: "number" | "second" | "day" | "month";
  first: number;
  step: number;
}

/** The time of a row, counted from 0, as text of a date or as a number. */
export function timeAt({ unit, first, step }: Times, row: number): number | string {
  const at = first + row * step;
  if (unit === "number") return Number(at.toPrecision(12));
  if (unit === "month") {
    return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((((at % 12) + 12) % 12) + 1).padStart(2, "0")}`;
  }
  const date = new Date(1000 * (unit === "day" ? 86_400 * at : at)).toISOString();
  return unit === "day" ? date.slice(0, 10) : date.replace(".000Z", "Z");
}
