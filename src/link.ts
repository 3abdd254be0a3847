// A run with all that was done to it, as the text behind the # of a page's address: seed, parameters, changes on the way, step.
// Whoever follows the link has the same state bit for bit, in the browser, in Node or on the reference.
//
//   ising#v=2&seed=42&size=512,512&temperature=2.2&at=600&temperature=2.5&at=900&paint=100,120,8,1&step=1500&view.mode=walls
//
// What follows at=N is applied when the run has reached step N. `view.` is how a page shows the state; it changes nothing of it.

import type { Device } from "./device/device.ts";
import { GibbsError, ParameterError } from "./device/errors.ts";
import type { RunOptions } from "./device/run.ts";
import type { AnyModel } from "./models/index.ts";
import { createWith, type Inputs } from "./models/inputs.ts";
import type { Simulation, Stroke } from "./models/model.ts";
import { inner, metaOf, resolve } from "./models/parameters.ts";
import { OutsideError } from "./models/stroke.ts";
import { kebab, parseValue } from "./models/text.ts";
import { checkSeed } from "./random/seed.ts";

/** Links of version 1 are those of gibbs 0.1.0; what they leave unsaid is what it meant then. */
export const LINK_VERSION = 2;

/** A link cannot be read; the message says what is wrong with it. */
export class LinkError extends GibbsError {
  override name = "LinkError";
}

/** What was done to the run when it stood at `step`. */
export interface Change {
  /** Steps that the run had made. */
  step: number;
  /** Live parameters that were set, by name. */
  parameters?: Record<string, unknown>;
  /** A disc of cells that was set. */
  paint?: Stroke;
}

/** A run with all that was done to it, as a link holds it. */
export interface Link {
  /** The model's name. */
  model: string;
  /** 64 bits. */
  seed: bigint;
  /** As given; the others have their defaults. */
  parameters: Record<string, unknown>;
  /** In the order in which they were made. */
  changes: Change[];
  /** Steps of the run. */
  step: number;
  /** How a page shows the state, by option; it changes nothing of the run. */
  view: Record<string, string>;
  /** Files that it begins with, which no text holds. */
  inputs?: Inputs;
}

/** Links beyond this are no links any more; browsers cut them, too. */
const MOST_CHARACTERS = 65_536;
const MOST_STEPS = 2 ** 32 - 1;

/**
 * The text behind the #. What is left out is as in a run that begins: seed 1, nothing changed, no steps.
 *
 * @throws LinkError if the history is too long for a link, or the run began with files; ParameterError for what is no seed or no step
 */
export function formatLink(link: Partial<Omit<Link, "model">> & Pick<Link, "model">): string {
  if (typeof link !== "object" || link === null) throw new LinkError(`${link} is no link; give { model, … }.`);
  const { seed = 1n, parameters = {}, changes = [], step = 0, view = {}, inputs = {} } = link;
  checkSeed(seed);
  if (!Number.isInteger(step) || step < 0) {
    throw new ParameterError("step", `step ${step}: it must be a whole number, 0 or more.`);
  }
  const [file] = Object.values(inputs);
  if (file) {
    throw new LinkError(
      `The run continues, but it has no link: a link cannot hold the contents of ${file.name}. Save the state instead.`,
    );
  }
  const words = [`v=${LINK_VERSION}`, `seed=${seed}`, ...pairs(parameters)];
  let at = -1;
  for (const change of changes) {
    if (change.step !== at) words.push(`at=${change.step}`);
    at = change.step;
    words.push(...pairs(change.parameters ?? {}));
    if (change.paint) words.push(`paint=${Object.values(pick(change.paint)).join(",")}`);
  }
  if (step > 0) words.push(`step=${step}`);
  for (const [name, value] of Object.entries(view)) words.push(`view.${name}=${encodeURIComponent(value)}`);
  const text = words.join("&");
  if (text.length > MOST_CHARACTERS) {
    const [long] = Object.entries(parameters).filter(([, value]) => String(value).length > MOST_CHARACTERS / 2);
    throw new LinkError(
      long
        ? `The run continues, but it has no link: ${long[0]} alone has ${String(long[1]).length} characters, and a link at most ${MOST_CHARACTERS}. Save the state instead.`
        : "The run's history is too long for a link: save the state instead, or start a new run.",
    );
  }
  return text;
}

/** Values of parameters from their texts, of any length. @throws LinkError */
export function readValues(model: AnyModel, values: Record<string, string>): Record<string, unknown> {
  const link: Link = { model: model.name, seed: 1n, parameters: {}, changes: [], step: 0, view: {} };
  const reader = new Reader(link, model);
  for (const [name, value] of Object.entries(values)) reader.read(name, value);
  check(link, model.parameters);
  return link.parameters;
}

