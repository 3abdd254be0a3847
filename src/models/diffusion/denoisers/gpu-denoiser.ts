// What a denoiser is to the engine on the GPU: a kernel that makes all stages by itself, or dispatches that denoise and leave the rest to
// the engine.

import type { GpuDevice } from "../../../device/gpu.ts";
import type { Kernel } from "../../../device/kernel.ts";
import type { Values } from "../../../device/layout.ts";
import type { Sampling } from "../sampling.ts";

/** What kernels are compiled for. */
export interface Setting {
  device: GpuDevice;
  sampling: Sampling;
  /** Samples in the buffers: a multiple of 64. */
  stride: number;
  workgroup: number;
  /** Overrides of shaders/diffusion/sampler_state.wgsl. */
  switches: { KEEPS: number; INPAINTS: number; CLIPS: number };
}

/** What a denoiser is bound to. */
export interface Shared extends Setting {
  /** What kernels of the engine bind, by their names for it. */
  buffers: Record<"run" | "stages" | "x" | "kept" | "previous" | "known" | "step", GPUBuffer>;
  /** A buffer that lives as long as the engine. */
  table(name: string, data: ArrayBufferView): GPUBuffer;
  /** Likewise, of zeros. */
  room(name: string, bytes: number): GPUBuffer;
}

export type GpuDenoiser =
  | {
      kind: "fused";
      kernel: Kernel;
      group: GPUBindGroup;
      /** Workgroups of a dispatch. */
      groups: number;
    }
  | {
      kind: "separate";
      denoised: GPUBuffer;
      unguided: GPUBuffer;
      /** Dispatches of one stage; `pass` 1 is the one without a class. */
      parts: Part[];
      passes: number;
    };

/** Kernels are compiled first; buffers follow all at once, so that a device out of memory is noticed. */
export type Compiled = (shared: Shared) => GpuDenoiser;

/** One dispatch, whose step holds the stage, the pass, and this. */
export interface Part {
  kernel: Kernel;
  group(pass: number): GPUBindGroup;
  groups: [number, number];
  step?: Values;
}
