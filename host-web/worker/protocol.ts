// What a page and its worker say to each other. Every request has a number and gets one response; updates come unasked.

import type { DeviceInfo } from "../../src/device/device.ts";
import type { Notice } from "../shell/notices.ts";

/** The part of the picture plane that the canvas shows: its top left corner in cells, and cells a pixel. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

/** From where a picture in space is seen: turned by two angles in radians, and how near, 1 as it comes. */
export interface Orbit {
  yaw: number;
  pitch: number;
  zoom: number;
}

/** How the state is drawn; nothing of it touches the state. */
export interface ViewOptions {
  mode: string;
  colours: string;
  block: number;
  grid: boolean;
  /** Of a run that has an end and keeps its steps: the step that is shown, where that is not the present one. */
  time?: number;
}

export interface Stroke {
  x: number;
  y: number;
  radius: number;
  value: number;
}

/** What the page requests of the worker, and the responses. */
export interface Requests {
  /** Opens the run of a link: the text behind # in the address, or "" for the page's own default. */
  open: { request: { text: string }; response: undefined };
  /** From now on the run is kept in the browser's storage under this key: false where it has none. */
  keep: { request: { key: string }; response: boolean };
  /** The run that is kept under that key, at this step if it is this run; false if none is. */
  resume: { request: { run: string; step: number; options: ViewOptions }; response: boolean };
  /** The page's own run, as on a first visit; what was kept goes. */
  afresh: { request: object; response: undefined };
  /** Changes parameters: live ones from the next step on, others by a new run. Values are the texts of the controls. */
  change: { request: { values: Record<string, string> }; response: undefined };
  /** A new run that begins with a file, by the name of the model's input. `kept`: a reload gives it back. */
  input: { request: { input: string; file: string; bytes: Uint8Array }; response: { kept: boolean } };
  play: { request: { playing: boolean }; response: undefined };
  step: { request: { count: number }; response: undefined };
  /** Steps a frame; below one, frames a step. */
  speed: { request: { steps: number }; response: undefined };
  reset: { request: { seed?: string }; response: undefined };
  view: { request: { options: Partial<ViewOptions> }; response: undefined };
  /** A finger begins a stroke, which a second finger may make void. */
  stroke: { request: object; response: undefined };
  paint: { request: Stroke; response: undefined };
  /** A second finger has come: what the first has painted goes. */
  unpaint: { request: object; response: undefined };
  /** A stroke has ended. */
  painted: { request: object; response: undefined };
  /** What stands at a pixel of the canvas is chosen, where the picture has something to choose. */
  pick: { request: { at: [number, number] }; response: undefined };
  /** The present run as the text behind #, and its digest. */
  link: { request: object; response: { text: string; digest: string; steps: number } };
  picture: { request: object; response: Blob };
  /** The whole state at one pixel a cell. */
  lattice: { request: object; response: Blob };
  /** The state as NumPy's .npy, its record, and the checkpoint that the command line continues. */
  state: { request: object; response: { npy: Blob; record: Blob; checkpoint: Blob } };
  /** A file that only this model writes. */
  output: { request: { extension: string }; response: Blob };
  record: { request: { recording: boolean }; response: Blob | undefined };
  /** The run, or where that would take too long its continuation, once more on the CPU reference. */
  verify: { request: object; response: Verdict };
  scan: { request: object; response: ScanResult };
  correlation: { request: object; response: Curve[] };
  /** The addresses of all that the worker has loaded. */
  loaded: { request: object; response: string[] };
  /** Gives the device up as if the system had taken it; the page continues from its last checkpoint. For tests and the curious. */
  lose: { request: object; response: undefined };
}

export type RequestName = keyof Requests;

export type ToWorker =
  | { [K in RequestName]: { id: number; name: K; request: Requests[K]["request"] } }[RequestName]
  | { name: "canvas"; model: string; canvas: OffscreenCanvas; width: number; height: number }
  | { name: "resize"; width: number; height: number; ratio: number }
  | { name: "camera"; camera: Camera }
  | { name: "orbit"; orbit: Orbit };

export type FromWorker =
  | { name: "response"; id: number; response: unknown }
  /** `lost`: only because the device was lost, which an update reports. */
  | { name: "error"; id: number; message: string; lost: boolean }
  | ({ name: "update" } & WorkerUpdate);

/** Everything that the page shows of the run, a few times a second; only what has changed. */
export interface WorkerUpdate {
  device?: DeviceInfo;
  /** Why there is no GPU: the run continues in plain TypeScript at a small size. */
  unavailable?: { reason: string; message: string };
  /** A thing to tell the user; without a text, one that is over. */
  notice?: Notice;
  /** A new run: its width and height in cells, and the texts of all controls. */
  run?: {
    /** Tells it from all others. */
    id: string;
    size: [number, number];
    values: Record<string, string>;
    /** Those in which the page's own run differs from the defaults. */
    own: Record<string, string>;
    /** Names of the files that it began with, by the model's inputs. */
    files: Record<string, string>;
    seed: string;
    options: ViewOptions;
    /** Ways to see this run, where the page does not list them: value and text. */
    views?: [string, string][];
    /** Steps of the whole way, where it has an end. */
    length?: number;
  };
  /** The canvas shows the run for the first time. */
  drawn?: true;
  /** What the run's parameters are by now, as texts of controls. */
  values?: Record<string, string>;
  steps?: number;
  /** The step that is shown, of a run whose steps are kept. */
  time?: number;
  playing?: boolean;
  /** Steps still to be made before the link's step is reached. */
  replaying?: { done: number; total: number } | null;
  timing?: Timing;
  table?: Row[];
  /** Why the measured values may not yet be those of equilibrium; empty if nothing speaks against it. */
  equilibrium?: string;
  /** Plots of the model's own. */
  plots?: PlotData[];
  series?: { steps: Float64Array; columns: Record<string, Float64Array>; labels: Record<string, string> };
  /** The address of the run as it stands, when it has changed other than by running on. */
  address?: string;
}

export interface Timing {
  /** Milliseconds a frame: steps and picture apart; from the GPU's own clock if `exact`. */
  steps: number;
  draw: number;
  exact: boolean;
  framesPerSecond: number;
  rate: number;
  unit: string;
}

export interface Row {
  /** As the command line and files have it. */
  name: string;
  /** As the page calls it. */
  label: string;
  description: string;
  unit: string;
  value?: number;
  error?: number;
  now?: number;
  exact?: { value: number; source: string; approximate?: true | number };
  z?: number;
  /** Beyond chance. */
  alarm?: boolean;
  /** Its error is that of a function of means. */
  fluctuation?: true;
}

export interface Verdict {
  equal: boolean;
  /** What was compared, in a sentence. */
  summary: string;
  digests: { device: string; reference: string };
  milliseconds: { device: number; reference: number };
}

export interface Curve {
  /** As the head of a CSV has it, and its legend where that is no other. */
  name: string;
  label?: string;
  x: number[];
  y: number[];
  /** Standard errors of measured points; a curve without them is exact. */
  errors?: number[];
}

export interface ScanResult {
  x: string;
  plots: { title: string; unit: string; curves: Curve[]; log?: boolean }[];
}

export interface PlotData {
  /** By which the page knows it again. */
  key: string;
  title: string;
  x: string;
  curves: Curve[];
  /** The vertical axis is logarithmic. */
  log?: boolean;
}
