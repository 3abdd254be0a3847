// What puts the state on the canvas: the model's scene on the GPU, or plain pixels where there is none.

import type { Device } from "../../src/device/device.ts";
import type { Simulation } from "../../src/models/model.ts";
import { colourMap } from "./colours.ts";
import type { Stroke, ViewOptions } from "./protocol.ts";
import type { Picture, Scene, SceneModule } from "./scene.ts";

export interface Painter {
  pick?(at: readonly [number, number], picture: Picture): Record<string, string> | undefined;
  paint?(stroke: Stroke): void;
  unpaint?(): void;
  painted?(): Record<string, string> | undefined;
  draw(picture: Picture): Promise<void>;
  /** The same picture to keep: a canvas gives its content away only until the browser has shown it. */
  pixels(picture: Picture): Promise<ImageData>;
  mark(cells?: ArrayLike<unknown>): void;
  dispose(): void;
}

export async function createPainter(
  device: Device,
  canvas: OffscreenCanvas,
  simulation: Simulation,
  module: SceneModule,
  /** The picture, or what the page reports with it, has changed by itself. */
  changed: () => void,
): Promise<Painter> {
  if (module.createCanvas) {
    const scene = await module.createCanvas(simulation, changed);
    const dispose = () => scene.dispose?.();
    const paint: Paint = async (context, picture, marked) => scene.draw(context, picture.options, marked, picture);
    return Object.assign(new PlainPainter(canvas, paint, { dispose, prepare: scene.prepare?.bind(scene) }), {
      pick: scene.pick?.bind(scene),
      paint: scene.paint?.bind(scene),
      unpaint: scene.unpaint?.bind(scene),
      painted: scene.painted?.bind(scene),
    });
  }
  if (device.kind === "reference" || !module.create) return new PlainPainter(canvas, cellsOf(simulation));
  const { create } = module;
  const context = canvas.getContext("webgpu");
  if (!context) throw new Error("The canvas gives no WebGPU context.");
  const format = navigator.gpu.getPreferredCanvasFormat();
  context.configure({ device: device.raw, format, alphaMode: "opaque" });
  const scene: Scene = await create(device, simulation, format);
  return {
    async draw(picture) {
      const timing = device.timer?.writes("draw");
      const accepted = device.submit("the picture", (encoder) => {
        scene.draw(encoder, context.getCurrentTexture().createView(), picture, timing);
      });
      await device.waitForGpu(accepted);
    },
    async pixels(picture) {
      const { width, height } = picture;
      const bytesPerRow = Math.ceil((4 * width) / 256) * 256;
      const texture = device.raw.createTexture({
        size: [width, height],
        format,
        usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
      });
      const buffer = device.raw.createBuffer({
        size: bytesPerRow * height,
        usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
      });
      try {
        const accepted = device.submit("the picture", (encoder) => {
          scene.draw(encoder, texture.createView(), picture);
          encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
        });
        await device.waitForGpu(accepted);
        await buffer.mapAsync(GPUMapMode.READ);
        const rows = new Uint8Array(buffer.getMappedRange());
        const image = new ImageData(width, height);
        const [red, blue] = format === "bgra8unorm" ? [2, 0] : [0, 2];
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [from, to] = [y * bytesPerRow + 4 * x, 4 * (y * width + x)];
            image.data[to] = rows[from + red];
            image.data[to + 1] = rows[from + 1];
            image.data[to + 2] = rows[from + blue];
            image.data[to + 3] = 255;
          }
        }
        return image;
      } finally {
        buffer.destroy();
        texture.destroy();
      }
    },
    mark: (cells) => scene.mark(cells),
    dispose: () => scene.dispose(),
  };
}

type Paint = (
  context: OffscreenCanvasRenderingContext2D,
  picture: Picture,
  marked?: ArrayLike<unknown>,
) => Promise<void>;

/** The simulation's own picture, nearest cells. */
function cellsOf(simulation: Simulation): Paint {
  return async (context, { camera, options }, marked) => {
    const cells = cellImage(await simulation.picture(), options, marked);
    context.imageSmoothingEnabled = camera.scale > 1;
    context.drawImage(cells, 0, 0);
  };
}

type Cells = Awaited<ReturnType<Simulation["picture"]>>;

/** A simulation's picture, one pixel a cell; marked cells are red. */
export function cellImage(
  { width, height, data, channels = 1 }: Cells,
  options: ViewOptions,
  marked?: ArrayLike<unknown>,
): OffscreenCanvas {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = new Uint32Array(colourMap(options.colours).buffer);
  const colourOf = (i: number) =>
    channels === 3 ? 0xff000000 | (data[3 * i + 2] << 16) | (data[3 * i + 1] << 8) | data[3 * i] : colours[data[i]];
  for (let i = 0; i < pixels.length; i++) pixels[i] = marked?.[i] ? 0xff2020e0 : colourOf(i);
  const cells = new OffscreenCanvas(width, height);
  cells.getContext("2d")!.putImageData(image, 0, 0);
  return cells;
}

/** By the plain 2-D canvas. */
class PlainPainter implements Painter {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #paint: Paint;
  readonly #prepare: ((options: ViewOptions) => Promise<void>) | undefined;
  readonly dispose: () => void;
  #marked: ArrayLike<unknown> | undefined;

  constructor(
    canvas: OffscreenCanvas,
    paint: Paint,
    { dispose = () => {}, prepare }: { dispose?: () => void; prepare?: (options: ViewOptions) => Promise<void> } = {},
  ) {
    this.dispose = dispose;
    this.#prepare = prepare;
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false })!;
    this.#paint = paint;
  }

  async draw(picture: Picture): Promise<void> {
    await this.#prepare?.(picture.options);
    const { x, y, scale } = picture.camera;
    const context = this.#context;
    context.resetTransform();
    context.fillStyle = "#6b7280";
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(1 / scale, 0, 0, 1 / scale, -x / scale, -y / scale);
    await this.#paint(context, picture, this.#marked);
  }

  async pixels(picture: Picture): Promise<ImageData> {
    await this.draw(picture);
    this.#context.resetTransform();
    return this.#context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
  }

  mark(cells?: ArrayLike<unknown>): void {
    this.#marked = cells;
  }
}
