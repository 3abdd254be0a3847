// What puts the state on the canvas: the model's scene on the GPU, or plain pixels where there is none.

import type { Device } from "../../src/device/device.ts";
import type { Simulation } from "../../src/models/model.ts";
import { colourMap } from "./colours.ts";
import type { Picture, Scene, SceneModule } from "./scene.ts";

export interface Painter {
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
): Promise<Painter> {
  if (device.kind === "reference") return new PlainPainter(canvas, simulation);
  const context = canvas.getContext("webgpu");
  if (!context) throw new Error("The canvas gives no WebGPU context.");
  const format = navigator.gpu.getPreferredCanvasFormat();
  context.configure({ device: device.raw, format, alphaMode: "opaque" });
  const scene: Scene = await module.create(device, simulation, format);
  return {
    async draw(picture) {
      const timing = device.timer?.writes("draw");
      const accepted = device.submit("the picture", (encoder) => {
        scene.draw(encoder, context.getCurrentTexture().createView(), picture, timing);
      });
      await device.settle(accepted);
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
        await device.settle(accepted);
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

/** Nearest cells, by the plain 2-D canvas. */
class PlainPainter implements Painter {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #simulation: Simulation;
  #marked: ArrayLike<unknown> | undefined;

  constructor(canvas: OffscreenCanvas, simulation: Simulation) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false })!;
    this.#simulation = simulation;
  }

  async draw({ camera, look }: Picture): Promise<void> {
    const { width, height, data } = await this.#simulation.picture();
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const colours = new Uint32Array(colourMap(look.colours).buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = this.#marked?.[i] ? 0xff2020e0 : colours[data[i]];
    const cells = new OffscreenCanvas(width, height);
    cells.getContext("2d")!.putImageData(image, 0, 0);
    const context = this.#context;
    context.resetTransform();
    context.fillStyle = "#6b7280";
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.imageSmoothingEnabled = camera.scale > 1;
    context.setTransform(1 / camera.scale, 0, 0, 1 / camera.scale, -camera.x / camera.scale, -camera.y / camera.scale);
    context.drawImage(cells, 0, 0);
  }

  async pixels(picture: Picture): Promise<ImageData> {
    await this.draw(picture);
    this.#context.resetTransform();
    return this.#context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
  }

  mark(cells?: ArrayLike<unknown>): void {
    this.#marked = cells;
  }

  dispose(): void {}
}