const pick = ({ x, y, radius, value }: Stroke) => ({ x, y, radius, value });

const pairs = (values: Record<string, unknown>) =>
  Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(String(value)).replaceAll("%2C", ",")}`);

/**
 * Reads a whole address (the model is the last folder of its path), `MODEL#…`, or with `model` only what stands behind the #. The
 * model is one of those that are known: a page knows its own.
 *
 * @throws LinkError
 */
export function readLink(text: string, models: readonly AnyModel[], model?: string): Link {
  if (typeof text !== "string") throw new LinkError(`A link is a text, not ${text}.`);
  if (text.length > MOST_CHARACTERS) {
    throw new LinkError(`The link has ${text.length} characters; the longest that is read has ${MOST_CHARACTERS}.`);
  }
  const hash = text.indexOf("#");
  const named = model ?? modelOf(hash < 0 ? text : text.slice(0, hash));
  const words = model !== undefined && hash < 0 ? text : hash < 0 ? "" : text.slice(hash + 1);
  const declared = models.find(({ name }) => name === named);
  if (!declared) {
    const known = models.map(({ name }) => name).join(", ");
    throw new LinkError(
      `There is no model ${quote(named)}; there are ${known}. A link looks like ising#v=${LINK_VERSION}&temperature=2.`,
    );
  }
  const link: Link = { model: named, seed: 1n, parameters: {}, changes: [], step: 0, view: {} };
  if (words === "") return link;
  const reader = new Reader(link, declared);
  for (const [name, value] of new URLSearchParams(words)) reader.read(name, value);
  reader.finish();
  check(link, declared.parameters);
  return link;
}

function modelOf(address: string): string {
  const path = address.replace(/[?].*$/, "").replace(/\/(index\.html)?$/, "");
  return path.slice(path.lastIndexOf("/") + 1);
}

class Reader {
  readonly #link: Link;
  readonly #fields: Record<string, Parameters<typeof metaOf>[0]>;
  readonly #seen = new Set<string>();
  #at: number | undefined;
  readonly #unsaid: AnyModel["unsaid"];
  #version: number | undefined;

  constructor(link: Link, { parameters, unsaid }: AnyModel) {
    this.#link = link;
    this.#fields = parameters.shape;
    this.#unsaid = unsaid;
  }

  read(name: string, value: string): void {
    const link = this.#link;
    if (name === "v") {
      if (value !== "1" && value !== String(LINK_VERSION)) {
        throw new LinkError(
          `v=${quote(value)}: this gibbs reads links of versions 1 and ${LINK_VERSION}; take a newer gibbs or make the link again.`,
        );
      }
      this.#version = Number(value);
    } else if (name === "seed") link.seed = this.#once("seed", () => seedOf(value));
    else if (name === "step") link.step = this.#once("step", () => stepOf("step", value));
    else if (name === "at") this.#section(stepOf("at", value));
    else if (name === "paint") this.#paint(value);
    else if (name.startsWith("view.") && /^view\.[a-z]{1,20}$/.test(name))
      link.view[name.slice(5)] = value.slice(0, 100);
    else this.#parameter(name, value);
  }

