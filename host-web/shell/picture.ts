// A picture of the user's as the cue of a memory.

import { imageText } from "../../src/models/hopfield/image.ts";

/**
 * The middle square of a picture, on as many pixels as fit the neurons; what is lighter than its mean is up.
 *
 * @throws Error that names the file where the browser finds no picture in it
 */
export async function pictureText(file: File, neurons: number): Promise<string> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name}: the browser finds no picture in it; save it as PNG or JPEG.`);
  });
  const side = Math.max(1, Math.round(Math.sqrt(neurons)));
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d")!;
  const square = Math.min(bitmap.width, bitmap.height);
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  const [left, top] = [(bitmap.width - square) / 2, (bitmap.height - square) / 2];
  context.drawImage(bitmap, left, top, square, square, 0, 0, side, side);
  bitmap.close();
  const { data } = context.getImageData(0, 0, side, side);
  const light = Array.from({ length: side * side }, (_, i) => data[4 * i] + data[4 * i + 1] + data[4 * i + 2]);
  const mean = light.reduce((a, b) => a + b, 0) / light.length;
  return imageText(
    light.map((value) => (value > mean ? 1 : -1)),
    side,
  );
}
