// The lattice as a picture on the GPU, straight from its bits and exact at every zoom (shaders/ising/draw.wgsl). It draws into any
// texture, so tests read its pixels back without a screen.

import { uniform } from "../../device/buffers.ts";
import { GpuError, ParameterError } from "../../device/errors.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { BindGroups } from "../../device/kernel.ts";
import { layoutOf, structOf } from "../../device/layout.ts";
import { shaderSource } from "../../device/shader.ts";
import { isPlane, planeOf } from "./axes.ts";
import { effectiveBoundaries } from "./boundary.ts";
import { shapeConstants } from "./kernels.ts";
import { tiles, toPlanes } from "./packing.ts";
import type { IsingParameters } from "./parameters.ts";
import type { IsingSimulation } from "./simulation.ts";

/** Mean spins, broken bonds, or means over square blocks. */
export const isingModes = ["spins", "walls", "blocks"] as const;
/** What a picture of the lattice shows: spins, broken bonds (`walls`), or means over square blocks. */
export type IsingMode = (typeof isingModes)[number];

/** How `IsingView` draws a lattice. */
export interface IsingPicture {
  /** Pixels of the target. */
  width: number;
  /** Pixels of the target. */
  height: number;
  /** Coordinates of the picture's upper left corner, and cells a pixel; cell (i, j) covers [i, i + 1] × [j, j + 1], y down. */
  camera: { x: number; y: number; scale: number };
  /** Default "spins". */
  mode?: IsingMode;
  /** Cells a side of a block; default 8. */
  block?: number;
  /** Default 0. */
  replica?: number;
  /** Lines between cells. */
  grid?: boolean;
  /** 256 RGBA entries for means from 0 (all down, no bond broken) to 1, linear in between. */
  colours: Uint8Array;
  /** 0 … 255, around the lattice. */
  background: readonly [number, number, number];
}

/** @throws ParameterError for lattices of three and four sides */
export function checkDrawable(parameters: IsingParameters): void {
  if (isPlane(parameters)) return;
  const sides = parameters.size.join(",");
  throw new ParameterError(
    "size",
    `size ${sides}: lattices of two sides are drawn, as 256,256; gibbs run ising --size ${sides} runs this one, and the page of the Potts model draws a layer of it with states=2 and half the temperature.`,
  );
}

const SHADER = "ising/draw.wgsl";
const VIEW = structOf(SHADER, "view");

/** Draws an Ising lattice of two sides from its bits, on the GPU that simulates it, into any texture. */
export class IsingView {
  readonly #device: GpuDevice;
  readonly #simulation: IsingSimulation;
  readonly #groups: BindGroups;
  readonly #pipelineOf: (mode: IsingMode) => GPURenderPipelineDescriptor;
  readonly #pipelines: Map<IsingMode, GPURenderPipeline>;
  readonly #uniform: GPUBuffer;
  #marks: [GPUBuffer, GPUBuffer] | undefined;
  #group: GPUBindGroup;

  /**
   * Compiles the shaders for textures of `format`.
   *
   * @throws GpuError if the simulation is not on this device; ParameterError for a lattice of more than two sides
   */
  static async create(device: GpuDevice, simulation: IsingSimulation, format: GPUTextureFormat): Promise<IsingView> {
    checkDrawable(simulation.parameters);
    if (!simulation.planes || simulation.device !== device) {
      throw new GpuError("the Ising view: it draws simulations of its own GPU device only.");
    }
    const [layout, code] = await Promise.all([layoutOf(SHADER), shaderSource(SHADER)]);
    return device.guard("the Ising view", async () => {
      const view = uniform(device, "ising view", VIEW);
      const groups = new BindGroups(device.raw, "ising view", layout, GPUShaderStage.FRAGMENT);
      const module = device.raw.createShaderModule({ label: SHADER, code });
      const { size, boundary } = planeOf(simulation.parameters);
      const shape = { width: size[0], height: size[1], boundaries: effectiveBoundaries(boundary, size) };
      const pipelineOf = (mode: IsingMode): GPURenderPipelineDescriptor => ({
        label: `ising ${mode}`,
        layout: device.raw.createPipelineLayout({ bindGroupLayouts: [groups.layout] }),
        vertex: { module },
        fragment: {
          module,
          targets: [{ format }],
          constants: { ...shapeConstants(shape), MODE: isingModes.indexOf(mode) },
        },
      });
      const spins = await device.raw.createRenderPipelineAsync(pipelineOf("spins"));
      return new IsingView(device, simulation, groups, pipelineOf, spins, view);
    });
  }

