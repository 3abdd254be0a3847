// A network as a safetensors file, with names and shapes as PyTorch has them:
//
//   layers.{l}.weight [width, inputs]   layers.{l}.time.weight [width, 32]   layers.{l}.class.weight [width, classes + 1]
//   layers.{l}.bias [width]             out.weight [dimension, width]        out.bias [dimension]
//   centre [dimension]                  decoder.mean [side²]                 decoder.components [dimension, side²]
//
// and texts: sigma_data, data (what it was trained on), classes. The last column of class.weight is of no class. A network of scaled data
// has unit, as JSON {"centre": […], "scale": […]}: number i of a sample is centre[i] + scale[i] · x, where the network sees x. class_names
// and pixels, as JSON, are what the classes are called, and how a sample's own numbers are a picture.

import * as z from "zod";
import { ParameterError } from "../device/errors.ts";
import {
  readSafetensors,
  SafetensorsError,
  safetensorsMetadata,
  type Tensor,
  type WrittenTensor,
  writeSafetensors,
} from "../files/safetensors.ts";
import { LARGEST, SMALLEST } from "./sample.ts";
import { conditionsOf, type Decoder, FEATURES, type Network, type NetworkShape, offsetsOf } from "./shape.ts";

/** Units of a layer are a multiple of this. */
const UNITS = 16;

/** The tensors of a shape: where each value stands among the parameters, at [row][column]. */
function layout(shape: NetworkShape): Record<string, { shape: number[]; at: (row: number, column: number) => number }> {
  const { dimension, width, classes } = shape;
  const { layers, output, bias } = offsetsOf(shape);
  const transposed = (first: number) => (unit: number, input: number) => first + input * width + unit;
  const tensors = layers.flatMap(({ weights, inputs, conditions }, l) => {
    const constant = conditions + (conditionsOf(shape) - 1) * width;
    const classWeights = conditions + FEATURES * width;
    return [
      [`layers.${l}.weight`, { shape: [width, inputs], at: transposed(weights) }],
      [`layers.${l}.bias`, { shape: [width], at: (unit: number) => constant + unit }],
      [`layers.${l}.time.weight`, { shape: [width, FEATURES], at: transposed(conditions) }],
      ...(classes > 0
        ? [[`layers.${l}.class.weight`, { shape: [width, classes + 1], at: transposed(classWeights) }]]
        : []),
    ];
  });
  return Object.fromEntries([
    ...tensors,
    ["out.weight", { shape: [dimension, width], at: (d: number, unit: number) => output + d * width + unit }],
    ["out.bias", { shape: [dimension], at: (d: number) => bias + d }],
  ]);
}

/**
 * The network as a safetensors file.
 *
 * @param options How it is written.
 * @param options.half Weights in 16 bits: half the bytes, three digits; centre and decoder's mean stay in 32.
 * @param options.metadata More texts.
 */
export function networkFile(
  network: Network,
  { half = false, metadata = {} }: { half?: boolean; metadata?: Record<string, string> } = {},
): Uint8Array {
  const { shape, parameters, centre, deviation, data, decoder, unit, classNames, pixels } = network;
  const dtype = half ? ("F16" as const) : ("F32" as const);
  const tensors: Record<string, WrittenTensor> = {};
  for (const [name, { shape: sides, at }] of Object.entries(layout(shape))) {
    const [rows, columns = 1] = sides;
    const values = Float32Array.from(
      { length: rows * columns },
      (_, i) => parameters[at(Math.floor(i / columns), i % columns)],
    );
    tensors[name] = { shape: sides, data: values, dtype };
  }
  tensors.centre = { shape: [shape.dimension], data: centre };
  if (decoder) {
    const pixels = decoder.side ** 2;
    tensors["decoder.mean"] = { shape: [pixels], data: decoder.mean };
    tensors["decoder.components"] = { shape: [shape.dimension, pixels], data: decoder.components, dtype };
  }
  const own = {
    model: "gibbs diffusion-training",
    sigma_data: String(deviation),
    data,
    classes: String(shape.classes),
  };
  const more = {
    ...(unit ? { unit: JSON.stringify({ centre: [...unit.centre], scale: [...unit.scale] }) } : {}),
    ...(classNames ? { class_names: JSON.stringify(classNames) } : {}),
    ...(pixels ? { pixels: JSON.stringify(pixels) } : {}),
  };
  return writeSafetensors(tensors, { ...own, ...more, ...metadata });
}

/**
 * Reads a denoising network from a safetensors file that `networkFile` or `gibbs train` wrote.
 *
 * @throws ParameterError naming the tensor or text of the file that is missing, of the wrong shape, or not
 *   finite
 */
