// What fuzzing has found, each by itself.

import { describe, expect, it } from "vitest";
import { readSafetensors } from "../../../src/files/safetensors.ts";
import { diffusion, GibbsError, gillespie, ising, ParameterError } from "../../../src/index.ts";
import { resolve } from "../../../src/models/parameters.ts";
import { device, reference } from "../../devices.ts";

/** What it rejects with. */
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

describe("names that every object has", () => {
  it.each(["__proto__", "constructor", "toString"])("%s is no parameter", (name) => {
    for (const value of [1, [1, 2]]) {
      const given = Object.fromEntries([[name, value]]);
      expect(() => resolve("ising", ising.parameters, given)).toThrow(`ising has no parameter "${name}"`);
    }
  });

  it("constructor is a species like any other, and is set once", async () => {
    const network = "constructor -> 0 @ k; constructor = 5; k = 1";
    using ensemble = await gillespie.create(reference, { network, set: "constructor = 10 | 20", until: 1, points: 2 });
    await ensemble.run(2);
    expect(ensemble.result().points).toHaveLength(2);
  });
});

describe("numbers at the edge of f64", () => {
  it("a schedule that starts at the smallest of them is refused, or its samples are no result", async () => {
    const create = async () => {
      using samples = await diffusion.create(device, { schedule: "linear", betaStart: 5e-324, steps: 5, samples: 16 });
      await samples.run(5);
      return await samples.samples();
    };
    const outcome = await create().catch((error: Error) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(GibbsError);
    else expect(outcome.every(Number.isFinite)).toBe(true);
  });

  it("a rate without end ends in an error", async () => {
    using ensemble = await gillespie.create(reference, {
      ...{ network: "0 -> X @ 1e30", until: 1, points: 2, method: "cle", maxEvents: 1000 },
    });
    expect(await rejection(ensemble.run(1))).toBeInstanceOf(GibbsError);
  });
});

describe("texts that grow", () => {
  it.each([
    ["hill in hill", `0 -> X @ ${"hill(".repeat(40)}X${", 20, 2)".repeat(40)}`],
    ["parentheses", `0 -> X @ ${"(".repeat(10_000)}1${")".repeat(10_000)}`],
    ["powers of powers", `0 -> X @ ${Array(200).fill("X").join("^")}`],
  ])("%s: a network or a ParameterError, soon", async (_, network) => {
    const outcome = await gillespie.create(device, { network, points: 2 }).then(
      (ensemble) => ensemble[Symbol.dispose](),
      (error: Error) => error,
    );
    if (outcome) expect(outcome).toBeInstanceOf(ParameterError);
  });
});

it("a tensor of null is no tensor", () => {
  const header = new TextEncoder().encode(JSON.stringify({ W: null }));
  const file = new Uint8Array(8 + header.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  expect(() => readSafetensors(file)).toThrow(GibbsError);
});
