// Which columns of a user's file are data: headers of numbers, indices, times and dates, decimal commas; what is chosen, noticed, and
// refused because it is unclear.

import { describe, expect, it } from "vitest";
import { npy } from "../src/files/npy.ts";
import { type Choice, readSeries } from "../src/files/series.ts";
import { timeAt, timesOf } from "../src/files/times.ts";
import { FileError } from "../src/index.ts";

const read = (text: string, choice: Choice = {}) => readSeries("a.csv", new TextEncoder().encode(text), choice);
/** Hénon's map: two columns that neither rise nor repeat. */
const henon = Array.from({ length: 60 }, () => [0.1, 0.1]);
for (let i = 1; i < henon.length; i++) {
  const [x, y] = henon[i - 1];
  henon[i] = [1 - 1.4 * x * x + y, 0.3 * x];
}
const fixed = henon.map((row) => row.map((x) => x.toFixed(6)));
const data = fixed.flat().map(Number);
const lines = (head: string, row: (cells: string[], i: number) => string) =>
  [...(head === "" ? [] : [head]), ...fixed.map(row)].join("\n");
const comma = (cell: string) => cell.replace(".", ",");
const two = (n: number) => String(n).padStart(2, "0");
/** Months from January 1749 on. */
const month = (i: number) => `${1749 + Math.floor(i / 12)}-${two((i % 12) + 1)}`;

