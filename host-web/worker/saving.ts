// What a page gives away: the whole lattice as a PNG, the state for NumPy and the command line, and the canvas as a video.

import type { BufferTarget, CanvasSource, Output } from "mediabunny";
import { npy } from "../../src/files/npy.ts";
import type { Simulation } from "../../src/models/model.ts";
import { version } from "../../src/version.ts";
import type { SceneModule } from "./scene.ts";

const blob = (bytes: Uint8Array | string, type: string) => new Blob([bytes as BlobPart], { type });

/** One pixel a cell. */
export async function pictureOf(module: SceneModule, simulation: Simulation): Promise<Blob> {
  const { encode } = await import("fast-png");
  if (module.bits) {
    const [width, height] = module.size(simulation);
    const data = await module.bits(simulation);
    return blob(encode({ width, height, data, channels: 1, depth: 1 }), "image/png");
  }
  return blob(encode({ channels: 1, ...(await simulation.picture()), depth: 8 }), "image/png");
}

interface About {
  /** "" where no link can hold the run. */
  link: string;
  /** Digests of the files that it began with. */
  inputs: Readonly<Record<string, string>>;
}

/** The array for NumPy, the record that says what it is, and a checkpoint that `gibbs run --resume` continues. */
export async function stateFiles(simulation: Simulation, about: About, digest: string) {
  const { link, inputs } = about;
  const { model, seed, steps, points, device } = simulation;
  const parameters = points.parameters;
  const own = Object.keys(inputs).length > 0 ? { inputs } : {};
  const record = {
    gibbs: version,
    model,
    parameters,
    seed: String(seed),
    steps,
    device: device.info,
    digest,
    link,
    ...own,
  };
  const plan = { warmup: steps, steps: 0, measureEvery: 1 };
  const checkpoint = await simulation.checkpoint({
    header: { command: "run", plan, seconds: 0, copies: 1, ...own },
    sections: { series: simulation.series().toBytes() },
  });
  return {
    npy: blob(npy(await simulation.array()), "application/octet-stream"),
    record: blob(`${JSON.stringify(record, null, 2)}\n`, "application/json"),
    checkpoint: blob(checkpoint, "application/octet-stream"),
  };
}

/** Pictures as a video at 30 frames a second, one picture of the run a frame. */
export class Recorder {
  readonly #output: Output;
  readonly #source: CanvasSource;
  readonly #type: string;
  readonly #canvas: OffscreenCanvas;
  #frames = 0;

  private constructor(canvas: OffscreenCanvas, output: Output, source: CanvasSource, type: string) {
    this.#canvas = canvas;
    this.#output = output;
    this.#source = source;
    this.#type = type;
  }

  /** @throws Error where the browser can encode no video. */
  static async start(width: number, height: number): Promise<Recorder> {
    const {
      BufferTarget,
      CanvasSource,
      getFirstEncodableVideoCodec,
      Mp4OutputFormat,
      Output,
      QUALITY_HIGH,
      WebMOutputFormat,
    } = await import("mediabunny");
    // H.264 takes even sides only; a pixel of a row is no loss.
    const size = { width: width & ~1, height: height & ~1 };
    const canvas = new OffscreenCanvas(size.width, size.height);
    canvas.getContext("2d", { alpha: false });
    const codec = await getFirstEncodableVideoCodec(["avc", "vp9", "av1", "vp8"], size);
    if (!codec) throw new Error("This browser can encode no video (WebCodecs); save pictures instead.");
    const mp4 = codec === "avc" || codec === "av1";
    const format = mp4 ? new Mp4OutputFormat({ fastStart: "in-memory" }) : new WebMOutputFormat();
    const output = new Output({ format, target: new BufferTarget() });
    const source = new CanvasSource(canvas, { codec, bitrate: QUALITY_HIGH });
    output.addVideoTrack(source, { frameRate: FRAMES_PER_SECOND });
    await output.start();
    return new Recorder(canvas, output, source, mp4 ? "video/mp4" : "video/webm");
  }

  /** A canvas that has changed its size meanwhile is cut, or framed, to the video's. */
  async add(image: ImageData): Promise<void> {
    this.#canvas.getContext("2d")!.putImageData(image, 0, 0);
    await this.#source.add(this.#frames++ / FRAMES_PER_SECOND, 1 / FRAMES_PER_SECOND);
  }

  async finish(): Promise<Blob> {
    await this.#output.finalize();
    return new Blob([(this.#output.target as BufferTarget).buffer!], { type: this.#type });
  }
}

const FRAMES_PER_SECOND = 30;
