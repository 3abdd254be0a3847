// A model's parameters as flags of the command line.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { FileError, ParameterError } from "../../src/device/errors.ts";
import { base64url } from "../../src/files/base64.ts";
import { readLabels, readPoints } from "../../src/files/points.ts";
import { labelsText, pointsText } from "../../src/files/points-text.ts";
import { readSeries } from "../../src/files/series.ts";
import { seriesText } from "../../src/files/series-text.ts";
import { decodeText } from "../../src/files/text.ts";
import { readCells } from "../../src/files/threshold.ts";
import { hopfield } from "../../src/models/hopfield/index.ts";
import { imageText } from "../../src/models/hopfield/internal.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { type InputFile, type Inputs, inputFile, withInputs } from "../../src/models/inputs.ts";
import type { ArchivedRun } from "../../src/models/model.ts";
import { inner, metaOf, resolve } from "../../src/models/parameters.ts";
import { describeField, kebab, parseValue, schemaOf } from "../../src/models/text.ts";
import { reason } from "../files/write.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { UsageError } from "./errors.ts";
import { checkRead, type Reading, readingOf } from "./reading.ts";

export type Values = Record<string, unknown>;

export const fieldsOf = (model: AnyModel) => Object.entries<z.ZodType>(model.parameters.shape);

/** The flags of a model's parameters. In a scan each can be given several times. */
export function parameterFlags(model: AnyModel, { scan = false } = {}): Flag[] {
  return fieldsOf(model).map(([name, field]) => {
    const input = model.inputs?.[name];
    const placeholder = input ? `${choicesOf(field).join("|")}|FILE` : placeholderOf(field);
    const value = scan && !/(NAME|TEXT|FILE)$/.test(placeholder) ? `${placeholder}|FROM:TO:COUNT` : placeholder;
    const help = `${field.description ?? name} [${describeField(field)}]`;
    return {
      name,
      value,
      truth: inner(field) instanceof z.ZodBoolean,
      many: scan,
      help: input ? `${help}. FILE: ${input.description}` : help,
    };
  });
}

/** The flags of files that become arrays, where no parameter has their name. */
export const inputFlags = ({ inputs = {}, parameters }: AnyModel): Flag[] =>
  Object.entries(inputs)
    .filter(([name]) => !Object.hasOwn(parameters.shape, name))
    .map(([name, { description }]) => ({ name, value: "FILE", help: description }));

/** The flags of files that stand for whole runs, and of what chooses one of several in them. */
export const archiveFlags = ({ archives = {} }: AnyModel): Flag[] =>
  Object.entries(archives).flatMap(([name, { description, choice }]) => [
    { name, value: "FILE", help: description },
    { name: choice.name, value: "NAME", help: choice.description },
  ]);

/** The run in a file that stands for one. @throws UsageError naming what is wrong with it, or with what chooses it */
async function archivedRun({ model, given }: Files): Promise<ArchivedRun | undefined> {
  for (const [name, { read, choice }] of Object.entries(model.archives ?? {})) {
    const path = given.text(name);
    if (path !== undefined) {
      const bytes = await contentOf(name, path, undefined);
      return asUsageOf(name, () => read({ name: path, bytes }, given.text(choice.name)));
    }
    if (given.has(choice.name)) {
      throw new UsageError(
        `${kebab(choice.name)}: it chooses a part of a file, and none is given; add --${name} FILE.`,
      );
    }
  }
  return undefined;
}

/** The words that a parameter takes, in place of a file. */
/** Values that a field names. */
export const choicesOf = (field: z.ZodType) => metaOf(field).choices ?? (schemaOf(field).enum ?? []).map(String);

/** Whether what is given for this parameter is a file that becomes an array. */
const isInput = ({ inputs = {} }: AnyModel, name: string, field: z.ZodType, text: string) =>
  Object.hasOwn(inputs, name) && !(schemaOf(field).enum ?? []).includes(text);

/** Parameters as the command line gives them; files that become arrays are left out. */
export const givenFields = (model: AnyModel, given: Arguments) =>
  fieldsOf(model).filter(
    ([name, field]) => given.has(name) && !given.texts(name).some((text) => isInput(model, name, field, text)),
  );

/** Files that become arrays, by the names of the model's inputs. @throws UsageError for one that cannot be read */
export async function givenInputs(model: AnyModel, given: Arguments): Promise<Inputs> {
  const files: Record<string, InputFile> = {};
  for (const name of Object.keys(model.inputs ?? {})) {
    const field = model.parameters.shape[name] as z.ZodType | undefined;
    const texts = given.texts(name);
    if (texts.length === 0 || (field && !texts.some((text) => isInput(model, name, field, text)))) continue;
    if (texts.length > 1) throw new UsageError(`${kebab(name)}: a scan takes one file, and no other value with it.`);
    const bytes = await contentOf(name, texts[0], field && choicesOf(field));
    files[name] = await inputFile(texts[0], bytes);
  }
  return files;
}