describe("what is no data is noticed and named", () => {
  it.each<[what: string, text: string, names: string[] | undefined, note: RegExp]>([
    [
      "names that are numbers",
      lines("0,1", (c) => c.join(",")),
      ["0", "1"],
      /line 1 is 0,1: numbers in the place of names/,
    ],
    [
      "pandas' index",
      lines(",0,1", (c, i) => [i, ...c].join(",")),
      ["0", "1"],
      /column 1 has no name and numbers the rows/,
    ],
    [
      "an index and names",
      lines(",x,y", (c, i) => [i, ...c].join(",")),
      ["x", "y"],
      /column 1 has no name and numbers/,
    ],
    ["an index that lacks rows", lines(",x,y", (c, i) => [i * i, ...c].join(",")), ["x", "y"], /numbers the rows/],
    [
      "Unnamed: 0",
      lines("Unnamed: 0,x,y", (c, i) => [i, ...c].join(",")),
      ["x", "y"],
      /column 1 \(Unnamed: 0\) numbers/,
    ],
    ["R's names of rows", lines("x y", (c, i) => [i + 1, ...c].join(" ")), ["x", "y"], /has no name and numbers/],
    ["counts without a name", lines("", (c, i) => [i, ...c].join(",")), undefined, /column 1 numbers the rows/],
    ["counts from 1", lines("", (c, i) => [i + 1, ...c].join(" ")), undefined, /column 1 numbers the rows/],
    ["a column called id", lines("id;x;y", (c, i) => [i + 1, ...c.map(comma)].join(";")), ["x", "y"], /\(id\) numbers/],
    [
      "timestamps",
      lines("timestamp,x,y", (c, i) => [1.7e9 + 60 * i, ...c].join(",")),
      ["x", "y"],
      /\(timestamp\) is the time, from 1700000000 to 1700003540 in steps of 60;/,
    ],
    [
      "timestamps without a name",
      lines("", (c, i) => [1.7e9 + 60 * i + (i % 7), ...c].join(",")),
      undefined,
      /column 1 is the time and not evenly spaced/,
    ],
    [
      "dates",
      lines("date,x,y", (c, i) => [`${month(i)}-01`, ...c].join(",")),
      ["x", "y"],
      /\(date\) is the time, from 1749-01 to 1753-12 in steps of 1 month;/,
    ],
    [
      "dates without a name",
      lines("", (c, i) => [`${month(i)}`, ...c].join(" ")),
      undefined,
      /column 1 is the time, from 1749-01/,
    ],
    [
      "dates that are numbers",
      lines("day,x,y", (c, i) => [`2020${two(1 + Math.floor(i / 28))}${two(1 + (i % 28))}`, ...c].join(",")),
      ["x", "y"],
      /\(day\) is the time and not evenly spaced: at line 30 the step is 4 days where 1 day is usual/,
    ],
    [
      "years and months",
      lines("", (c, i) =>
        [1749 + Math.floor(i / 12), (i % 12) + 1, (1749 + (i + 0.5) / 12).toFixed(3), ...c].join(";"),
      ),
      undefined,
      /columns 1, 2 are the time, from 1749-01 to 1753-12/,
    ],
    [
      "a clock",
      lines("t x y", (c, i) => [(0.02 * i).toFixed(2), ...c].join(" ")),
      ["x", "y"],
      /\(t\) is the time, from 0 to 1.18 in steps of 0.02;/,
    ],
    [
      "a clock with a unit",
      lines("Time [ms],x,y", (c, i) => [i / 3, ...c].join(",")),
      ["x", "y"],
      /column 1 \(Time \[ms\]\) is the time/,
    ],
    [
      "a clock without a name",
      lines("", (c, i) => [0.1 * i, ...c].join("\t")),
      undefined,
      /column 1 is the time, from 0 to 5.9 in steps of 0.1;/,
    ],
    [
      "gnuplot's names",
      `# made by hand\n# t x y\n${lines("", (c, i) => [0.5 * i, ...c].join(" "))}`,
      ["x", "y"],
      /\(t\) is the time/,
    ],
    ["MATLAB's names", `% t, x, y\n${lines("", (c, i) => [0.5 * i, ...c].join(","))}`, ["x", "y"], /\(t\) is the time/],
    [
      "sep=;",
      `sep=;\r\nx;y\r\n${fixed.map((c) => c.map(comma).join(";")).join("\r\n")}`,
      ["x", "y"],
      /decimal commas, as in 0,100000/,
    ],
    ["decimal commas between tabs", lines("x\ty", (c) => c.map(comma).join("\t")), ["x", "y"], /decimal commas/],
    ["decimal commas between blanks", lines("", (c) => c.map(comma).join(" ")), undefined, /decimal commas/],
    [
      "decimal commas in quotes",
      lines("x,y", (c) => c.map((cell) => `"${comma(cell)}"`).join(",")),
      ["x", "y"],
      /decimal commas/,
    ],
  ])("%s", (_, text, names, note) => {
    const series = read(text);
    expect(series.notes.join("\n")).toMatch(note);
    expect(series.names).toEqual(names);
    expect(series.shape).toEqual([60, 2]);
    expect(Array.from(series.data)).toEqual(data);
  });

  it("nothing is said of what is plain", () => {
    for (const text of [
      lines("x,y", (c) => c.join(",")),
      lines("", (c) => c.join(",")),
      lines("x,y,", (c) => `${c.join(",")},`),
      lines("", (c) => `${c.join(";")};`),
      `% made by hand\n${lines("", (c) => c.join(" "))}`,
    ]) {
      expect(read(text)).toMatchObject({ notes: [], shape: [60, 2], data: Float64Array.from(data) });
    }
  });

  it("decimal commas in a single column are no second column", () => {
    const column = henon.map(([x]) => comma(x.toFixed(6)));
    const values = column.map((cell) => Number(cell.replace(",", ".")));
    for (const text of [column.join("\n"), `x\n${column.join("\n")}`]) {
      const series = read(text);
      expect(series.shape).toEqual([60, 1]);
      expect(Array.from(series.data)).toEqual(values);
      expect(series.notes.join()).toMatch(/decimal commas/);
    }
    const unclear = Array.from({ length: 20 }, (_, i) => `${20 + (i % 3)},${(7 * i) % 10}`);
    expect(() => read(unclear.join("\n"))).toThrow(/line 1 is "20,0": one number with a decimal comma, or two whole/);
    expect(read(`x,y\n${unclear.join("\n")}`).shape).toEqual([20, 2]);
    expect(read(`x\n${unclear.join("\n")}`)).toMatchObject({ shape: [20, 1], names: ["x"] });
    expect(read(Array.from({ length: 20 }, (_, i) => `${i % 7},${(37 * i) % 110}`).join("\n")).shape).toEqual([20, 2]);
  });

  it("whole numbers among decimal commas are no second column, either", () => {
    const column = Array.from({ length: 20 }, (_, i) => comma(String(0.25 * (i + 1))));
    expect(column).toContain("1");
    expect(Array.from(read(column.join("\n")).data)).toEqual(Array.from({ length: 20 }, (_, i) => 0.25 * (i + 1)));
    expect(() => read("1,5\n2\n3,5\n")).toThrow(/line 2 has 1 values/);
  });

  it("years above columns are names", () => {
    expect(read(`2019,2020\n${fixed.map((c) => c.join(",")).join("\n")}`)).toMatchObject({
      ...{ names: ["2019", "2020"], shape: [60, 2] },
    });
    expect(read(`3,5\n${fixed.map(([x, y]) => `${Number(x) * 3},${y}`).join("\n")}`).names).toBeUndefined();
  });

  it("names that are numbers, or values: what is unclear is refused", () => {
    const sine = Array.from({ length: 40 }, (_, i) => `${Math.sin(i / 5)},${Math.cos(i / 5)}`);
    expect(sine[0]).toBe("0,1");
    expect(() => read(sine.join("\n"))).toThrow(/line 1 is 0,1: names, as pandas numbers columns, or values\?/);
    expect(read(`x,y\n${sine.join("\n")}`).shape).toEqual([40, 2]);
    expect(read(`0,1\n${henon.map(([x, y]) => `${100 + x},${y}`).join("\n")}`).shape).toEqual([60, 2]); // too far from 0, 1
    expect(read("0\n5\n3\n0\n2\n7").shape).toEqual([6, 1]);
    expect(read(`0,1,2\n${henon.map(([x, y]) => `${x + 0.123},${y + 0.4567},0.5`).join("\n")}`).names).toEqual([
      "0",
      "1",
      "2",
    ]);
  });
});

