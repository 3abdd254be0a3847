// The table of a scan, as wide as the terminal.

import type { AnyModel } from "../../src/models/index.ts";
import { zScore } from "../../src/statistics/index.ts";
import { withError } from "../../src/statistics/with-error.ts";
import { type ScanPoint, showZ } from "./report.ts";

export interface Column {
  head: string;
  /** The observable that it is about; none of a parameter. */
  of?: string;
  /** What is in the document, too, and can be seen from others. */
  second?: true;
  cells: string[];
}

/** All that a scan has found, a column of texts each. */
export function columnsOf(points: readonly ScanPoint[]): Column[] {
  const [first] = points;
  const axes = Object.keys(first.parameters).map((head) => ({
    head,
    cells: points.map(({ parameters }) => String(parameters[head])),
  }));
  const measured = Object.keys(first.observables).flatMap((of): Column[] => {
    const own = points.map(({ observables }) => withError(observables[of].value, observables[of].error));
    if (!points.some(({ exact }) => exact[of])) return [{ head: of, of, cells: own }];
    const known = points.map(({ exact }) => (exact[of] ? String(Number(exact[of].value.toPrecision(7))) : ""));
    const z = points.map(({ observables, exact }) =>
      exact[of] ? showZ(zScore(observables[of], exact[of].value)) : "",
    );
    return [
      { head: of, of, cells: own },
      { head: "exact", of, second: true, cells: known },
      { head: "z", of, cells: z },
    ];
  });
  return [...axes, ...measured];
}

/**
 * As much of a table as a line holds, and a note on what it does not: exact values first, which z tells of, then observables from the last on.
 * Where a model's parameters say what is observed, its outputs and exponents stand last, and the first go.
 */
export function fitted(
  all: readonly Column[],
  { observables }: Pick<AnyModel, "observables">,
  width = process.stdout.columns || Number.POSITIVE_INFINITY,
) {
  const widthOf = (columns: readonly Column[]) =>
    columns.reduce((sum, { head, cells }) => sum + 2 + Math.max(head.length, ...cells.map(({ length }) => length)), -2);
  const names = [...new Set(all.flatMap(({ of }) => (of === undefined ? [] : [of])))];
  const order = Object.keys(observables).length > 0 ? [...names].reverse() : names;
  let shown = all;
  if (widthOf(shown) > width) shown = shown.filter(({ second }) => !second);
  const gone = new Set<string>();
  for (const name of order.slice(0, -1)) {
    if (widthOf(shown) <= width) break;
    gone.add(name);
    shown = shown.filter(({ of }) => of !== name);
  }
  const left = [
    ...(all.some((column) => column.second && !shown.includes(column)) ? ["exact values"] : []),
    ...names.filter((name) => gone.has(name)),
  ];
  return {
    head: shown.map(({ head }) => head),
    rows: all[0].cells.map((_, i) => shown.map(({ cells }) => cells[i])),
    left:
      left.length > 0
        ? [
            `${left.join(", ")} left out, for the table is wider than ${width} characters; --json has all, --out FILE.csv all values.`,
          ]
        : [],
  };
}
