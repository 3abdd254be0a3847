// Denoisers of a few lines on the GPU, an invocation a sample: mixtures of Gaussians, and models of the user's own.

import { GpuError, ParameterError } from "../../../device/errors.ts";
import type { Kernel } from "../../../device/kernel.ts";
import type { Mixture } from "../data/data-set.ts";
import { type Prediction, predictions } from "../parameters.ts";
import type { Compiled, GpuDenoiser, Setting, Shared } from "./gpu-denoiser.ts";
import { isIsotropic, mixtureTable } from "./mixture-table.ts";

const sampleWgsl = (dimension: number) => `const DIMENSIONS = ${dimension}u;\nalias Sample = array<f32, DIMENSIONS>;\n`;

export async function gpuMixture(setting: Setting, mixture: Mixture): Promise<Compiled> {
  const { dimension, components } = mixture;
  const isotropic = isIsotropic(mixture);
  const matrix = isotropic ? 1 : dimension ** 2;
  const levels = setting.sampling.program.stages.map(({ level }) => level);
  const generated = `${sampleWgsl(dimension)}const COMPONENTS = ${components.length}u;\nconst ISOTROPIC = ${isotropic};\nconst MATRIX = ${matrix}u;\n`;
  const kernel = await setting.device.kernel({
    shader: "diffusion/mixture.wgsl",
    generated,
    entryPoint: "advance",
    constants: { WORKGROUP: setting.workgroup, ...setting.switches },
  });
  const table = await mixtureTable(mixture, levels);
  return (shared) => fused(shared, kernel, { mixture: shared.table("mixture", table) });
}

/** @throws ParameterError with what the compiler says of the user's text */
export async function gpuCustom(setting: Setting, wgsl: string, prediction: Prediction): Promise<Compiled> {
  try {
    const kernel = await setting.device.kernel({
      shader: "diffusion/custom.wgsl",
      generated: `${sampleWgsl(setting.sampling.dimension)}${wgsl}\n`,
      entryPoint: "advance",
      constants: { WORKGROUP: setting.workgroup, PREDICTION: predictions.indexOf(prediction), ...setting.switches },
    });
    return (shared) => fused(shared, kernel, {});
  } catch (error) {
    if (!(error instanceof GpuError)) throw error;
    throw new ParameterError(
      "denoiser",
      `denoiser: the WGSL does not compile; it needs fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample. Lines are counted from two lines before it. ${error.message}`,
    );
  }
}

function fused({ buffers, sampling, workgroup }: Shared, kernel: Kernel, own: Record<string, GPUBuffer>): GpuDenoiser {
  const group = kernel.bind({ ...buffers, ...own });
  return { kind: "fused", kernel, group, groups: Math.ceil(sampling.samples / workgroup) };
}