describe("data stays data", () => {
  const ramp = Array.from({ length: 40 }, (_, i) => 0.5 * i);

  it("a ramp that is the only column", () => {
    expect(read(ramp.join("\n"))).toMatchObject({ shape: [40, 1], notes: [] });
    expect(read(`x\n${ramp.join("\n")}`)).toMatchObject({ shape: [40, 1], names: ["x"], notes: [] });
    expect(read(`date,x\n${ramp.map((x, i) => `${month(i)},${x}`).join("\n")}`)).toMatchObject({
      shape: [40, 1],
      names: ["x"],
    });
    expect(read(ramp.map((_, i) => i).join("\n")).shape).toEqual([40, 1]);
    expect(readSeries("a.npy", npy({ data: Float64Array.from(ramp), shape: [40] })).shape).toEqual([40]);
  });

  it("what rises, but not evenly; t and year that do not rise; few rows", () => {
    const rising = lines("", (c, i) => [i * i, ...c].join(","));
    expect(read(rising)).toMatchObject({ shape: [60, 3], notes: [] });
    const cold = read(lines("t,x,y", (c, i) => [(i * 7) % 11, ...c].join(",")));
    expect(cold.shape).toEqual([60, 3]);
    expect(cold.notes).toEqual([
      "a.csv: column 1 (t) has the name of a time and does not rise from row to row; it is learned.",
    ]);
    expect(read(lines("year,x,y", (c, i) => [1990 + (i % 3), ...c].join(",")))).toMatchObject({ shape: [60, 3] });
    expect(read("1,2\n3,4\n5,6")).toMatchObject({ shape: [3, 2], notes: [] });
  });

  it("an even rise in a later column is learned, and said", () => {
    const series = read(lines("x,y,dose", (c, i) => [...c, 0.1 * i].join(",")));
    expect(series.names).toEqual(["x", "y", "dose"]);
    expect(series.notes).toEqual([
      "a.csv: column 3 (dose) rises evenly and is learned; if it is the time, give --time dose.",
    ]);
  });

  it("points have no time", () => {
    const points = lines("t,x,y", (c, i) => [0.1 * i, ...c].join(","));
    expect(read(points, { rows: "points" })).toMatchObject({ shape: [60, 3], notes: [] });
    expect(
      read(
        lines(",x,y", (c, i) => [i, ...c].join(",")),
        { rows: "points" },
      ).names,
    ).toEqual(["x", "y"]);
    expect(() =>
      read(
        lines("date,x,y", (c, i) => [month(i), ...c].join(",")),
        { rows: "points" },
      ),
    ).toThrow(/column 1 \(date\) holds text, such as "1749-01": give --columns .* --columns x,y/);
  });
});

