// A kernel: one WGSL entry point with its bindings, compiled. Layouts are explicit, because dynamic offsets need them.

import { GpuError } from "./errors.ts";
import { shaderSource } from "./shader.ts";

/** `step` is a uniform with a dynamic offset: what differs between the dispatches of one submission. */
export type Binding = "storage" | "read-only-storage" | "uniform" | "step";

export interface KernelDescription {
  /** The WGSL file, below shaders/. */
  shader: string;
  /** WGSL written for this kernel alone, which goes before that of the file. */
  generated?: string;
  entryPoint: string;
  /** Bindings 0, 1, 2, … of group 0. */
  bindings: readonly Binding[];
  /** Values of the shader's `override` constants. */
  constants: Readonly<Record<string, number>>;
}

export class Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly #layout: GPUBindGroupLayout;
  readonly #raw: GPUDevice;

  private constructor(raw: GPUDevice, pipeline: GPUComputePipeline, layout: GPUBindGroupLayout) {
    this.#raw = raw;
    this.pipeline = pipeline;
    this.#layout = layout;
  }

  static async compile(
    raw: GPUDevice,
    { shader, generated = "", entryPoint, bindings, constants }: KernelDescription,
  ): Promise<Kernel> {
    const layout = raw.createBindGroupLayout({
      label: entryPoint,
      entries: bindings.map((type, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: type === "step" ? { type: "uniform", hasDynamicOffset: true } : { type },
      })),
    });
    const module = raw.createShaderModule({
      label: shader,
      code: generated + shaderSource(shader, undefined, generated),
    });
    try {
      const pipeline = await raw.createComputePipelineAsync({
        label: entryPoint,
        layout: raw.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint, constants },
      });
      return new Kernel(raw, pipeline, layout);
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const details = messages.map((m) => `\n  line ${m.lineNum}: ${m.message}`).join("");
      throw new GpuError(`shaders/${shader}, ${entryPoint}: ${(error as Error).message}${details}`);
    }
  }

  /** Binds buffers in the order of the description's bindings; a number after a buffer is the bytes a step sees of it. */
  bind(...buffers: (GPUBuffer | { buffer: GPUBuffer; size: number })[]): GPUBindGroup {
    const resource = (entry: (typeof buffers)[number]) =>
      "size" in entry && "buffer" in entry ? entry : { buffer: entry as GPUBuffer };
    return this.#raw.createBindGroup({
      layout: this.#layout,
      entries: buffers.map((entry, binding) => ({ binding, resource: resource(entry) })),
    });
  }
}

/** Workgroups in x and y for a number of workgroups that one dimension may not hold; a kernel adds them up and skips the excess. */
export function workgroupGrid(workgroups: number, limits: GPUSupportedLimits): [number, number] {
  const most = limits.maxComputeWorkgroupsPerDimension;
  const y = Math.ceil(workgroups / most);
  return [Math.ceil(workgroups / y), y];
}