  private constructor(
    device: GpuDevice,
    simulation: IsingSimulation,
    groups: BindGroups,
    pipelineOf: (mode: IsingMode) => GPURenderPipelineDescriptor,
    spins: GPURenderPipeline,
    uniform: GPUBuffer,
  ) {
    this.#device = device;
    this.#simulation = simulation;
    this.#groups = groups;
    this.#pipelineOf = pipelineOf;
    this.#pipelines = new Map([["spins", spins]]);
    this.#uniform = uniform;
    this.#group = this.#bind();
  }

  #bind(): GPUBindGroup {
    const planes = this.#simulation.planes!;
    const [evenPlane, oddPlane] = planes;
    const [evenMarks, oddMarks] = this.#marks ?? planes;
    return this.#groups.bind({ evenPlane, oddPlane, evenMarks, oddMarks, view: this.#uniform });
  }

  /** Paints cells red over the picture, given as a canonical state whose set bits are marked; without it, no more. */
  mark(state?: Uint8Array): void {
    for (const buffer of this.#marks ?? []) this.#device.free(buffer);
    this.#marks = undefined;
    if (state) {
      const [width, height] = this.#simulation.parameters.size;
      const planes = toPlanes(state, { width, height, replicas: this.#simulation.replicas });
      const { STORAGE, COPY_DST } = GPUBufferUsage;
      const buffers = planes.map((plane, colour) => {
        const buffer = this.#device.buffer(`ising marks ${colour}`, plane.byteLength, STORAGE | COPY_DST);
        this.#device.write(buffer, plane);
        return buffer;
      });
      this.#marks = [buffers[0], buffers[1]];
    }
    this.#group = this.#bind();
  }

  /** Encodes one picture into a view of a texture of the format that `create` was given; one draw a submission. */
  draw(
    encoder: GPUCommandEncoder,
    target: GPUTextureView,
    picture: IsingPicture,
    timestampWrites?: GPURenderPassTimestampWrites,
  ): void {
    const { camera, mode = "spins", block = 8, replica = 0, grid = false, colours, background } = picture;
    const [width, height] = this.#simulation.parameters.size;
    const origin = [Math.floor(camera.x), Math.floor(camera.y)];
    const values = {
      origin,
      fraction: [camera.x - origin[0], camera.y - origin[1]],
      scale: camera.scale,
      block,
      base: replica * tiles({ width, height, replicas: 1 }).count,
      flags: (grid ? 1 : 0) | (this.#marks ? 2 : 0),
      background: [...background.map((value) => value / 255), 1],
      colours: Float32Array.from(colours, (value) => value / 255),
    };
    this.#device.write(this.#uniform, VIEW.write(values));

    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: target, loadOp: "clear", storeOp: "store" }],
      timestampWrites,
    });
    pass.setPipeline(this.#pipeline(mode));
    pass.setBindGroup(0, this.#group);
    pass.draw(3);
    pass.end();
  }

  /** Ways to see it that nobody has chosen yet are not compiled. */
  #pipeline(mode: IsingMode): GPURenderPipeline {
    const pipeline = this.#pipelines.get(mode) ?? this.#device.raw.createRenderPipeline(this.#pipelineOf(mode));
    this.#pipelines.set(mode, pipeline);
    return pipeline;
  }

  /** Frees the buffers of the view; the simulation keeps its own. */
  dispose(): void {
    for (const buffer of [...(this.#marks ?? []), this.#uniform]) this.#device.free(buffer);
  }
}