describe("what is unclear is refused, with the remedy", () => {
  it.each<[what: string, text: string, message: RegExp]>([
    [
      "an even rise under a name of its own",
      lines("phase,x,y", (c, i) => [0.1 * i, ...c].join(",")),
      /column 1 \(phase\) rises evenly: give --time phase if it is the time, or --columns .* as in --columns x,y/,
    ],
    [
      "text",
      lines("city,x,y", (c) => ["Berlin", ...c].join(",")),
      /column 1 \(city\) holds text, such as "Berlin": give .*--columns x,y/,
    ],
    [
      "a time that does not rise",
      lines("time,x,y", (c, i) => [i % 5, ...c].join(",")),
      /column 1 \(time\) has the name of a time, and does not rise/,
    ],
    [
      "a clock in a later column without a name",
      lines("", (c, i) => [...c, 0.1 * i].join(" ")),
      /column 3 rises evenly: give --time 3/,
    ],
    [
      "no data",
      Array.from({ length: 30 }, (_, i) => (i === 0 ? "t" : `${i}`)).join("\n"),
      /no column is left to learn; .* --columns t/,
    ],
    [
      "no name, no index",
      lines(",x,y", (c, i) => [Math.sin(i), ...c].join(",")),
      /column 1 has no name and does not number the rows/,
    ],
    [
      "dates that go back",
      lines("date,x,y", (c, i) => [month((i * 7) % 60), ...c].join(",")),
      /the time 1749-04 \(column 1 \(date\)\) lies before that of the row above.*--sequence/,
    ],
    [
      "dates that repeat",
      lines("date,x,y", (c, i) => [month(i >> 1), ...c].join(",")),
      /line 3: the time 1749-01 .* is that of the row above/,
    ],
    [
      "years that repeat",
      lines("year,x,y", (c, i) => [2000 + Math.floor(i / 12), ...c].join(",")),
      /column 1 \(year\) holds years that repeat: give --time year/,
    ],
    [
      "an index in another order",
      lines("id,x,y", (c, i) => [(i * 37) % 60, ...c].join(",")),
      /column 1 \(id\) numbers the rows in another order than they have; sort them/,
    ],
    [
      "a gap among dates",
      lines("date,x,y", (c, i) => [i === 5 ? "" : month(i), ...c].join(",")),
      /line 7: column 1 \(date\) is "" among dates; mend it/,
    ],
    [
      "days or months",
      Array.from({ length: 12 }, (_, i) => `01/${two(i + 1)}/2020,${i % 5}.5`).join("\n"),
      /days may be months, as in 01\/12\/2020; write them as/,
    ],
  ])("%s", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(FileError);
  });
});

