// What the host knows of the WGSL: the bindings of a kernel, and where the fields of a struct lie. scripts/wgsl.js works it out of the
// shader files when Vite loads them, so that it is said once, in the shader.

import layouts from "virtual:gibbs/layouts";
import { shaderParts } from "./shader.ts";

/** `step` is a uniform with a dynamic offset: what differs between the dispatches of one submission. In WGSL it has this name, too. */
export type Binding = "storage" | "read-only-storage" | "uniform" | "step";

type Scalar = "u32" | "i32" | "f32";

/** The type of its scalars, its place in bytes, and scalars side by side; of an array also elements, and bytes from one to the next. */
type Field = readonly [name: string, scalar: Scalar, offset: number, width: number, count?: number, stride?: number];

/** A variable of a shader file; of a uniform, and of a table of structs that is read, with bytes and fields of the struct. */
export interface Variable {
  binding: number;
  kind: Binding;
  size?: number;
  fields?: readonly Field[];
}

/** Names are those of the WGSL in camel case: `first_replica` is `firstReplica`. */
export type Layout = Readonly<Record<string, Variable>>;

/** By the names of fields: a number, or the scalars of a vector or an array one after another; true and false are 1 and 0. */
export type Values = Readonly<Record<string, number | boolean | ArrayLike<number>>>;

const KINDS = { r: "read-only-storage", w: "storage", u: "uniform", s: "step" } as const;
const SCALARS = { u: "u32", i: "i32", f: "f32" } as const;
const FIELD = /^(\w+):([uif])(\d?)(?:@(\d+))?(?:\*(\d+)\/(\d+))?$/;

/** From what `encoded` of scripts/wgsl.js writes. */
export function decoded(text: string): Layout {
  const variables = text.split(",").map((variable): [string, Variable] => {
    const [name, bound, size, ...fields] = variable.split(" ");
    const place = { binding: Number(bound.slice(1)), kind: KINDS[bound[0] as keyof typeof KINDS] };
    if (!size) return [name, place];
    let end = 0;
    const own = fields.map((field): Field => {
      const [, key, scalar, wide, at, count, stride] = FIELD.exec(field)!;
      const [offset, width] = [Number(at ?? end), Number(wide || 1)];
      end = offset + 4 * width;
      const array = count ? ([Number(count), Number(stride)] as const) : ([] as const);
      return [key, SCALARS[scalar as keyof typeof SCALARS], offset, width, ...array];
    });
    return [name, { ...place, size: Number(size), fields: own }];
  });
  return Object.fromEntries(variables);
}

const files = new Map<string, Layout>();

/** The variables that a shader file declares itself. */
function ownLayout(shader: string): Layout {
  const layout = files.get(shader) ?? (layouts[shader] ? decoded(layouts[shader]) : {});
  files.set(shader, layout);
  return layout;
}

/** The variables of a shader module: those of the file, and of all that it and what is `generated` to go before it require. */
export async function layoutOf(shader: string, generated = ""): Promise<Layout> {
  return Object.assign({}, ...(await shaderParts(shader, undefined, generated)).map(ownLayout));
}

const structs = new WeakMap<Variable, Struct>();

/** The struct of a variable, the same one each time. @throws TypeError where it has none of numbers alone */
export function structFor(title: string, variable: Variable | undefined): Struct {
  if (!variable?.fields) throw new TypeError(`${title} is no struct of numbers, vectors and arrays`);
  const struct = structs.get(variable) ?? new Struct(title, variable.size!, variable.fields);
  structs.set(variable, struct);
  return struct;
}

/** The struct of a uniform, or of the rows of a table, that a shader file itself declares. @throws TypeError where it declares none */
export const structOf = (shader: string, name: string): Struct =>
  structFor(`${name} in shaders/${shader}`, ownLayout(shader)[name]);

/** The same memory as each kind of words. */
export class Words {
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;

  constructor(bytes: number) {
    this.u32 = new Uint32Array(bytes / 4);
    this.i32 = new Int32Array(this.u32.buffer);
    this.f32 = new Float32Array(this.u32.buffer);
  }
}

/** Whether a number is of a type. An f32 may round it, but not to infinity. */
const IS = {
  u32: (value: number) => value >>> 0 === value,
  i32: (value: number) => (value | 0) === value,
  f32: (value: number) => Number.isFinite(Math.fround(value)),
};

/** Writes a struct by the names of its fields: all of them, and no others. */
export class Struct {
  /** Bytes. */
  readonly size: number;
  readonly #title: string;
  readonly #fields: readonly { name: string; scalar: Scalar; places: readonly number[]; single: boolean }[];

  constructor(title: string, size: number, fields: readonly Field[]) {
    this.size = size;
    this.#title = title;
    this.#fields = fields.map(([name, scalar, offset, width, count = 1, stride = 0]) => {
      const place = (i: number) => (offset + stride * Math.floor(i / width)) / 4 + (i % width);
      const places = Array.from({ length: count * width }, (_, i) => place(i));
      return { name, scalar, places, single: places.length === 1 };
    });
  }

  /** One struct. @throws RangeError for a field that is missing or unknown, and for a value that is not of its type */
  write(values: Values): Uint32Array<ArrayBuffer> {
    return this.table([values]);
  }

  /** One after another. @throws RangeError as `write` */
  table(rows: readonly Values[]): Uint32Array<ArrayBuffer> {
    const words = new Words(this.size * rows.length);
    rows.forEach((values, row) => {
      this.put(values, words, (this.size / 4) * row);
    });
    return words.u32 as Uint32Array<ArrayBuffer>;
  }

  /** Writes one from a word on; true if any word changed. @throws RangeError as `write`, and then nothing is written */
  put(values: Values, words: Words, at: number): boolean {
    this.#check(values);
    let changed = false;
    for (const { name, scalar, places } of this.#fields) {
      const value = values[name];
      for (let i = 0; i < places.length; i++) {
        const number = Number(typeof value === "object" ? value[i] : value);
        const place = at + places[i];
        const before = words.u32[place];
        words[scalar][place] = number;
        if (words.u32[place] !== before) changed = true;
      }
    }
    return changed;
  }

  /** @throws RangeError */
  #check(values: Values): void {
    for (const { name, scalar, places, single } of this.#fields) {
      const value = values[name];
      if (value === undefined) throw this.#refusal(`${name} is missing`);
      if (typeof value === "object") {
        if (value.length !== places.length)
          throw this.#refusal(`${name} has ${places.length} numbers, not ${value.length}`);
      } else if (!single) throw this.#refusal(`${name} has ${places.length} numbers`);
      for (let i = 0; i < places.length; i++) {
        const number = Number(typeof value === "object" ? value[i] : value);
        if (!IS[scalar](number)) throw this.#refusal(`${name}: ${number} is no ${scalar}`);
      }
    }
    let given = 0;
    for (const _ in values) given++;
    if (given === this.#fields.length) return;
    const names = this.#fields.map(({ name }) => name);
    const unknown = Object.keys(values).filter((name) => !names.includes(name));
    throw this.#refusal(`it has no ${unknown.join(" and no ")}, but ${names.join(", ")}`);
  }

  #refusal(why: string): RangeError {
    return new RangeError(`${this.#title}: ${why}`);
  }
}
