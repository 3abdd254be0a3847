// From one zod schema: checked parameter values, and messages that name the parameter, what was given, and what is allowed.

import * as z from "zod";
import { ParameterError } from "../device/errors.ts";
import { words } from "./labels.ts";

export type Schema = z.ZodObject<Record<string, z.ZodType>>;

/** What a parameter's `.meta()` carries in addition to zod's own description. */
export interface ParameterMeta {
  unit?: string;
  /** Replicas of one batch may differ in it, so that a scan over it is one dispatch. */
  batch?: boolean;
  /** It can change while the simulation runs, from one step to the next. */
  live?: boolean;
  /** What a page's slider covers, and its step; the schema allows more. */
  slider?: readonly [least: number, most: number, step: number];
  /** Values that a page offers; where a file is another, the words that are none. */
  choices?: readonly string[];
  /** Names of the parts of a tuple. */
  parts?: readonly string[];
  /** False where a page has no control for it. */
  page?: boolean;
  /** What a page calls it, where its name as words is no good. */
  label?: string;
  /** What a page calls its values, where they as words are no good: abbreviations and names of people. */
  names?: Readonly<Record<string, string>>;
  /** A page has its control in sight; of a model with none such, the first ones. The others are folded away. */
  front?: boolean;
  /** A text of so many lines. */
  lines?: number;
  /** Parameters that a page forgets when this one is chosen: it takes their place. */
  replaces?: readonly string[];
  /** It sets values of the model's own, or a sweep over them. */
  sweep?: boolean;
  /** On the command line its value is a file: one that holds the text, or a picture (PNG) or a series, points or labels (CSV, .npy) that become one, or any bytes, as base64url. */
  file?: "text" | "picture" | "series" | "points" | "labels" | "bytes";
  /** Its value may be the text itself, too, where no file has that name. */
  inline?: boolean;
}

/** A simulation's points: what each replica of the batch is set to. Without lists there is one point for all replicas. */
export interface Points<P> {
  /** The parameters, with the first point's values for those that differ. */
  parameters: P;
  /** The values of the parameters that differ between replicas, one a replica. */
  batch: Partial<Record<keyof P & string, number[]>>;
}

/** An integer from `least` to `most`. */
export const integer = (least: number, most: number) =>
  z
    .int({ error: "it must be a whole number" })
    .min(least, { error: `it must be at least ${least}` })
    .max(most, { error: `it must be at most ${most}` });

/** A finite number from `least` to `most`. */
export const number = (least: number, most: number) =>
  z
    .number({ error: "it must be a finite number" })
    .min(least, { error: `it must be at least ${least}` })
    .max(most, { error: `it must be at most ${most}` });

export const metaOf = (schema: z.ZodType): ParameterMeta => (schema.meta() ?? {}) as ParameterMeta;

/** The same parameter, with its control in sight on a page. */
export const inFront = <T extends z.ZodType>(field: T): T => field.meta({ ...field.meta(), front: true });

/** What a page calls the values that a parameter chooses from, and those of the parts of a list: by value. */
export function valueLabels(field: z.ZodType): Record<string, string> {
  const { names = {}, choices = [] } = metaOf(field);
  const kinds = inner(field) instanceof z.ZodTuple ? (inner(field) as z.ZodTuple).def.items : [inner(field)];
  const values = kinds.flatMap((kind) => (kind instanceof z.ZodEnum ? kind.options.map(String) : []));
  const named = choices.filter((choice) => /^[a-z][\w-]*$/i.test(choice));
  const own = [...values, ...named].map((value) => [value, words(value)]);
  return { ...Object.fromEntries(own), ...names };
}

/** A parameter's schema; undefined for a name that every object has, such as "constructor", too. */
const fieldOf = <S extends Schema>(schema: S, name: string): z.ZodType | undefined =>
  Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;

/** The schema below `.default()` and `.optional()`. */
export function inner(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
    ? inner(schema.unwrap() as z.ZodType)
    : schema;
}

/**
 * Checks parameters against a model's schema and fills in defaults. One value for a pair applies to both. A list for a
 * parameter that batches gives each replica its own value.
 *
 * @throws ParameterError naming the first culprit.
 */