export function readNetwork(file: Uint8Array): Network {
  const { tensors, metadata } = contents(file);
  const shape = shapeOf(tensors);
  const expected = layout(shape);
  const known = [...Object.keys(expected), "centre", "decoder.mean", "decoder.components"];
  const foreign = Object.keys(tensors).find((name) => !known.includes(name));
  if (foreign !== undefined) {
    const own = known.slice(0, -2).join(", ");
    throw wrong(`the tensor ${foreign} is none of this network's with ${shape.layers} layers; it has ${own}`);
  }
  const parameters = new Float32Array(offsetsOf(shape).count);
  for (const [name, { shape: sides, at }] of Object.entries(expected)) {
    const [, columns = 1] = sides;
    tensor(tensors, name, sides).forEach((value, i) => {
      parameters[at(Math.floor(i / columns), i % columns)] = value;
    });
  }
  if (metadata.classes !== undefined && Number(metadata.classes) !== shape.classes) {
    throw wrong(
      `the text "classes" says ${metadata.classes}, and layers.0.class.weight has ${shape.classes} and one column for none`,
    );
  }
  const deviation = Number(metadata.sigma_data);
  if (metadata.sigma_data === undefined || !(deviation > 0 && Number.isFinite(deviation))) {
    const found = metadata.sigma_data === undefined ? "is missing" : `is "${metadata.sigma_data}"`;
    throw wrong(
      `the text "sigma_data" ${found}; it is the standard deviation of the data that the network was trained on, above 0. Add it to the file's metadata`,
    );
  }
  const decoder = decoderOf(tensors, shape);
  const { dimension, classes } = shape;
  const unit = json(metadata, "unit", unitSchema(dimension));
  const classNames = json(metadata, "class_names", z.array(z.string()).length(classes));
  const pixels = json(metadata, "pixels", pixelsSchema(dimension));
  return {
    ...{ shape, parameters, deviation, centre: tensor(tensors, "centre", [shape.dimension]) },
    data: metadata.data ?? "",
    ...(unit ? { unit: { centre: Float64Array.from(unit.centre), scale: Float64Array.from(unit.scale) } } : {}),
    ...(classNames ? { classNames } : {}),
    ...(pixels ? { pixels } : {}),
    ...(decoder ? { decoder } : {}),
  };
}

const unitSchema = (dimension: number) =>
  z.object({
    centre: z.array(z.number().min(-LARGEST).max(LARGEST)).length(dimension),
    scale: z.array(z.union([z.literal(0), z.number().min(SMALLEST).max(LARGEST)])).length(dimension),
  });

const pixelsSchema = (dimension: number) =>
  z
    .object({
      ...{ width: z.int().min(1), height: z.int().min(1), channels: z.union([z.literal(1), z.literal(3)]) },
      range: z.tuple([z.number(), z.number()]),
    })
    .refine(({ width, height, channels }) => width * height * channels === dimension);

/** A text of the file that is JSON. @throws ParameterError where it does not fit the tensors */
function json<T>(metadata: Record<string, string>, name: string, schema: z.ZodType<T>): T | undefined {
  if (metadata[name] === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(metadata[name]));
  } catch {
    throw wrong(`the text "${name}" is no JSON that fits the tensors: ${metadata[name].slice(0, 60)}`);
  }
}

/** What is wrong with the file is wrong with the parameter. */
const wrong = (what: string) =>
  new ParameterError(
    "denoiser",
    `denoiser: ${what}. gibbs run diffusion-training --out FILE.safetensors writes such files.`,
  );

function contents(file: Uint8Array) {
  try {
    return { tensors: readSafetensors(file), metadata: safetensorsMetadata(file) };
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new ParameterError("denoiser", `denoiser: ${error.message}`);
  }
}

/** A tensor's values, if it is there, of that shape, and all are finite. */
function tensor(tensors: Record<string, Tensor>, name: string, sides: readonly number[]): Float32Array {
  const found = tensors[name];
  if (!found) throw wrong(`the tensor ${name} is missing; it has the shape ${sides.join(" × ")}`);
  if (`${found.shape}` !== `${sides}`) {
    throw wrong(
      `the tensor ${name} is ${found.shape.join(" × ") || "a number"}; with the others it is ${sides.join(" × ")}`,
    );
  }
  const bad = found.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw wrong(`value ${bad} of the tensor ${name} is ${found.data[bad]}; all must be finite. Train it again`);
  return found.data;
}

/** The shape that the tensors speak of. */
function shapeOf(tensors: Record<string, Tensor>): NetworkShape {
  const sides = (name: string, count: number, what: string) => {
    const { shape } = tensors[name] ?? {};
    if (!shape) throw wrong(`the tensor ${name} is missing; it has the shape ${what}`);
    if (shape.length !== count || shape.some((side) => side < 1)) {
      throw wrong(`the tensor ${name} is ${shape.join(" × ") || "a number"}; its shape is ${what}`);
    }
    return shape;
  };
  const [dimension] = sides("centre", 1, "dimension");
  const [width] = sides("layers.0.weight", 2, "width × inputs");
  if (width % UNITS !== 0) {
    throw wrong(
      `the tensor layers.0.weight has ${width} rows, the width, which must be a multiple of ${UNITS}. Train a network of width ${UNITS * Math.ceil(width / UNITS)}`,
    );
  }
  const classes = tensors["layers.0.class.weight"]
    ? sides("layers.0.class.weight", 2, "width × (classes + 1)")[1] - 1
    : 0;
  const names = Object.keys(tensors);
  const numbers = names.map((name) => Number(/^layers\.(\d+)\./.exec(name)?.[1] ?? 0));
  const layers = Math.min(names.length, 1 + Math.max(...numbers));
  return { dimension, width, layers, classes };
}

function decoderOf(tensors: Record<string, Tensor>, { dimension }: NetworkShape): Decoder | undefined {
  const mean = tensors["decoder.mean"];
  if (!mean && !tensors["decoder.components"]) return undefined;
  if (!mean) throw wrong("the tensor decoder.mean is missing; it has as many values as a picture has pixels");
  const side = Math.sqrt(mean.data.length);
  if (!Number.isInteger(side) || side < 1) {
    throw wrong(
      `the tensor decoder.mean has ${mean.data.length} values; pictures are square, so it is a square number`,
    );
  }
  return {
    side,
    mean: tensor(tensors, "decoder.mean", [side ** 2]),
    components: tensor(tensors, "decoder.components", [dimension, side ** 2]),
  };
}
