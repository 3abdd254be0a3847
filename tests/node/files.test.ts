// The file formats and the whole-or-nothing writing behind --out and --checkpoint.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, describe, expect, it } from "vitest";
import { csv, seriesCsv } from "../../host-node/files/csv.ts";
import { checkWritable, writeFileWhole } from "../../host-node/files/write.ts";
import { FileError } from "../../src/device/errors.ts";
import { type NpyArray, npy } from "../../src/files/npy.ts";
import { png, reduction } from "../../src/files/png.ts";
import { Series } from "../../src/models/series.ts";

const root = mkdtempSync(join(tmpdir(), "gibbs-files-"));
const newFolder = () => mkdtempSync(join(root, "t-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("npy", () => {
  const header = (array: NpyArray) => {
    const bytes = Buffer.from(npy(array));
    const start = 10 + bytes.readUInt16LE(8);
    return { start, text: bytes.toString("latin1", 10, start), rest: bytes.subarray(start) };
  };

  it.each([
    [new Int8Array(6), "|i1"],
    [new Uint8Array(6), "|u1"],
    [new Int32Array(6), "<i4"],
    [new Uint32Array(6), "<u4"],
    [new Float32Array(6), "<f4"],
    [new Float64Array(6), "<f8"],
  ])("%o has type %s", (data, descr) => {
    const { start, text, rest } = header({ data, shape: [2, 3] });
    expect(text.trimEnd()).toBe(`{'descr': '${descr}', 'fortran_order': False, 'shape': (2, 3), }`);
    expect([start % 64, text.at(-1), rest.length]).toEqual([0, "\n", data.byteLength]);
  });

  it("keeps the values of a view, and writes one axis as a tuple", () => {
    const { text, rest } = header({ data: new Int8Array([9, 1, -1, 1, 9]).subarray(1, 4), shape: [3] });
    expect(text).toContain("'shape': (3,), }");
    expect([...new Int8Array(rest)]).toEqual([1, -1, 1]);
  });

  it("refuses a shape that does not fit", () => {
    expect(() => npy({ data: new Int8Array(5), shape: [2, 3] })).toThrow("2×3");
  });
});

describe("png", () => {
  it("black and white takes a bit a pixel, each row from a byte of its own", () => {
    const data = Uint8Array.from({ length: 10 * 3 }, (_, i) => (i % 3 === 0 ? 255 : 0));
    const image = decode(png({ width: 10, height: 3, data }, { gibbs: "record" }));
    expect([image.width, image.height, image.depth, image.channels]).toEqual([10, 3, 1, 1]);
    const pixels = Array.from(
      data,
      (_, i) => (image.data[2 * Math.floor(i / 10) + ((i % 10) >> 3)] << ((i % 10) % 8)) & 128,
    );
    expect(pixels.map((bit) => (bit ? 255 : 0))).toEqual([...data]);
    expect(image.text).toMatchObject({ gibbs: "record" });
  });

  it("greys take a byte a pixel", () => {
    const data = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
    const image = decode(png({ width: 4, height: 3, data }));
    expect([image.depth, ...image.data]).toEqual([8, ...data]);
  });

  it("a strip of 16384 × 64 has every pixel", () => {
    const data = Uint8Array.from({ length: 16_384 * 64 }, (_, i) => (i % 3 ? 255 : 0));
    const image = decode(png({ width: 16_384, height: 64, data }, { gibbs: "record" }));
    expect([image.width, image.height, image.depth]).toEqual([16_384, 64, 1]);
    expect(image.text).toEqual({ gibbs: "record" });
  });

  it("what is wider than programs open is averaged over blocks, those at the edge smaller, and says so", () => {
    const width = 65_537;
    const data = Uint8Array.from({ length: width * 2 }, (_, i) =>
      i % width === width - 1 ? 200 : (i % width) % 2 ? 255 : 0,
    );
    const image = decode(png({ width, height: 2, data }, { gibbs: "record" }));
    expect([image.width, image.height]).toEqual([32_769, 1]);
    expect([image.data[0], image.data[32_767], image.data[32_768]]).toEqual([128, 128, 200]);
    expect(image.text).toEqual({ gibbs: "record", Reduced: "65537 x 2 cells, averaged over blocks of 2 x 2" });
  });

  it.each([
    [8192, 8192, 1],
    [8193, 8192, 2],
    [65_535, 1024, 1],
    [65_536, 65_536, 8],
    [1_048_576, 1, 17],
  ])("%i × %i cells are averaged over blocks of side %i", (width, height, factor) => {
    expect(reduction({ width, height })).toBe(factor);
  });
});

