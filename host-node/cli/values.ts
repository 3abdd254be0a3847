// A model's parameters as flags of the command line.

import { readFileSync } from "node:fs";
import * as z from "zod";
import { FileError, ParameterError } from "../../src/device/errors.ts";
import { readPng } from "../../src/files/png.ts";
import { readSeries } from "../../src/files/series.ts";
import { imageText } from "../../src/models/hopfield/image.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { inner, metaOf, resolve } from "../../src/models/parameters.ts";
import { seriesText } from "../../src/models/reservoir/series-text.ts";
import { describeField, kebab, parseValue } from "../../src/models/text.ts";
import { reason } from "../files/write.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { UsageError } from "./errors.ts";

export type Values = Record<string, unknown>;

export const fieldsOf = (model: AnyModel) => Object.entries<z.ZodType>(model.parameters.shape);

/** The flags of a model's parameters. In a scan each can be given several times. */
export function parameterFlags(model: AnyModel, { scan = false } = {}): Flag[] {
  return fieldsOf(model).map(([name, field]) => {
    const placeholder = placeholderOf(field);
    const value = scan && !/(NAME|TEXT|FILE)$/.test(placeholder) ? `${placeholder}|FROM:TO:COUNT` : placeholder;
    return { name, value, many: scan, help: `${field.description ?? name} [${describeField(field)}]` };
  });
}

/** The parameters given on the command line, checked against the schema; the others take their defaults later. */
export function givenParameters(model: AnyModel, given: Arguments): Values {
  const values: Values = {};
  for (const [name, field] of fieldsOf(model)) {
    const text = given.text(name);
    if (text === undefined) continue;
    values[name] = readValue(name, field, text);
    if (Array.isArray(values[name]) && !(inner(field) instanceof z.ZodTuple)) {
      throw new ParameterError(
        name,
        `${kebab(name)} "${text}": give one value here; lists are for gibbs scan ${model.name}.`,
      );
    }
  }
  resolve(model.name, model.parameters, values);
  return values;
}

/** The value that a text of the command line stands for: of a file, if it names one. @throws UsageError, ParameterError */
export function readValue(name: string, field: z.ZodType, text: string): unknown {
  const { file, choices } = metaOf(field);
  // Some texts mean what they say: a name, or a law that is written out.
  if (!file || choices?.includes(text) || (choices && /[[\n]/.test(text))) return parseValue(name, field, text);
  try {
    const bytes = readFileSync(text);
    if (file === "series") return seriesText(readSeries(text, bytes));
    if (file === "bytes") return bytes.toString("base64url");
    return file === "text" ? bytes.toString("utf8") : imageOf(bytes);
  } catch (error) {
    if (error instanceof FileError) throw new UsageError(`${kebab(name)}: ${error.message}`);
    const names = choices ? ` is none of ${choices.join(", ")}, and as a file it` : "";
    throw new UsageError(`${kebab(name)} "${text}"${names} cannot be read: ${reason(error)}.`);
  }
}

/** A PNG as black and white: what is lighter than the middle is up, as in the pictures that runs write. */
function imageOf(bytes: Uint8Array): string {
  const { width, data } = readPng(bytes);
  return imageText(
    Array.from(data, (value) => (value >= 128 ? 1 : -1)),
    width,
  );
}

function placeholderOf(field: z.ZodType): string {
  const kind = inner(field);
  if (kind instanceof z.ZodTuple) return (kind.def.items as z.ZodType[]).map(placeholderOf).join(",");
  const { file, choices } = metaOf(field);
  if (file) return choices ? `${choices.join("|")}|FILE` : "FILE";
  if (kind instanceof z.ZodString) return "TEXT";
  return kind instanceof z.ZodNumber ? "X" : "NAME";
}