export function resolve<S extends Schema>(model: string, schema: S, given: object): Points<z.output<S>> {
  const values: Record<string, unknown> = { ...given };
  const batch: Record<string, number[]> = {};
  for (const [name, value] of Object.entries(values)) {
    const field = fieldOf(schema, name);
    if (!field) {
      throw new ParameterError(
        name,
        `${model} has no parameter ${show(name)}; it has ${Object.keys(schema.shape).join(", ")}.`,
      );
    }
    const kind = inner(field);
    if (kind instanceof z.ZodTuple && (typeof value === "number" || typeof value === "string"))
      values[name] = kind.def.items.map(() => value);
    if (!(kind instanceof z.ZodTuple) && (Array.isArray(value) || ArrayBuffer.isView(value))) {
      const list = Array.from(value as ArrayLike<number>);
      if (!metaOf(field).batch) fail(name, value, `it takes one value, not a list`);
      if (list.length === 0) fail(name, value, "the list is empty");
      for (const element of list) check(name, field, element);
      batch[name] = list;
      values[name] = list[0];
    }
  }
  for (const [name, field] of Object.entries(schema.shape)) values[name] = check(name, field, values[name]);
  const counts = new Set(Object.values(batch).map((list) => list.length));
  if (counts.size > 1) {
    const lengths = Object.entries(batch).map(([name, list]) => `${name} ${list.length}`);
    throw new ParameterError(
      Object.keys(batch)[0],
      `lists must be equally long, one value a replica: ${lengths.join(", ")}.`,
    );
  }
  return { parameters: values as z.output<S>, batch: batch as Points<z.output<S>>["batch"] };
}

function check(name: string, field: z.ZodType, value: unknown): unknown {
  if (value === undefined && field.safeParse(undefined).success === false) fail(name, value, "it is required");
  const result = field.safeParse(value);
  if (!result.success) fail(name, value, result.error.issues[0].message, field);
  return result.data;
}

function fail(name: string, value: unknown, why: string, field?: z.ZodType): never {
  const help = field?.description ? ` (${field.description})` : "";
  throw new ParameterError(name, `${name} ${show(value)}: ${why}${help}.`);
}

/** The value as a message has it: short, and of objects only what they are. */
function show(value: unknown): string {
  const plain = (each: unknown) => {
    if (typeof each === "string") return `"${each.length > 200 ? `${each.slice(0, 60)}…` : each}"`;
    return typeof each === "object" && each !== null ? Object.prototype.toString.call(each) : String(each).slice(0, 60);
  };
  if (!Array.isArray(value)) return plain(value);
  return value.length > 8 ? `${value.slice(0, 8).map(plain)}, …` : value.map(plain).join(",");
}

/**
 * The points after a change in the middle of a run. A changed parameter is the same for all replicas.
 *
 * @throws ParameterError for a bad value, and for a parameter that is fixed when the simulation is made.
 */
export function changePoints<S extends Schema>(
  model: string,
  schema: S,
  { parameters, batch }: Points<z.output<S>>,
  changes: object,
): Points<z.output<S>> {
  const live = Object.keys(schema.shape).filter((name) => metaOf(schema.shape[name]).live);
  for (const [name, value] of Object.entries(changes)) {
    const field = fieldOf(schema, name);
    if (field && !live.includes(name)) {
      const others = live.length > 0 ? `in a run ${live.join(", ")} can change` : "start another";
      throw new ParameterError(name, `${name} is fixed when a run begins; ${others}.`);
    }
    if (field && Array.isArray(value) && !(inner(field) instanceof z.ZodTuple)) {
      throw new ParameterError(name, `${name}: a change in a run takes one value for all replicas, not a list.`);
    }
  }
  const { parameters: changed } = resolve(model, schema, { ...parameters, ...changes });
  const kept = Object.entries(batch).filter(([name]) => !Object.hasOwn(changes, name));
  return { parameters: changed, batch: Object.fromEntries(kept) as Points<z.output<S>>["batch"] };
}

/** The parameters of one replica. */
export function parametersOf<P>({ parameters, batch }: Points<P>, replica: number): P {
  const own = Object.entries<number[] | undefined>(batch).map(([name, list]) => [name, list?.[replica]]);
  return { ...parameters, ...Object.fromEntries(own) };
}