describe("csv", () => {
  it("quotes what needs it, and numbers read back as they were", () => {
    const text = [
      ...csv(
        ["a", 'b "c"'],
        [
          [0.1 + 0.2, "x,y"],
          [-1e-300, "two\nlines"],
        ],
      ),
    ].join("");
    expect(text).toBe('a,"b ""c"""\n0.30000000000000004,"x,y"\n-1e-300,"two\nlines"\n');
  });

  it("a series of one replica, of several, and one longer than a piece", () => {
    const one = new Series(["e"], 1);
    for (let i = 1; i <= 10000; i++) one.append(i, [[-i]]);
    const pieces = [...seriesCsv(one)];
    expect(pieces.length).toBeGreaterThan(1);
    const lines = pieces.join("").split("\n");
    expect([lines.length, lines[0], lines[1], lines[10000], lines[10001]]).toEqual([
      10002,
      "step,e",
      "1,-1",
      "10000,-10000",
      "",
    ]);
    const two = new Series(["e", "m"], 2);
    two.append(5, [
      [1, 2],
      [3, 4],
    ]);
    expect([...seriesCsv(two)].join("")).toBe("step,replica,e,m\n5,0,1,2\n5,1,3,4\n");
  });
});

describe("writeFileWhole", () => {
  it("writes bytes, text and pieces, and replaces an older file", async () => {
    const path = join(newFolder(), "file");
    for (const content of ["text", new Uint8Array([1, 2]), ["one ", "two"]]) {
      await writeFileWhole(path, content);
      expect(readFileSync(path)).toEqual(Buffer.concat([content].flat().map((part) => Buffer.from(part))));
    }
    expect(readdirSync(join(path, ".."))).toEqual(["file"]);
  });

  it("a failure half way leaves the older file and nothing next to it", async () => {
    const folder = newFolder();
    const path = join(folder, "file");
    writeFileSync(path, "old");
    function* broken() {
      yield "new";
      throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    }
    const failed = writeFileWhole(path, broken());
    await expect(failed).rejects.toThrow(FileError);
    await expect(failed).rejects.toThrow(`${path} could not be written: the disk is full; free some space`);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("checkWritable", () => {
  it("leaves no trace: neither a new file nor a changed one", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "old"), "old");
    const { mtimeMs } = statSync(join(folder, "old"));
    await checkWritable(join(folder, "old"));
    await checkWritable(join(folder, "new"));
    expect(readdirSync(folder)).toEqual(["old"]);
    expect(statSync(join(folder, "old")).mtimeMs).toBe(mtimeMs);
  });

  it("names the path, the reason and the remedy", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "plain"), "");
    const failing = [
      ["missing/x", /missing\/x cannot be written: the folder .* does not exist; create it/],
      ["sub", /sub cannot be written: it is a folder; add a file name/],
      ["plain/x", /plain is no folder; choose another path/],
      ["n".repeat(300), /the name is too long; choose another path/],
    ] as const;
    for (const [name, message] of failing) await expect(checkWritable(join(folder, name))).rejects.toThrow(message);
    expect(readdirSync(folder).sort()).toEqual(["plain", "sub"]);
  });

  // Root may write anywhere, and Windows keeps permissions elsewhere.
  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)("a folder without permission", async () => {
    const folder = newFolder();
    chmodSync(folder, 0o555);
    await expect(checkWritable(join(folder, "x"))).rejects.toThrow("permission is denied; choose another path");
  });

  it("removes what killed processes left next to it, and nothing else", async () => {
    const folder = newFolder();
    const dead = 2 ** 22 + 1; // beyond Linux's largest process number
    const leftover = (name: string, host: string, pid: number) => `.${name}.${host}.${pid}.tmp`;
    const kept = [
      leftover("run", hostname(), process.ppid), // still running
      leftover("run", "elsewhere", dead), // another machine's, on a shared file system
      leftover("walk", hostname(), dead), // another file's
    ];
    for (const name of [leftover("run", hostname(), dead), ...kept]) writeFileSync(join(folder, name), "");
    await checkWritable(join(folder, "run"));
    expect(readdirSync(folder).sort()).toEqual([...kept].sort());
  });
});
