// Results as HDF5 and Zarr: what the table, the array and the document say, read by other libraries - h5wasm and zarrita here, xarray where Python
// has it.

import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import h5wasm from "h5wasm";
import { afterAll, describe, expect, it } from "vitest";
import * as zarrita from "zarrita";
import { DatasetBuilder } from "../../host-node/files/dataset.ts";
import { hdf5 } from "../../host-node/files/hdf5.ts";
import { checkFolder, writeFolderWhole } from "../../host-node/files/write.ts";
import { ZARR_MARK, zarr } from "../../host-node/files/zarr.ts";
import { readNpy } from "../../src/files/npy.ts";
import { inside } from "./inside.ts";

const cwd = mkdtempSync(join(tmpdir(), "gibbs-hdf5-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Read {
  /** By name: dimensions, values in one line, attributes. */
  variables: Record<string, { dimensions: string[]; values: number[]; attributes: Record<string, unknown> }>;
  attributes: Record<string, unknown>;
}

async function readHdf5(path: string): Promise<Read> {
  const { FS } = await h5wasm.ready;
  FS!.writeFile("read.h5", readFileSync(path));
  const file = new h5wasm.File("read.h5", "r");
  try {
    const attributesOf = (of: typeof file | InstanceType<typeof h5wasm.Dataset>) =>
      Object.fromEntries(
        Object.entries(of.attrs).map(([name, { value }]) => [
          name,
          !ArrayBuffer.isView(value)
            ? value
            : (value as Int32Array).length === 1
              ? (value as Int32Array)[0]
              : [...(value as Int32Array)],
        ]),
      );
    const variables: Read["variables"] = {};
    for (const name of file.keys()) {
      const dataset = file.get(name) as InstanceType<typeof h5wasm.Dataset>;
      const { value, shape } = dataset;
      const scale = dataset.get_scale_name();
      const dimensions = scale ? [scale] : shape!.map((_, i) => dataset.get_attached_scales(i)[0].slice(1));
      const { DIMENSION_LIST: _, REFERENCE_LIST: __, CLASS: ___, NAME: ____, ...own } = attributesOf(dataset);
      const values = ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : [value as number];
      variables[name] = { dimensions, values, attributes: own };
    }
    return { variables, attributes: attributesOf(file) };
  } finally {
    file.close();
    FS!.unlink("read.h5");
  }
}

async function readZarr(path: string): Promise<Read> {
  const store = new Map<string, Uint8Array>();
  for (const name of readdirSync(path, { recursive: true }) as string[])
    if (statSync(join(path, name)).isFile()) store.set(`/${name}`, readFileSync(join(path, name)));
  const root = await zarrita.open.v2(zarrita.root(store as never), { kind: "group" });
  const variables: Read["variables"] = {};
  for (const name of readdirSync(path).filter((entry) => !entry.startsWith("."))) {
    const array = await zarrita.open.v2(root.resolve(name), { kind: "array" });
    const { _ARRAY_DIMENSIONS: dimensions, ...attributes } = array.attrs as Record<string, unknown> & {
      _ARRAY_DIMENSIONS: string[];
    };
    const got = await zarrita.get(array);
    const values =
      typeof got === "object" && got !== null && "data" in got
        ? Array.from(got.data as Float64Array)
        : [got as unknown as number];
    variables[name] = { dimensions, values, attributes };
  }
  return { variables, attributes: root.attrs };
}

async function run(words: readonly string[], ...files: string[]) {
  const ended = await inside([...words, "--json", "--quiet", ...files.flatMap((file) => ["--out", file])], { cwd });
  expect({ status: ended.status, stderr: ended.stderr.replace(/^gibbs: warning.*\n/gm, "") }).toEqual({
    status: 0,
    stderr: "",
  });
  return JSON.parse(ended.stdout);
}

/** A CSV file by its columns. */
function columnsOf(path: string): Record<string, number[]> {
  const [head, ...rows] = readFileSync(join(cwd, path), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  return Object.fromEntries(
    head.map((name, i) => [
      name.replace(/\W+/g, "_"),
      rows.map((cells) => (cells[i] === "" ? Number.NaN : Number(cells[i]))),
    ]),
  );
}

const RUNS: Record<string, string> = {
  ising: "ising --size 8,6 --temperature 2.3 --replicas 3 --steps 12 --measure-every 3",
  potts: "potts --size 6,6 --steps 5",
  "curie-weiss": "curie-weiss --size 32 --steps 5",
  hopfield: "hopfield --neurons 40 --patterns 2 --noise 0.1 --steps 3",
  "dense-memory": "dense-memory --neurons 40 --patterns 3 --steps 3",
  gillespie: "gillespie --example schloegl --points 4 --trajectories 30",
  "gillespie, one trajectory": "gillespie --example schloegl --points 4 --trajectories 1",
  "gillespie, sweep": "gillespie --example sir --points 3 --trajectories 30 --set beta=0.2|0.3,gamma=0.05|0.1",
  dynamics: "dynamics --example lorenz --until 2 --points 3 --trajectories 20",
  reservoir: "reservoir --task henon --units 20 --train 300 --test 100 --starts 2 --reservoirs 2",
  ngrc: "ngrc --system henon --starts 3",
  rbm: "rbm --data bars --side 3 --hidden 4 --chains 8 --steps 4",
  diffusion: "diffusion --samples 40",
  "diffusion-training": "diffusion-training --steps 12",
};

describe("a run", () => {
  it.each(Object.entries(RUNS))("of %s: table, array and estimates", async (name, line) => {
    const file = name.replace(/\W+/g, "-");
    const document = await run(
      ["run", ...line.split(" ")],
      ...[".csv", ".npy", ".h5", ".zarr"].map((ending) => file + ending),
    );
    const [h5, z] = [await readHdf5(join(cwd, `${file}.h5`)), await readZarr(join(cwd, `${file}.zarr`))];
    expect(z.variables).toEqual(h5.variables);
    expect(z.attributes).toEqual(h5.attributes);
    const { variables, attributes } = h5;
    // Every row of the CSV file is found by its coordinates; a control: another value is not.
    const columns = columnsOf(`${file}.csv`);
    const names = Object.keys(columns);
    const rows = columns[names[0]].length;
    for (const column of names) {
      const { dimensions, values } = variables[column];
      const found = Array.from({ length: rows }, (_, row) => {
        let at = 0;
        for (const dimension of dimensions) {
          const axis = variables[dimension].values;
          // Rows without a number of their own, such as samples, are in order.
          at =
            at * axis.length +
            (dimension in columns ? axis.indexOf(columns[dimension][row]) : axis.length === rows ? row : 0);
        }
        return values[at];
      });
      expect(found, column).toEqual(columns[column]);
      if (found.some(Number.isFinite)) expect(found, column).not.toEqual(columns[column].map((value) => value + 1));
    }
    const npy = readNpy(readFileSync(join(cwd, `${file}.npy`)));
    if (npy.data.length > 0) {
      expect(variables.state.values).toEqual(Array.from(npy.data));
      expect(variables.state.dimensions.map((dimension) => variables[dimension].values.length)).toEqual(npy.shape);
    }
    for (const [observable, { value, error, unit }] of Object.entries<{ value: number; error: number; unit: string }>(
      document.observables,
    )) {
      const own = observable.replace(/\W+/g, "_");
      expect(variables[`${own}_estimate`].values).toEqual([value ?? Number.NaN]);
      expect(variables[`${own}_estimate_error`].values).toEqual([error ?? Number.NaN]);
      if (unit) expect(variables[`${own}_estimate`].attributes.units).toBe(unit);
    }
    expect(attributes).toMatchObject({
      model: line.split(" ")[0],
      digest: document.digest,
      seed: "1",
      steps: document.steps,
    });
    expect(JSON.parse(attributes.parameters as string)).toEqual(document.parameters);
  });
});

describe("a scan", () => {
  it("has a dimension for each parameter of a grid", async () => {
    const words = "scan ising --size 8 --temperature 2:2.5:3 --field 0,0.1 --steps 20".split(" ");
    const document = await run(words, "grid.h5", "grid.zarr");
    const [h5, z] = [await readHdf5(join(cwd, "grid.h5")), await readZarr(join(cwd, "grid.zarr"))];
    expect(z).toEqual(h5);
    const { temperature, field, energy, energy_error, energy_exact } = h5.variables;
    expect([energy.dimensions, energy_error.dimensions]).toEqual([
      ["temperature", "field"],
      ["temperature", "field"],
    ]);
    expect(energy.attributes).toEqual({ units: "J/site" });
    for (const { parameters, observables, exact } of document.points) {
      const at = temperature.values.indexOf(parameters.temperature) * 2 + field.values.indexOf(parameters.field);
      expect([energy.values[at], energy_error.values[at]]).toEqual([
        observables.energy.value,
        observables.energy.error,
      ]);
      expect(energy_exact.values[at]).toEqual(exact.energy?.value ?? Number.NaN);
    }
    expect(h5.attributes.digests).toBe(document.digests.join(" "));
  });

  it("names what is no number, and lists points that are no grid", async () => {
    await run(
      "scan ising --algorithm heat-bath,metropolis --temperature 2,2.5 --size 8 --steps 5".split(" "),
      "words.h5",
    );
    const { algorithm } = (await readHdf5(join(cwd, "words.h5"))).variables;
    expect(algorithm).toMatchObject({
      values: [0, 1],
      attributes: { flag_values: [0, 1], flag_meanings: "heat-bath metropolis" },
    });
    const builder = new DatasetBuilder();
    builder.table(
      {
        head: ["a", "b", "c"],
        rows: [
          [1, 1, 5],
          [2, 2, 6],
        ],
      },
      2,
      "point",
      () => ({}),
    );
    expect(builder.build({}).variables.map(({ name, dimensions }) => [name, dimensions])).toEqual(
      ["point", "a", "b", "c"].map((name) => [name, ["point"]]),
    );
  });

  it("names that differ in their case alone stay apart on every disk", () => {
    const builder = new DatasetBuilder();
    for (const name of ["A", "a"]) builder.variable(name, [], Float64Array.of(1));
    expect(builder.build({}).variables.map(({ name, attributes }) => [name, attributes])).toEqual([
      ["A", {}],
      ["a_2", { long_name: "a" }],
    ]);
  });

  it("merged from parts gives the same file", async () => {
    const words = "scan ising --size 8 --temperature 2:2.5:4 --replicas 2 --steps 20".split(" ");
    await run(words, "whole.h5", "whole.zarr");
    for (const part of ["1/2", "2/2"]) await run([...words, "--shard", part], `part-${part[0]}.gibbs`);
    await run(["merge", "part-1.gibbs", "part-2.gibbs"], "merged.h5", "merged.zarr");
    expect(await readHdf5(join(cwd, "merged.h5"))).toEqual(await readHdf5(join(cwd, "whole.h5")));
    expect(await readZarr(join(cwd, "merged.zarr"))).toEqual(await readZarr(join(cwd, "whole.zarr")));
  });
});

/** Whether Python has these modules. */
const python = process.env.GIBBS_PYTHON ?? "/usr/bin/python3";
const has = (...modules: string[]) => spawnSync(python, ["-c", `import ${modules.join(", ")}`]).status === 0;
if (!has("xarray", "h5py"))
  console.warn("gibbs: Python has no xarray and h5py here; files are read by h5wasm and zarrita alone");

const OPEN = `
import json, sys, warnings
warnings.simplefilter("ignore")
import xarray
engine, path = sys.argv[1:]
data = xarray.open_zarr(path) if engine == "zarr" else xarray.open_dataset(path, engine=engine)
data = data.load()
print(json.dumps({"dims": dict(data.sizes), "energy": data.energy.values.tolist(), "units": data.energy.units,
  "names": list(data.energy.dims), "at": data.energy.sel(temperature=2.5, field=0.1).item(), "digests": data.attrs["digests"]}))
`;

describe("xarray", () => {
  it.each([
    ["h5netcdf", "grid.h5", ["xarray", "h5py", "h5netcdf"]],
    ["netcdf4", "grid.h5", ["xarray", "netCDF4"]],
    ["zarr", "grid.zarr", ["xarray", "zarr", "dask"]],
  ])("opens it by %s", async (engine, file, modules) => {
    if (!has(...modules)) return expect(has(...modules)).toBe(false);
    const document = await run("scan ising --size 8 --temperature 2:2.5:3 --field 0,0.1 --steps 20".split(" "), file);
    const { status, stdout, stderr } = spawnSync(python, ["-c", OPEN, engine, join(cwd, file)], { encoding: "utf8" });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    const value = (t: number, h: number) =>
      document.points.find(
        ({ parameters }: { parameters: Record<string, number> }) =>
          parameters.temperature === t && parameters.field === h,
      ).observables.energy.value;
    expect(JSON.parse(stdout)).toEqual({
      ...{ dims: { temperature: 3, field: 2 }, names: ["temperature", "field"], units: "J/site" },
      ...{ energy: [2, 2.25, 2.5].map((t) => [value(t, 0), value(t, 0.1)]), at: value(2.5, 0.1) },
      digests: document.digests.join(" "),
    });
  });
});

describe("written whole or not at all", () => {
  const builder = new DatasetBuilder();
  builder.variable("x", [builder.dimension("i", 3)], Float64Array.of(1, 2, 3));
  const dataset = builder.build({ a: "b" });

  it("a folder replaces one of its kind, and no other", async () => {
    const path = join(cwd, "own.zarr");
    await writeFolderWhole(path, await zarr(dataset));
    await writeFolderWhole(path, new Map([...(await zarr(dataset)), ["more/0", new Uint8Array(1)]]));
    expect(readdirSync(path).sort()).toEqual([".zattrs", ".zgroup", ".zmetadata", "i", "more", "x"]);
    await checkFolder(path, ZARR_MARK);
    const other = join(cwd, "photos.zarr");
    mkdirSync(other);
    writeFileSync(join(other, "a.jpg"), "");
    const refused = await inside(["run", "ising", "--size", "8", "--steps", "2", "--out", "photos.zarr"], { cwd });
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("it is a folder without .zgroup, and is not replaced"),
    });
    expect(readdirSync(other)).toEqual(["a.jpg"]);
  });

  it("what fails on the way leaves the older one, and nothing else", async () => {
    const folder = join(cwd, "half");
    mkdirSync(folder);
    const path = join(folder, "own.zarr");
    await writeFolderWhole(path, await zarr(dataset));
    const before = readFileSync(join(path, "x/0"));
    const files = new Map([
      ["x/0", new Uint8Array(8)],
      ["x/0/below", new Uint8Array(1)],
    ]); // a file is no folder
    await expect(writeFolderWhole(path, files)).rejects.toThrow("own.zarr could not be written");
    expect(readdirSync(folder)).toEqual(["own.zarr"]);
    expect(readFileSync(join(path, "x/0")).equals(before)).toBe(true);
  });

  it("an older folder that a killed process had moved away is put back", async () => {
    const folder = join(cwd, "killed");
    mkdirSync(folder);
    const path = join(folder, "own.zarr");
    await writeFolderWhole(path, await zarr(dataset));
    const { pid } = spawnSync(process.execPath, ["-e", ""]); // has ended
    renameSync(path, join(folder, `.own.zarr.${hostname()}.${pid}.old.tmp`));
    mkdirSync(join(folder, `.own.zarr.${hostname()}.${pid}.tmp`));
    await checkFolder(path, ZARR_MARK);
    expect(readdirSync(folder)).toEqual(["own.zarr"]);
  });

  it("more than HDF5 may hold here is refused by its size", async () => {
    const large = {
      dimensions: new Map([["i", 1]]),
      attributes: {},
      variables: [{ name: "x", dimensions: ["i"], attributes: {}, data: { byteLength: 3 * 2 ** 30 } as Float64Array }],
    };
    await expect(hdf5(large)).rejects.toThrow(".h5: the result has 3.0 GiB, and 1 GiB fits; write .zarr or .npy.");
  });

  it("texts that are too long for an attribute are variables of HDF5", async () => {
    const text = "é".repeat(200_000);
    const path = join(cwd, "text.h5");
    writeFileSync(path, await hdf5({ ...dataset, attributes: { a: "b", parameters: text } }));
    const { FS } = await h5wasm.ready;
    FS!.writeFile("text.h5", readFileSync(path));
    const file = new h5wasm.File("text.h5", "r");
    expect(file.attrs.a.value).toBe("b");
    const { value } = file.get("parameters_text") as InstanceType<typeof h5wasm.Dataset>;
    expect([value].flat()).toEqual([text]);
    file.close();
    const named = { ...dataset.variables[1], attributes: { flag_meanings: text } };
    await expect(hdf5({ ...dataset, variables: [dataset.variables[0], named] })).rejects.toThrow(
      "x has more names than HDF5",
    );
  });

  it("long arrays are in several chunks, the last one filled up", async () => {
    const data = Float32Array.from({ length: 3 * 2 ** 22 }, (_, i) => i % 1000);
    const own = new DatasetBuilder();
    own.variable("x", [own.dimension("i", (3 * 2 ** 22) / 4), own.dimension("j", 4)], data);
    const path = join(cwd, "long.zarr");
    await writeFolderWhole(path, await zarr(own.build({})));
    expect(readdirSync(join(path, "x")).sort()).toEqual([".zarray", ".zattrs", "0.0", "1.0"]);
    const { values } = (await readZarr(path)).variables.x;
    expect(values.length).toBe(data.length);
    expect(values.every((value, i) => value === data[i])).toBe(true);
  });
});