/**
 * The parameters given on the command line, or in a file that stands for a run, checked against the schema, and notes on files; the others
 * take their defaults later. `seed`: that of such a file.
 */
export async function givenParameters(files: Files): Promise<{ values: Values; notes: string[]; seed?: bigint }> {
  const { model, given, inputs } = files;
  const values: Values = {};
  const archived = await archivedRun(files);
  const reading = readingOf(model, given, () => neuronsOf({ model, given, inputs }));
  for (const [name, field] of givenFields(model, given)) {
    const text = given.text(name)!;
    values[name] = await readValue(name, field, text, reading);
    if (Array.isArray(values[name]) && !(inner(field) instanceof z.ZodTuple)) {
      throw new ParameterError(
        name,
        `${kebab(name)} "${text}": give one value here; lists are for gibbs scan ${model.name}.`,
      );
    }
  }
  checkRead(model, reading);
  if (!archived) {
    resolve(model.name, model.parameters, values);
    return { values, notes: reading.notes };
  }
  const instead = Object.keys(values).filter((name) => Object.hasOwn(archived.parameters, name));
  const all = { ...archived.parameters, ...values };
  resolve(model.name, model.parameters, all);
  const notes = instead.map((name) => `${kebab(name)} is that of the command line, not of the file`);
  return {
    values: all,
    notes: [...archived.notes, ...notes, ...reading.notes],
    ...(archived.seed === undefined ? {} : { seed: archived.seed }),
  };
}

/** The value that a text of the command line stands for: of a file, if it names one. @throws UsageError, ParameterError */
export async function readValue(name: string, field: z.ZodType, text: string, reading: Reading): Promise<unknown> {
  const { file, choices, inline } = metaOf(field);
  // Some texts mean what they say: a name, or a law that is written out, where it is not the name of a file.
  const isLaw = choices && /[[\n]/.test(text) && !/\.[a-z]{2,4}$/i.test(text) && !existsSync(text);
  const isInline = inline && !isFile(text);
  if (!file || choices?.includes(text) || isLaw || isInline) return parseValue(name, field, text);
  const bytes = await contentOf(name, text, choices);
  return asUsageOf(name, async () => {
    if (file === "labels") return labelsText(readLabels(text, bytes));
    if (file === "points") {
      const points = readPoints(text, bytes, reading.choice);
      reading.read++;
      reading.notes.push(...points.notes);
      return pointsText(points);
    }
    if (file === "series") {
      const series = readSeries(text, bytes, reading.choice);
      reading.read++;
      reading.notes.push(...series.notes);
      return seriesText(series);
    }
    if (file === "bytes") return base64url(bytes);
    if (file === "text") return decodeText(bytes);
    const { spins, width } = await readCells(text, bytes, await reading.neurons());
    return imageText(spins, width);
  });
}

/** Whether a value that may be a text is a file, or looks as if it was meant as one. */
const isFile = (text: string) => /^[^\s@=;]+\.\w{1,5}$/.test(text) || (text.length < 4096 && existsSync(text));

interface Files {
  model: AnyModel;
  given: Arguments;
  inputs: Inputs;
}

/** Onto how many neurons a picture goes: as are given, or stored. */
export async function neuronsOf({ model, given, inputs }: Files): Promise<number> {
  const text = given.text("neurons");
  if (text !== undefined) return Number(text);
  const { neurons } = await withInputs(model, {}, inputs);
  return (neurons as number | undefined) ?? hopfield.parameters.parse({}).neurons;
}

async function contentOf(name: string, path: string, choices: readonly string[] | undefined): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const names = choices ? ` is none of ${choices.join(", ")}, and as a file it` : "";
    throw new UsageError(`${kebab(name)} "${path}"${names} cannot be read: ${reason(error)}.`);
  }
}

/** What is wrong with a file is wrong with the flag that names it. */
async function asUsageOf<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof FileError ? new UsageError(`${kebab(name)}: ${error.message}`) : error;
  }
}

function placeholderOf(field: z.ZodType): string {
  const kind = inner(field);
  if (kind instanceof z.ZodTuple) return (kind.def.items as z.ZodType[]).map(placeholderOf).join(",");
  const { file, choices, inline } = metaOf(field);
  if (inline) return "TEXT|FILE";
  if (file) return choices ? `${choices.join("|")}|FILE` : "FILE";
  if (kind instanceof z.ZodString) return "TEXT";
  if (kind instanceof z.ZodBoolean) return "true|false";
  return kind instanceof z.ZodNumber ? "X" : "NAME";
}