  finish(): void {
    if (this.#version === undefined)
      throw new LinkError(`The link does not say its version; begin it with v=${LINK_VERSION}.`);
    this.#link.parameters = { ...this.#unsaid?.[this.#version], ...this.#link.parameters };
    const last = this.#link.changes.at(-1);
    if (last && last.step > this.#link.step) {
      throw new LinkError(
        `at=${last.step}: the run ends before that, at step ${this.#link.step}; changes come up to step=N.`,
      );
    }
  }

  #section(step: number): void {
    if (step < (this.#at ?? 0))
      throw new LinkError(`at=${step} comes behind at=${this.#at}: put changes in the order of their steps.`);
    this.#at = step;
    this.#forget();
  }

  #parameter(given: string, text: string): void {
    const name = Object.keys(this.#fields).find((field) => field === given || kebab(field) === given);
    if (name === undefined) {
      const known = Object.keys(this.#fields).join(", ");
      throw new LinkError(`There is no parameter ${quote(given)} in ${this.#link.model}; it has ${known}.`);
    }
    const value = this.#once(name, () => {
      try {
        // A text is what the model makes of it; what should be a number is shortened for the message.
        const field = this.#fields[name];
        return parseValue(name, field, inner(field).type === "string" ? text : printable(text));
      } catch (error) {
        throw error instanceof ParameterError ? new LinkError(error.message) : error;
      }
    });
    if (Array.isArray(value) && metaOf(this.#fields[name]).batch && inner(this.#fields[name]).type === "number") {
      throw new LinkError(`${name}=${quote(text)}: a link is one run; give one value.`);
    }
    if (this.#at === undefined) {
      this.#link.parameters[name] = value;
      return;
    }
    const last = this.#link.changes.at(-1);
    if (last?.step === this.#at && !last.paint) last.parameters = { ...last.parameters, [name]: value };
    else this.#link.changes.push({ step: this.#at, parameters: { [name]: value } });
  }

  #paint(text: string): void {
    const numbers = text.split(",").map(Number);
    if (!/^\d+,\d+,\d+,-?\d+$/.test(text) || !numbers.every(Number.isSafeInteger)) {
      throw new LinkError(`paint=${quote(text)}: it is x,y,radius,value in whole cells, as in paint=100,120,8,1.`);
    }
    const [x, y, radius, value] = numbers;
    this.#link.changes.push({ step: this.#at ?? 0, paint: { x, y, radius, value } });
    this.#at ??= 0;
    this.#forget(); // a parameter may change again after the stroke
  }

  /** Each section may name every parameter once; seed and step belong to none. */
  #forget(): void {
    for (const name of Object.keys(this.#fields)) this.#seen.delete(name);
  }

  #once<T>(name: string, read: () => T): T {
    if (this.#seen.has(name)) throw new LinkError(`${name} is given twice; once is enough.`);
    this.#seen.add(name);
    return read();
  }
}

function check(link: Link, schema: Parameters<typeof resolve>[1]): void {
  try {
    for (const [name, value] of Object.entries(link.parameters)) {
      if (value !== "given") continue;
      const what = name === "start" ? "spins" : "a file";
      const { choices = [] } = metaOf(schema.shape[name]);
      throw new LinkError(`${name}=given: a link cannot hold ${what}; take ${choices.join(" or ")}.`);
    }
    resolve(link.model, schema, link.parameters);
    for (const { parameters } of link.changes) {
      for (const name of Object.keys(parameters ?? {})) {
        if (metaOf(schema.shape[name]).live) continue;
        const live = Object.keys(schema.shape).filter((field) => metaOf(schema.shape[field]).live);
        throw new LinkError(`${name} cannot change in a run; ${live.join(", ")} can.`);
      }
      resolve(link.model, schema, { ...link.parameters, ...parameters });
    }
  } catch (error) {
    throw error instanceof ParameterError ? new LinkError(printable(error.message)) : error;
  }
}

function seedOf(text: string): bigint {
  if (/^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n) return BigInt(text);
  throw new LinkError(`seed=${quote(text)}: it is a whole number from 0 to 18446744073709551615.`);
}

function stepOf(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= MOST_STEPS) return Number(text);
  throw new LinkError(`${name}=${quote(text)}: it is a whole number of steps from 0 to ${MOST_STEPS}.`);
}

/** Text of unknown origin for a message: short, without control characters or what turns the writing direction. */
const quote = (text: string) => `"${printable(text)}"`;
const printable = (text: string) => {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
  return plain.length > 200 ? `${plain.slice(0, 60)}…` : plain;
};

/** A brush may miss the picture, which pages noted once: nothing changes, and the answer is false. @throws ParameterError for what is no stroke */
export async function paintOn(simulation: Simulation, stroke: Stroke): Promise<boolean> {
  try {
    await simulation.paint!(stroke);
    return true;
  } catch (error) {
    if (error instanceof OutsideError) return false;
    throw error;
  }
}

/**
 * Makes the run of a link: create, run, change, paint, up to its step.
 *
 * @throws ParameterError for what this device cannot hold, LinkError, the signal's reason, DeviceLostError.
 */
export async function followLink(
  device: Device,
  link: Link,
  model: AnyModel,
  options: RunOptions = {},
): Promise<Simulation> {
  const simulation: Simulation = await createWith(model, device, link);
  const runTo = async (step: number) => {
    const before = simulation.steps;
    const { signal, onProgress } = options;
    const total = link.step;
    await simulation.run(step - before, {
      signal,
      onProgress: ({ done }) => onProgress?.({ done: before + done, total }),
    });
  };
  try {
    for (const { step, parameters, paint } of link.changes) {
      await runTo(step);
      if (parameters) await simulation.set(parameters);
      if (paint && !simulation.paint) throw new LinkError(`paint: the model "${link.model}" cannot be painted on.`);
      if (paint) await paintOn(simulation, paint);
    }
    await runTo(link.step);
    return simulation;
  } catch (error) {
    simulation[Symbol.dispose]();
    throw error;
  }
}
