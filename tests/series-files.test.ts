// A user's series from text and from NumPy's files: what is read, and what is refused in which words.

import { describe, expect, it } from "vitest";
import { type NpyArray, npy, readNpy } from "../src/files/npy.ts";
import { readSeries } from "../src/files/series.ts";
import { FileError } from "../src/index.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readSeries("a.csv", utf8(text));
const values = (text: string) => Array.from(read(text).data);

describe("text", () => {
  it.each<[what: string, text: string, shape: number[], names?: string[]]>([
    ["commas", "1,2\n3,4\n5,6", [3, 2]],
    ["a line at the end", "1,2\n3,4\n5,6\n", [3, 2]],
    ["names", "x,y\n1,2\n3,4\n5,6\n", [3, 2], ["x", "y"]],
    ["CRLF and a byte order mark", "\ufeffx;y\r\n1;2\r\n3;4\r\n5;6\r\n", [3, 2], ["x", "y"]],
    ["old line ends", "1\t2\r3\t4\r5\t6", [3, 2]],
    ["spaces", "  1 2\n3   4  \n5\t6\n".replace("\t", " "), [3, 2]],
    ["blanks around commas", "1 , 2\n 3,4 \n5 ,6", [3, 2]],
    ["comments", "# made by hand\nx,y # names\n1,2\n# a gap\n\n3,4 # last but one\n5,6", [3, 2], ["x", "y"]],
    ["quotes", '"x, ""first""","y; # 2"\n"1","2"\n3,4\n5,6', [3, 2], ['x, "first"', "y; # 2"]],
    ["quotes and spaces", '"x of t" y\n1 2\n3 "4"\n5 6', [3, 2], ["x of t", "y"]],
    ["one column", "x\n1\n2\n3\n4\n5\n6", [6, 1], ["x"]],
    ["one column with a long name", "x of t\n1\n2\n3\n4\n5\n6", [6, 1], ["x of t"]],
    ["one column with a name in quotes", '"x of t"\n1\n2\n3\n4\n5\n6', [6, 1], ["x of t"]],
    ["one line", "1 2 3 4 5 6", [1, 6]],
    ["exponents", "1e0,+2.\n.3E+1,4d0\n50.0D-1,6", [3, 2]],
    ["decimal commas between semicolons", "x;y\n1,0;2\n3;4,00\n5;6", [3, 2], ["x", "y"]],
  ])("%s", (_, text, shape, names) => {
    const series = read(text);
    expect(Array.from(series.data)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(series.shape).toEqual(shape);
    expect(series.names).toEqual(names);
  });

  it("numbers to the last bit", () => {
    const numbers = [0.1, -1 / 3, Math.PI * 1e300, 5e-324, -0, 123456789.12345679];
    expect(values(numbers.map((x) => (Object.is(x, -0) ? "-0" : String(x))).join("\n"))).toEqual(numbers);
  });

  it.each<[text: string | Uint8Array, RegExp]>([
    ["", /^a\.csv: the file is empty/],
    ["\n# nothing\n \n", /no line with values/],
    ["x,y\n", /line 1 has names, but no line of values follows/],
    ["1,2\n3\n", /line 2 has 1 values, but line 1 has 2 values/],
    ["x,y,z\n1,2\n", /line 1 has 3 names, but line 2 has 2 values/],
    ["1,2\n\n# c\n3,four", /line 4, column 2 is "four", which is no number/],
    ["1,b\n3,4", /line 1, column 2 is "b"/],
    ["t,x,y\n1,2,3\n1,2,", /line 3, column 3 \(y\) is empty; a series has no gaps/],
    ["1;;3\n", /line 1, column 2 is empty/],
    ["1\nNaN\n", /line 2, column 1 is NaN; a series has no gaps/],
    ["1 -inf\n", /line 1, column 2 is -inf;/],
    ["NA\n1\n", /line 1, column 1 is NA;/],
    ["1\n1e400\n", /line 2, column 1 is 1e400, beyond the range/],
    ["1,234\t2\n", /line 1 has "1,234": a decimal comma, or a separator of thousands\?/],
    ["1,234,567;2\n", /line 1, column 1 is "1,234,567", with separators of thousands/],
    ["1.234,5;2\n", /line 1, column 1 is "1.234,5", with separators of thousands/],
    ["1'234\n", /line 1, column 1 is "1'234", with separators of thousands/],
    ["1,5;2\n2.5;3\n", /line 1 has "1,5" and line 2 "2.5": commas and points in one file/],
    ["0x10\n1\n2 3", /line 3 has 2 values/],
    ["1\n0x10\n", /line 2, column 1 is "0x10"/],
    ["1 2\n3\n", /line 2 has 1 values, but line 1 has 2/],
    ["1,2\n3,4,\n", /line 2 has 3 values/],
    [Uint8Array.of(0xff, 0xfe, 0x31, 0), /UTF-16; save it as UTF-8/],
    [Uint8Array.of(0x50, 0x4b, 3, 4, 0), /ZIP archive .* numpy\.save/],
    [Uint8Array.of(0x89, 0x50, 0, 1), /neither text nor a \.npy/],
  ])("%o is refused", (text, message) => {
    const bytes = typeof text === "string" ? utf8(text) : text;
    expect(() => readSeries("a.csv", bytes)).toThrow(message);
    expect(() => readSeries("a.csv", bytes)).toThrow(FileError);
  });
});

/** A file as NumPy writes it, of any type, order and version. */
function file(descr: string, shape: string, data: ArrayBufferView, { fortran = false, version = 1 } = {}): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }\n`;
  const lengths = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Uint8Array.from([0x93, ...utf8("NUMPY"), version, 0, ...lengths, ...utf8(text), ...bytes]);
}

describe("npy", () => {
  it.each<[NpyArray["data"]]>([
    [Int8Array.of(-128, 1, 2, 3, 4, 127)],
    [Uint8Array.of(0, 1, 2, 3, 4, 255)],
    [Int32Array.of(-(2 ** 31), 1, 2, 3, 4, 2 ** 31 - 1)],
    [Uint32Array.of(0, 1, 2, 3, 4, 2 ** 32 - 1)],
    [Float32Array.of(-1.5, 1, 2, 3, 4, Math.fround(0.1))],
    [Float64Array.of(-1.5, 1, 2, 3, 4, 0.1)],
  ])("what is written is read: %o", (data) => {
    for (const shape of [[6], [2, 3], [1, 3, 2]]) {
      const series = readSeries("a.npy", npy({ data, shape }));
      expect(series).toEqual({ data: Float64Array.from(data), shape, notes: [] });
    }
  });

  it.each<[type: string, width: number, set: (view: DataView, at: number, value: number, little: boolean) => void]>([
    ["f4", 4, (view, at, value, little) => view.setFloat32(at, value, little)],
    ["f8", 8, (view, at, value, little) => view.setFloat64(at, value, little)],
    ["i1", 1, (view, at, value) => view.setInt8(at, value)],
    ["i2", 2, (view, at, value, little) => view.setInt16(at, value, little)],
    ["i4", 4, (view, at, value, little) => view.setInt32(at, value, little)],
    ["i8", 8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
    ["u1", 1, (view, at, value) => view.setUint8(at, value)],
    ["u2", 2, (view, at, value, little) => view.setUint16(at, value, little)],
    ["u4", 4, (view, at, value, little) => view.setUint32(at, value, little)],
  ])("type %s in both byte orders, both orders of axes, all versions", (type, width, set) => {
    const numbers = [1, 2, 3, 4, 5, type.startsWith("u") ? 200 : -6];
    for (const little of [true, false]) {
      const view = new DataView(new ArrayBuffer(6 * width));
      numbers.forEach((value, i) => {
        set(view, i * width, value, little);
      });
      const descr = `'${width === 1 ? "|" : little ? "<" : ">"}${type}'`;
      for (const version of [1, 2, 3]) {
        expect(readNpy(file(descr, "(2, 3)", view, { version })).data).toEqual(Float64Array.from(numbers));
      }
      const turned = readNpy(file(descr, "(2L, 3L)", view, { fortran: true }));
      expect(turned.shape).toEqual([2, 3]);
      expect(Array.from(turned.data)).toEqual([0, 2, 4, 1, 3, 5].map((i) => numbers[i]));
      const deep = readNpy(file(descr, "(1, 3, 2)", view, { fortran: true }));
      expect(Array.from(deep.data)).toEqual([0, 3, 1, 4, 2, 5].map((i) => numbers[i]));
    }
  });

  it("a view into a larger buffer is read where it lies", () => {
    const bytes = npy({ data: Float64Array.of(1, 2), shape: [2] });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(Array.from(readNpy(larger.subarray(3)).data)).toEqual([1, 2]);
  });

  const six = new Float64Array(6);
  it.each<[what: string, Uint8Array, RegExp]>([
    ["text under its name", utf8("1,2"), /^a\.npy: it does not begin as a \.npy file; .*numpy\.save/],
    ["a cut header", file("'<f8'", "(6,)", six).subarray(0, 30), /cut off within its header/],
    [
      "cut values",
      file("'<f8'", "(6,)", six).subarray(0, -1),
      /shape \(6\) of <f8 needs 48 bytes, but 47 follow: it is cut/,
    ],
    ["two arrays", file("'<f8'", "(5,)", six), /needs 40 bytes, but 48 follow: .* a file of its own/],
    ["a later version", file("'<f8'", "(6,)", six, { version: 4 }), /version 4 .* 1 to 3/],
    ["another header", file("'<f8'", "6", six), /its header is no \.npy header/],
    ["objects", file("'|O'", "(6,)", six), /Python objects of type \|O, .*astype\("f8"\)/],
    ["records", file("[('x', '<f8')]", "(6,)", six), /records of several fields/],
    ["complex numbers", file("'<c16'", "(3,)", six), /complex numbers of type <c16/],
    ["text", file("'<U2'", "(6,)", six), /text of type <U2/],
    ["halves", file("'<f2'", "(24,)", six), /values of type <f2/],
    ["huge integers", file("'<i8'", "(1,)", BigInt64Array.of(2n ** 60n)), /value 0 is .* beyond 2⁵³/],
    ["a single number", file("'<f8'", "()", six.subarray(0, 1)), /shape is \(\); a series has \[time\]/],
    ["four axes", file("'<f8'", "(1, 1, 2, 3)", six), /shape is \(1, 1, 2, 3\)/],
    ["nothing", file("'<f8'", "(0, 3)", new Float64Array(0)), /shape is \(0, 3\)/],
    [
      "a gap",
      file("'<f8'", "(2, 3)", Float64Array.of(0, 0, 0, 0, Number.NaN, 0)),
      /value \[1, 1\] is NaN; a series has no gaps/,
    ],
  ])("%s: refused", (_, bytes, message) => {
    expect(() => readSeries("a.npy", bytes)).toThrow(message);
    expect(() => readSeries("a.npy", bytes)).toThrow(FileError);
  });
});
