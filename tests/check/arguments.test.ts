// What public functions say of arguments of the wrong kind, which programs in plain JavaScript give; and that weights files name their model
// in one form.

import { expect, it } from "vitest";
import { safetensorsMetadata } from "../../src/files/safetensors.ts";
import * as gibbs from "../../src/index.ts";

type Any = (...given: unknown[]) => unknown;
const any = (call: unknown) => call as Any;

it.each<[string, () => unknown, string]>([
  ["criticalTemperature(1, 1)", () => any(gibbs.criticalTemperature)(1, 1), "two as in [1, 0.5], not 1"],
  ["criticalTemperature([1])", () => any(gibbs.criticalTemperature)([1]), "not 1"],
  ["criticalTemperature([1, NaN])", () => gibbs.criticalTemperature([1, Number.NaN]), "not 1, NaN"],
  ["onsager of one coupling", () => any(gibbs.onsager)({ temperature: 2, couplings: 1 }), "two as in"],
  ["kaufman of one coupling", () => any(gibbs.kaufman)(4, 4, { temperature: 2, couplings: 1 }), "two as in"],
  ["enumerate of one coupling", () => any(gibbs.enumerate)(2, 2, { temperature: 2, couplings: 1 }), "two as in"],
  ["chain of one coupling", () => any(gibbs.chain)(4, { temperature: 2, couplings: 1 }), "two as in"],
  ["curieWeissMeans()", () => any(gibbs.curieWeissMeans)(), "1 or more, not undefined"],
  ["magnetizationLaw(10, 0)", () => any(gibbs.magnetizationLaw)(10, 0, 0), "above 0, not 0"],
  ["magnetizationLaw(10, 1)", () => any(gibbs.magnetizationLaw)(10, 1), "finite, not undefined"],
  // These looked for a root without end.
  ["retrieval()", () => any(gibbs.retrieval)(), "load undefined"],
  ["retrieval(0.1)", () => any(gibbs.retrieval)(0.1), "temperature undefined"],
  ["retrievalOverlap('x', 0)", () => any(gibbs.retrievalOverlap)("x", 0), "load x"],
  ["retrievalTemperature(NaN)", () => gibbs.retrievalTemperature(Number.NaN), "load NaN"],
  ["buildNetwork({})", () => any(gibbs.buildNetwork)({}), "reactions must be a list"],
  ["formatLink()", () => any(gibbs.formatLink)(), "undefined is no link"],
  ["formatLink of seed 1", () => any(gibbs.formatLink)({ model: "ising", seed: 1 }), "a bigint"],
  ["formatLink of step 1.5", () => gibbs.formatLink({ model: "ising", step: 1.5 }), "step 1.5"],
  ["parseLink(5)", () => any(gibbs.parseLink)(5), "A link is a text, not 5"],
  ["readNpy('a.npy')", () => any(gibbs.readNpy)("a.npy"), "must be a Uint8Array"],
  ["readSeries('a.csv')", () => any(gibbs.readSeries)("a.csv"), "bytes as a Uint8Array"],
  ["readNetwork('a.safetensors')", () => any(gibbs.readNetwork)("a.safetensors"), "must be a Uint8Array"],
  ["decodeCheckpoint('a.gibbs')", () => any(gibbs.decodeCheckpoint)("a.gibbs"), "a Uint8Array"],
  ["follow without a link", () => any(gibbs.follow)(new gibbs.ReferenceDevice("node")), "no link"],
])("%s", async (_, call, why) => {
  const error = await Promise.resolve()
    .then(call)
    .then(() => undefined)
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(gibbs.GibbsError);
  expect(String(error)).toContain(why);
});

it("a link without changes, steps and view is that of a run that begins", () => {
  expect(gibbs.formatLink({ model: "ising" })).toBe("v=2&seed=1");
  const link = { model: "ising", seed: 3n, parameters: { temperature: 2 }, step: 10 };
  expect(gibbs.parseLink(gibbs.formatLink(link), "ising")).toEqual({ ...link, changes: [], view: {} });
});

it("weights files say gibbs and the model's name", async () => {
  const device = new gibbs.ReferenceDevice("node");
  const made = async (model: string, options: object, steps: number) => {
    const own = gibbs.models.find(({ name }) => name === model)!;
    using simulation = await own.create(device, options as never);
    await simulation.run(steps);
    return safetensorsMetadata((await simulation.output!(".safetensors")) as Uint8Array).model;
  };
  expect(await made("rbm", { data: "bars", side: 2, hidden: 3, chains: 2 }, 1)).toBe("gibbs rbm");
  expect(await made("reservoir", { units: 20, reservoirs: 1 }, 1)).toBe("gibbs reservoir");
  expect(await made("ngrc", { forecasts: 1 }, 1)).toBe("gibbs ngrc");
  const training = { data: "gmm8", width: 16, layers: 1, batch: 8, points: 100 };
  expect(await made("diffusion-training", training, 1)).toBe("gibbs diffusion-training");
});
