// What a model's folder under host-web/ supplies to the worker: how its state is drawn, and the plots of its page.

import { scenes } from "virtual:gibbs/scenes";
import type { Device } from "../../src/device/device.ts";
import type { AnyModel } from "../../src/models/index.ts";
import type { Simulation } from "../../src/models/model.ts";
import type { Camera, Curve, Orbit, PlotData, ScanResult, Stroke, ViewOptions, WorkerUpdate } from "./protocol.ts";

export interface Picture {
  width: number;
  height: number;
  /** Pixels of the canvas to one of the page. */
  ratio: number;
  camera: Camera;
  orbit: Orbit;
  options: ViewOptions;
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

/** A state that is drawn with the plain 2-D canvas, in units of `SceneModule.size`. */
export interface CanvasScene {
  /** What takes its time, before the canvas is cleared: what waits in the middle of a drawing would be seen half drawn. */
  prepare?(options: ViewOptions): Promise<void>;
  draw(
    context: OffscreenCanvasRenderingContext2D,
    options: ViewOptions,
    marked: ArrayLike<unknown> | undefined,
    picture: Picture,
  ): void | Promise<void>;
  /** The parameters that stand at a pixel of the canvas, as texts of controls. */
  pick?(at: readonly [number, number], picture: Picture): Record<string, string> | undefined;
  /** A stroke of the brush on what is drawn, where it is not the state that is painted on. */
  paint?(stroke: Stroke): void;
  /** The stroke was none: what it painted goes. */
  unpaint?(): void;
  /** What a finished stroke makes of parameters, as texts of controls. */
  painted?(): Record<string, string> | undefined;
  dispose?(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a scene knows its own model's simulation
export interface SceneModule<S extends Simulation = any> {
  /** The page's own model: the worker loads no other. */
  model: AnyModel;
  /** The page's run when its address names none: texts of parameters, by what the device can do. */
  defaults(device: Device, phone: boolean): Record<string, string>;
  options: ViewOptions;
  /** @throws ParameterError for a run that the page cannot show */
  check?(simulation: S): void;
  size(simulation: S): [number, number];
  /** The state drawn on the GPU, or with the 2-D canvas from numbers; without either as the simulation's picture. */
  create?(device: Device, simulation: S, format: GPUTextureFormat): Promise<Scene>;
  createCanvas?(simulation: S, changed: () => void): Promise<CanvasScene>;
  /** Ways to see this run, value and text, where they follow from it. */
  views?(simulation: S): [string, string][];
  /** Texts of controls that are not just the parameters' values. */
  values?(simulation: S): Record<string, string>;
  /** What else changes with these values, so that a run can be made of them. */
  complete?(values: Record<string, string>, simulation: S): Record<string, string>;
  /** Steps at which a run that plays comes to rest: it can be played on. */
  rest?: number | ((simulation: S) => number);
  /** Steps of the whole way of a run that has an end: then it stands, and its kept steps can be played again. */
  length?(simulation: S): number;
  /** What the page says when the run has made all steps that there is room for. */
  full?(simulation: S): string;
  /** What is noted of a run at its beginning and after each step; steps are then made one by one. */
  note?(simulation: S): Promise<void>;
  /** Table, remark and plots of models that measure something else than a series of observables, or estimates of an ensemble. */
  report?(simulation: S, options: ViewOptions): Promise<Pick<WorkerUpdate, "table" | "equilibrium" | "plots">>;
  /** Plots next to the estimates of an ensemble, which has no series. */
  plots?(simulation: S): PlotData[];
  /** What Verify compares where that is not the state of the run: numbers in groups, of which a share may differ. */
  compare?: {
    numbers(simulation: S): Promise<ArrayLike<number>>;
    /** How far two numbers may be apart; without it they are equal. */
    within?: { bound: number; unit: string };
    /** Without it every number is a group. */
    groups?: number;
    allowed: number;
    unit: string;
    /** Why some may differ. */
    reason: string;
  };
  /** One bit a cell, the leftmost in the highest bit, each row from a byte of its own: a PNG's rows. */
  bits?(simulation: S): Promise<Uint8Array>;
  correlation?(simulation: S): Promise<Curve[]>;
  scan?(device: Device, simulation: S): Promise<ScanResult>;
}

export async function sceneOf(model: string): Promise<SceneModule> {
  const load = scenes[model];
  if (!load) throw new Error(`There is no page for the model "${model}".`);
  return (await load()).scene;
}
