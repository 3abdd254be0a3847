// A kernel: one WGSL entry point with its bindings, compiled. Bindings are those that the WGSL declares; the layouts made of them are
// explicit, because dynamic offsets need them.

import { GpuError } from "./errors.ts";
import { type Layout, layoutOf, type Struct, structFor, type Variable } from "./layout.ts";
import { shaderSource } from "./shader.ts";

export interface KernelDescription {
  /** The WGSL file, below shaders/. */
  shader: string;
  /** WGSL written for this kernel alone, which goes before that of the file. */
  generated?: string;
  /** The variables that `generated` declares itself; those of files are known. */
  variables?: Layout;
  entryPoint: string;
  /** Values of the shader's `override` constants. */
  constants: Readonly<Record<string, number>>;
}

/** All that is loaded before a kernel can be compiled. */
export interface KernelSource {
  layout: Layout;
  code: string;
}

/** What a bind group is made for. */
export class BindGroups {
  readonly layout: GPUBindGroupLayout;
  readonly #raw: GPUDevice;
  readonly #title: string;
  readonly #variables: readonly [name: string, Variable][];

  constructor(raw: GPUDevice, title: string, layout: Layout, visibility: GPUShaderStageFlags) {
    this.#raw = raw;
    this.#title = title;
    this.#variables = Object.entries(layout);
    this.layout = raw.createBindGroupLayout({
      label: title,
      entries: this.#variables.map(([, { binding, kind }]) => ({
        ...{ binding, visibility },
        buffer: kind === "step" ? { type: "uniform", hasDynamicOffset: true } : { type: kind },
      })),
    });
  }

  /** Binds buffers by the names of the shader's variables; those that it has not are left out. @throws RangeError where one is missing */
  bind(buffers: Readonly<Record<string, GPUBuffer | undefined>>): GPUBindGroup {
    return this.#raw.createBindGroup({
      layout: this.layout,
      entries: this.#variables.map(([name, { binding, kind, size }]) => {
        const buffer = buffers[name];
        if (!buffer) throw new RangeError(`${this.#title}: no buffer is given for ${name}`);
        return { binding, resource: kind === "step" ? { buffer, size } : { buffer } };
      }),
    });
  }
}

export class Kernel {
  readonly pipeline: GPUComputePipeline;
  /** What differs between its dispatches, if anything does. */
  readonly step: Struct | undefined;
  readonly #groups: BindGroups;

  private constructor(pipeline: GPUComputePipeline, step: Struct | undefined, groups: BindGroups) {
    this.pipeline = pipeline;
    this.step = step;
    this.#groups = groups;
  }

  /** The WGSL of a kernel, and its variables. @throws Error for a file that is not there */
  static async load({ shader, generated = "", variables = {} }: KernelDescription): Promise<KernelSource> {
    const layout = { ...(await layoutOf(shader, generated)), ...variables };
    return { layout, code: generated + (await shaderSource(shader, undefined, generated)) };
  }

  static async compile(raw: GPUDevice, description: KernelDescription, source: KernelSource): Promise<Kernel> {
    const { shader, entryPoint, constants } = description;
    const { layout, code } = source;
    const title = `shaders/${shader}, ${entryPoint}`;
    const groups = new BindGroups(raw, title, layout, GPUShaderStage.COMPUTE);
    const module = raw.createShaderModule({ label: shader, code });
    try {
      const pipeline = await raw.createComputePipelineAsync({
        label: entryPoint,
        layout: raw.createPipelineLayout({ bindGroupLayouts: [groups.layout] }),
        compute: { module, entryPoint, constants },
      });
      const step = Object.values(layout).find(({ kind }) => kind === "step");
      return new Kernel(pipeline, step && structFor(`step of ${title}`, step), groups);
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const details = messages.map((m) => `\n  line ${m.lineNum}: ${m.message}`).join("");
      throw new GpuError(`${title}: ${(error as Error).message}${details}`);
    }
  }

  /** Binds buffers by the names of the shader's variables; those that it has not are left out. @throws RangeError where one is missing */
  bind(buffers: Readonly<Record<string, GPUBuffer | undefined>>): GPUBindGroup {
    return this.#groups.bind(buffers);
  }
}

/** Workgroups in x and y for a number of workgroups that one dimension may not hold; a kernel adds them up and skips the excess. */
export function workgroupGrid(workgroups: number, limits: GPUSupportedLimits): [number, number] {
  const most = limits.maxComputeWorkgroupsPerDimension;
  const y = Math.ceil(workgroups / most);
  return [Math.ceil(workgroups / y), y];
}
