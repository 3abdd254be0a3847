// What a model's folder under host-web/ supplies to the worker: how its state is drawn, and the plots of its page.

import type { Device } from "../../src/device/device.ts";
import type { Simulation } from "../../src/models/model.ts";
import type { Camera, Curve, Look, ScanResult } from "./protocol.ts";

export interface Picture {
  width: number;
  height: number;
  camera: Camera;
  look: Look;
}

/** A state that can be drawn. */
export interface Scene {
  draw(
    encoder: GPUCommandEncoder,
    target: GPUTextureView,
    picture: Picture,
    timing?: GPURenderPassTimestampWrites,
  ): void;
  /** Paints these cells red over the picture; row by row, true where marked. Nothing given: none. */
  mark(cells?: ArrayLike<unknown>): void;
  dispose(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a scene knows its own model's simulation
export interface SceneModule<S extends Simulation = any> {
  /** The page's run when its address names none: texts of parameters, by what the device can do. */
  defaults(device: Device, phone: boolean): Record<string, string>;
  look: Look;
  size(simulation: S): [number, number];
  create(device: Device, simulation: S, format: GPUTextureFormat): Promise<Scene>;
  /** One bit a cell, the leftmost in the highest bit, each row from a byte of its own: a PNG's rows. */
  bits?(simulation: S): Promise<Uint8Array>;
  correlation?(simulation: S): Promise<Curve[]>;
  scan?(device: Device, simulation: S): Promise<ScanResult>;
}

const modules = import.meta.glob<{ scene: SceneModule }>("../*/scene.ts");

export async function sceneOf(model: string): Promise<SceneModule> {
  const load = modules[`../${model}/scene.ts`];
  if (!load) throw new Error(`There is no page for the model "${model}".`);
  return (await load()).scene;
}
