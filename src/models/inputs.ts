// The user's files that `create` takes as arrays, where no parameter could hold them: the parameters that follow from them, and checks that they
// agree with the parameters given.

import * as z from "zod";
import type { Device } from "../device/device.ts";
import { FileError, ParameterError } from "../device/errors.ts";
import { digestOf } from "./checkpoint.ts";
import type { AnyModel, AnySimulation } from "./index.ts";
import { inner, metaOf, resolve } from "./parameters.ts";

export interface InputFile {
  name: string;
  bytes: Uint8Array;
  /** Of the bytes: "sha256:…". */
  digest: string;
}

/** Files by the names of a model's inputs. */
export type Inputs = Readonly<Record<string, InputFile>>;

/** What is known when a file is read. */
export interface InputContext {
  /** Parameters as they are given, and those of files before it. */
  parameters: Readonly<Record<string, unknown>>;
  /** Options of files before it. */
  options: Readonly<Record<string, unknown>>;
  /** Replicas, where they are given or follow from lists of values; then `listed` is true. */
  replicas: number | undefined;
  listed: boolean;
}

export interface Input {
  /** A sentence: what it holds, and by which shape. */
  description: string;
  /** What a page calls it, where its name is no good. */
  label?: string;
  /** Endings of the files. */
  accept: readonly string[];
  /** Parameters that it decides or leaves without meaning: a page forgets them when it takes the file. */
  replaces: readonly string[];
  /** The options and parameters for `create`. @throws FileError that names the file */
  read(file: InputFile, context: InputContext): Promise<{ options: object; parameters: Record<string, unknown> }>;
}

export const inputFile = async (name: string, bytes: Uint8Array): Promise<InputFile> => ({
  ...{ name, bytes },
  digest: await digestOf(bytes),
});

/** Digests of files, as records and checkpoints have them. */
export const digestsOf = (files: Inputs): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, { digest }]) => [name, digest]));

/**
 * All options for `create`, from parameters and files by the names of the model's inputs.
 *
 * @throws FileError that names the file, for one that cannot be read, does not fit the model, or contradicts a parameter
 */
export async function withInputs(
  model: AnyModel,
  given: Readonly<Record<string, unknown>>,
  files: Inputs = {},
): Promise<Record<string, unknown>> {
  let [parameters, options]: Record<string, unknown>[] = [{ ...given }, {}];
  for (const [name, input] of Object.entries(model.inputs ?? {})) {
    const file = files[name];
    if (!file) continue;
    const read = await input.read(file, { parameters, options, ...replicasOf(model, parameters) });
    try {
      resolve(model.name, model.parameters, read.parameters);
    } catch (error) {
      throw error instanceof ParameterError ? new FileError(`${file.name}: ${error.message}`) : error;
    }
    parameters = { ...parameters, ...read.parameters };
    options = { ...options, ...read.options };
  }
  return { ...parameters, ...options };
}

/**
 * Makes a simulation from parameters and files.
 *
 * @throws what `create` throws, with the file's name where the culprit is what a file decides; FileError
 */
export async function createWith(
  model: AnyModel,
  device: Device,
  { parameters, seed, inputs = {} }: { parameters: Readonly<Record<string, unknown>>; seed: bigint; inputs?: Inputs },
): Promise<AnySimulation> {
  const options = await withInputs(model, parameters, inputs);
  try {
    return await model.create(device, { ...options, seed });
  } catch (error) {
    if (!(error instanceof ParameterError) || Object.hasOwn(parameters, error.parameter)) throw error;
    const file = Object.entries(inputs).find(([name]) => model.inputs?.[name]?.replaces.includes(error.parameter))?.[1];
    throw file ? new ParameterError(error.parameter, `${file.name}: ${error.message}`) : error;
  }
}

function replicasOf({ parameters: { shape } }: AnyModel, given: Readonly<Record<string, unknown>>) {
  const list = Object.entries(given).find(
    ([name, value]) =>
      Array.isArray(value) && shape[name] && metaOf(shape[name]).batch && !(inner(shape[name]) instanceof z.ZodTuple),
  )?.[1] as unknown[] | undefined;
  return { replicas: list?.length ?? (given.replicas as number | undefined), listed: list !== undefined };
}

/** A parameter as a file has it. @throws FileError where another value is given */
export function decided(
  { name: file }: InputFile,
  { parameters }: InputContext,
  name: string,
  value: unknown,
  remedy = `leave ${name} out`,
): Record<string, unknown> {
  const given = parameters[name];
  const isSame = given === undefined || String(given) === String(value) || isBoth(given, value);
  if (isSame) return { [name]: value };
  const show = (what: unknown) => String(what).replaceAll(",", " × ");
  throw new FileError(
    `${file}: it makes ${name} ${show(value)}, but ${name} ${show(given)} is given; ${remedy}, or give a file that fits.`,
  );
}

/** One number stands for both of a pair. */
const isBoth = (given: unknown, value: unknown) =>
  Array.isArray(value) && value.every((each) => String(each) === String(given));

/** Spins of `count` in all replicas: those of one are repeated. @throws FileError */
export function perReplica(
  file: InputFile,
  context: InputContext,
  spins: Int8Array,
  own: number | undefined,
): { spins: Int8Array; parameters: Record<string, unknown> } {
  const { replicas, listed } = context;
  if (own === undefined) {
    const all = new Int8Array(spins.length * (replicas ?? 1));
    for (let i = 0; i < (replicas ?? 1); i++) all.set(spins, i * spins.length);
    return { spins: all, parameters: {} };
  }
  if (!listed) return { spins, parameters: decided(file, context, "replicas", own) };
  if (own === replicas) return { spins, parameters: {} };
  throw new FileError(
    `${file.name}: it has ${own} replicas, but lists of values make ${replicas}; give one or as many.`,
  );
}

/** @throws FileError for an array of a shape that the model does not know */
export function wrongShape({ name }: InputFile, shape: readonly number[], known: string): never {
  throw new FileError(`${name}: its shape is (${shape.join(", ")}${shape.length === 1 ? "," : ""}); ${known}.`);
}