describe("columns that are chosen", () => {
  const table = "a,b,c\n1,2,3\n4,5,6\n7,8,10\n";

  it.each<[columns: string, values: number[], names: string[]]>([
    ["b", [2, 5, 8], ["b"]],
    ["c,a", [3, 1, 6, 4, 10, 7], ["c", "a"]],
    ["3, 1", [3, 1, 6, 4, 10, 7], ["c", "a"]],
    ['"b",3', [2, 3, 5, 6, 8, 10], ["b", "c"]],
  ])("%s", (columns, values, names) => {
    expect(read(table, { columns })).toMatchObject({
      data: Float64Array.from(values),
      names,
      shape: [3, names.length],
    });
  });

  it("a gap or a text in another is no matter; a ramp that is chosen is learned", () => {
    expect(Array.from(read("a,b,c\n1,,x\n2,3,4\n", { columns: "a" }).data)).toEqual([1, 2]);
    expect(() => read("a,b,c\n1,,x\n2,3,4\n", { columns: "a,b" })).toThrow(/line 2, column 2 \(b\) is empty/);
    const clock = lines("t,x,y", (c, i) => [0.1 * i, ...c].join(","));
    expect(read(clock, { columns: "t,x" })).toMatchObject({ names: ["t", "x"], notes: [] });
    expect(read(clock, { time: "none" }).times).toBeUndefined();
  });

  it("the time is chosen, or recognised with them", () => {
    const text = lines("when,x,y", (c, i) => [0.5 * i, ...c].join(","));
    expect(read(text, { time: "when" })).toMatchObject({
      ...{ names: ["x", "y"], times: { name: "when", unit: "number", first: 0, step: 0.5 } },
    });
    const dated = lines("date,x,y", (c, i) => [`${month(i)}-01`, ...c].join(","));
    expect(read(dated, { columns: "y" }).times).toEqual({ name: "date", unit: "month", first: 12 * 1749, step: 1 });
  });

  it("rows whose newest comes first are turned round", () => {
    const text = ["date,x", ...fixed.map(([x], i) => `${month(59 - i)},${x}`)].join("\n");
    const series = read(text);
    expect(Array.from(series.data)).toEqual(fixed.map(([x]) => Number(x)).reverse());
    expect(series.times).toEqual({ name: "date", unit: "month", first: 12 * 1749, step: 1 });
    expect(series.notes.join()).toMatch(/newest row comes first, so rows are read from the last to the first/);
  });

  it.each<[Choice, RegExp]>([
    [{ columns: "d" }, /there is no column "d" for --columns; there are 3 \(a, b, c\)/],
    [{ columns: "0" }, /there is no column "0"/],
    [{ columns: "a,1" }, /--columns a,1 names column 1 \(a\) twice/],
    [{ columns: "a", time: "a" }, /column 1 \(a\) is named by --columns and by --time/],
    [{ label: "c" }, /there is one sequence; name the column .* by --sequence/],
  ])("%o is refused", (choice, message) => {
    expect(() => read(table, choice)).toThrow(message);
    expect(() => read(table, choice)).toThrow(FileError);
  });

  it("arrays, by number", () => {
    const array = npy({ data: Float64Array.from(henon.flatMap((row, i) => [0.1 * i, ...row])), shape: [60, 3] });
    expect(readSeries("a.npy", array)).toMatchObject({ shape: [60, 2], times: { first: 0, step: 0.1 } });
    expect(readSeries("a.npy", array, { columns: "3" })).toMatchObject({ shape: [60, 1] });
    expect(readSeries("a.npy", array, { columns: "1,2,3" })).toMatchObject({ shape: [60, 3], notes: [] });
    expect(() => readSeries("a.npy", array, { columns: "x" })).toThrow(/there are 3, and they have no names/);
    const three = npy({ data: Float64Array.from(henon.flat()), shape: [2, 30, 2] });
    expect(readSeries("a.npy", three, { columns: "2" })).toMatchObject({ shape: [2, 30, 1] });
    const spoiled = npy({ data: Float64Array.of(1, Number.NaN, 2, 3, 4, 5), shape: [3, 2] });
    expect(Array.from(readSeries("a.npy", spoiled, { columns: "1" }).data)).toEqual([1, 2, 4]);
    expect(() => readSeries("a.npy", spoiled)).toThrow(/value \[0, 1\] is NaN/);
  });
});

describe("sequences", () => {
  const text = "who,class,t,x\nann,walk,0,1\nann,walk,1,2\nbob,run,0,3\nbob,run,1,4\nbob,run,2,5\n";
  const choice: Choice = { sequence: "who", label: "class" };

  it("of unequal length", () => {
    const series = read(text, choice);
    expect(series).toMatchObject({ shape: [5, 1], lengths: [2, 3], labels: ["walk", "run"], names: ["x"] });
    expect(series.times).toEqual({ name: "t", unit: "number", first: 0, step: 1 });
    expect(Array.from(series.data)).toEqual([1, 2, 3, 4, 5]);
  });

  it("of equal length are an array", () => {
    const series = read(text.replace("bob,run,2,5\n", ""), choice);
    expect(series).toMatchObject({ shape: [2, 2, 1], labels: ["walk", "run"] });
    expect(series.lengths).toBeUndefined();
  });

  it.each<[string, Choice, RegExp]>([
    [`${text}ann,walk,2,6\n`, choice, /line 7: the sequence "ann" in column 1 \(who\) continues after another one/],
    [
      text.replace("bob,run,1", "bob,walk,1"),
      choice,
      /line 5: column 2 \(class\) is "walk" after "run"; a sequence has one/,
    ],
    [text, { columns: "x", label: "class" }, /there is one sequence/],
    [text, {}, /column 1 \(who\) holds text, such as "ann"/],
  ])("are refused where %o, %o", (own, given, message) => {
    expect(() => read(own, given)).toThrow(message);
  });
});

