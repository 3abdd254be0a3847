// Networks on the GPU: small ones with all stages in one dispatch, others a dispatch a layer.

import type { Kernel } from "../../../device/kernel.ts";
import { type Network, offsetsOf } from "../../../network/shape.ts";
import { classRows, conditionSums } from "./condition-sums.ts";
import type { Compiled, Part, Setting } from "./gpu-denoiser.ts";
import { BROADCAST, broadcasts, type Row, rowWgsl } from "./row-wgsl.ts";

/** Numbers of a sample up to which a network of two layers is one dispatch. */
const FEW = 8;

/** Buffers that are read in rows. */
const TABLES = ["weights", "conditions"];

/** How the fused kernel is cut: samples side by side, invocations that share them, and rows of weights. */
interface Cut {
  columns: number;
  split: number;
  row: Row;
}

/** Vectors of units at a time: a software adapter gathers activations dearly, and so makes many units of each; a GPU has registers for few. */
function rowOf({ device }: Setting, { shape }: Network, workgroup: number, fused: boolean): Row {
  const broadcast = broadcasts(device, workgroup);
  const many = (broadcast || (fused && device.info.software)) && shape.width % (4 * BROADCAST) === 0;
  return { broadcast, vectors: many ? BROADCAST : 4 };
}

/** As little as a workgroup holds at least: 16 KiB. */
function cutOf(setting: Setting, network: Network): Cut | undefined {
  const { dimension, width } = network.shape;
  const { limits, info } = setting.device;
  const cuts = [16, 8, 4].map((columns): Cut => {
    const row = rowOf(setting, network, columns, true);
    return { columns, row, split: info.software ? 1 : Math.min(8, width / (4 * row.vectors)) };
  });
  const bytes = ({ columns, row }: Cut) => 16 * columns * (dimension + width + (width / (4 * row.vectors)) * dimension);
  return cuts.find((cut) => bytes(cut) <= limits.maxComputeWorkgroupStorageSize);
}

export async function gpuNetwork(setting: Setting, network: Network): Promise<Compiled> {
  const { shape } = network;
  const guided = setting.sampling.guidance > 0;
  const cut = shape.layers === 2 && shape.dimension <= FEW && !guided ? cutOf(setting, network) : undefined;
  return cut ? gpuFused(setting, network, cut) : gpuLayers(setting, network, guided ? 2 : 1);
}

const mixed = ({ sampling }: Setting, { shape }: Network) => Number(sampling.label === -2 && shape.classes > 0);

async function gpuFused(setting: Setting, network: Network, { columns, split, row }: Cut): Promise<Compiled> {
  const { device, sampling, stride } = setting;
  const { dimension, width } = network.shape;
  const places = offsetsOf(network.shape);
  const rows = classRows(network);
  const kernel = await device.kernel({
    shader: "diffusion/fused.wgsl",
    generated: `${rowWgsl(row, TABLES)}const DIMENSIONS = ${dimension}u;\nconst WIDTH = ${width}u;\nconst COLUMNS = ${columns}u;\n`,
    entryPoint: "advance",
    constants: {
      ...{ SPLIT: split, ...setting.switches, MIXED: mixed(setting, network) },
      ...{ SECOND: places.layers[1].weights / 4, OUTPUT: places.output / 4, BIAS: places.bias / 4 },
      ...{ CLASSES_FIRST: rows[0] / 4, CLASSES_SECOND: rows[1] / 4 },
    },
  });
  const sums = conditionSums(network, sampling, 1);
  return ({ table, buffers }) => {
    const weights = table("weights", padded(network.parameters));
    const [centre, conditions] = [table("centre", network.centre), table("conditions", sums)];
    const group = kernel.bind({ ...buffers, weights, centre, conditions });
    return { kind: "fused", kernel, group, groups: Math.ceil(stride / (4 * columns)) };
  };
}

async function gpuLayers(setting: Setting, network: Network, passes: number): Promise<Compiled> {
  const { device, sampling, stride, workgroup } = setting;
  const { dimension, width, layers } = network.shape;
  const places = offsetsOf(network.shape);
  const rows = classRows(network);
  const row = rowOf(setting, network, workgroup, false);
  const units = 4 * row.vectors;
  const compile = (entryPoint: "layer" | "output", layer: number): Promise<Kernel> =>
    device.kernel({
      shader: "diffusion/layers.wgsl",
      generated: rowWgsl(row, TABLES),
      entryPoint,
      constants: {
        ...{ WORKGROUP: workgroup, VECTORS: width / 4, PASSES: passes, MIXED: mixed(setting, network) },
        ...{ LAYERS: layers, LAYER: layer, DIMENSIONS: dimension },
        ...{ WEIGHTS: (entryPoint === "layer" ? places.layers[layer].weights : places.output) / 4 },
        ...{ CLASSES: rows[layer] / 4, BIAS: places.bias / 4 },
      },
    });
  const kernels = await Promise.all(Array.from({ length: layers }, (_, layer) => compile("layer", layer)));
  const output = await compile("output", 0);
  const sums = conditionSums(network, sampling, passes);
  return ({ table, room, buffers }) => {
    const weights = table("weights", padded(network.parameters));
    const [centre, conditions] = [table("centre", network.centre), table("conditions", sums)];
    const shared = { ...buffers, weights, centre, conditions };
    // Layers write to each other in turn.
    const rooms = [0, 1].map((i) => room(`activations ${i}`, 4 * width * stride));
    const denoised = Array.from({ length: passes }, (_, pass) => room(`denoised ${pass}`, 4 * dimension * stride));
    const lines = Math.ceil(stride / 4 / workgroup);
    const parts: Part[] = kernels.map((kernel, layer) => {
      // The first reads the sample, which is bound already.
      const below = layer === 0 ? weights : rooms[(layer + 1) % 2];
      const group = kernel.bind({ ...shared, below, above: rooms[layer % 2] });
      return { kernel, group: () => group, groups: [width / units, lines] };
    });
    const groups = denoised.map((above) => output.bind({ ...shared, below: rooms[(layers + 1) % 2], above }));
    parts.push({ kernel: output, group: (pass) => groups[pass], groups: [Math.ceil(dimension / row.vectors), lines] });
    return { kind: "separate", denoised: denoised[0], unguided: denoised[passes - 1], parts, passes };
  };
}

/** To whole vectors: the bias of the output may end in the middle of one. */
function padded(parameters: Float32Array): Float32Array {
  const all = new Float32Array(4 * Math.ceil(parameters.length / 4));
  all.set(parameters);
  return all;
}
