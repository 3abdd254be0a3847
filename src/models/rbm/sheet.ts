// Pictures of binary units.

/** Pictures of 0 and 1 side by side, `row` pixels a row, a grey line between them. */
export function sheetOf(
  pictures: Uint8Array,
  pixels: number,
  row: number,
): { width: number; height: number; data: Uint8Array } {
  const rows = Math.ceil(pixels / row);
  const count = pictures.length / pixels;
  const columns = Math.ceil(Math.sqrt(count));
  const [width, height] = [columns * (row + 1) + 1, Math.ceil(count / columns) * (rows + 1) + 1];
  const data = new Uint8Array(width * height).fill(96);
  for (let at = 0; at < pictures.length; at++) {
    const [picture, pixel] = [Math.floor(at / pixels), at % pixels];
    const x = (picture % columns) * (row + 1) + 1 + (pixel % row);
    const y = Math.floor(picture / columns) * (rows + 1) + 1 + Math.floor(pixel / row);
    data[y * width + x] = pictures[at] ? 255 : 0;
  }
  return { width, height, data };
}