describe("times", () => {
  const of = (...cells: string[]) => timesOf("t", cells);

  it.each<[cells: string[], unit: string, first: number, step: number, next: number | string]>([
    [["0", "0.02", "0.04"], "number", 0, 0.02, 0.06],
    [["1749.042", "1749.125", "1749.208"], "number", 1749.042, 0.083, 1749.291],
    [["1990", "1991", "1992"], "number", 1990, 1, 1993],
    [["2020-01-30", "2020-01-31", "2020-02-01"], "day", 18291, 1, "2020-02-02"],
    [["2020/01/01", "2020/01/08", "2020/01/15"], "day", 18262, 7, "2020-01-22"],
    [["30.12.2020", "31.12.2020", "01.01.2021"], "day", 18626, 1, "2021-01-02"],
    [["12/30/2020", "12/31/2020", "01/01/2021"], "day", 18626, 1, "2021-01-02"],
    [["1749-11", "1749-12", "1750-01"], "month", 12 * 1749 + 10, 1, "1750-02"],
    [["2019-12-31", "2020-01-31", "2020-02-29"], "month", 12 * 2019 + 11, 1, "2020-03"],
    [["2019-01-01", "2020-01-01", "2021-01-01"], "month", 12 * 2019, 12, "2022-01"],
    [["Nov 2019", "Dec 2019", "Jan 2020"], "month", 12 * 2019 + 10, 1, "2020-02"],
    [["2019Q4", "2020Q1", "2020Q2"], "month", 12 * 2019 + 9, 3, "2020-07"],
    [["2020-01-01 00:00", "2020-01-01 00:30", "2020-01-01 01:00"], "second", 1577836800, 1800, "2020-01-01T01:30:00"],
    [["2020-01-01T00:00:00.0Z", "2020-01-01T00:00:00.5Z"], "second", 1577836800, 0.5, "2020-01-01T00:00:01Z"],
    [["2020-01-01T01:00:00+01:00", "2020-01-01T02:00:00+01:00"], "second", 1577836800, 3600, "2020-01-01T02:00:00Z"],
    [["2020-01-01 00:00:00", "2020-01-02 00:00:00"], "day", 18262, 1, "2020-01-03"],
  ])("%o", (cells, unit, first, step, next) => {
    const { times } = of(...cells)!;
    expect(times).toMatchObject({ name: "t", unit, first, step });
    expect(timeAt(times!, cells.length)).toBe(next);
  });

  it("not evenly spaced: where, and by how much", () => {
    expect(of("0", "1", "2", "4", "5")).toMatchObject({
      trouble: { row: 3, kind: "uneven", what: "2 where 1 is usual" },
    });
    expect(of("2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07")).toMatchObject({
      trouble: { row: 2, kind: "uneven", what: "3 days where 1 day is usual" },
    });
    expect(of("0", "1", "1")).toMatchObject({ trouble: { row: 2, kind: "repeat" } });
    expect(of("0", "2", "1")).toMatchObject({ trouble: { row: 2, kind: "back" } });
    expect(of("2020-01-01", "soon")).toBeUndefined();
    expect(of("2020-02-30", "2020-02-31")).toBeUndefined();
  });

  it("a clock that is rounded or added up is even", () => {
    const rounded = Array.from({ length: 3300 }, (_, i) => (1749 + (i + 0.5) / 12).toFixed(4));
    const { times } = of(...rounded)!;
    expect(Number(timeAt(times!, 3300))).toBeCloseTo(1749 + 3300.5 / 12, 3);
    const summed = [0];
    for (let i = 1; i < 20_000; i++) summed.push(summed[i - 1] + 0.01);
    expect(of(...summed.map(String))!.times).toMatchObject({ step: 0.01 });
    expect(of(...Array.from({ length: 5000 }, (_, i) => String(Math.fround(0.01 * i))))!.times).toMatchObject({
      step: 0.01,
    });
  });
});
