// Between the GPU's two colour planes (shaders/ising/lattice.wgsl) and the canonical state: row-major, one bit a spin.

/**
 * The canonical state: for each replica, for each row, the row's spins from x = 0, eight a byte, the lowest bit first, up = 1;
 * a row's last byte is padded with zeros. In NumPy: `np.packbits(spins > 0, axis=-1, bitorder="little")`.
 */
export interface Shape {
  width: number;
  height: number;
  replicas: number;
}

export const rowBytes = ({ width }: Pick<Shape, "width">) => Math.ceil(width / 8);

export const stateBytes = (shape: Shape) => shape.replicas * shape.height * rowBytes(shape);

/** The tiles of one colour of one replica: across, down, and all. */
export function tiles({ width, height }: Shape): { across: number; down: number; count: number } {
  const across = Math.ceil(width / 64);
  const down = Math.ceil(height / 4);
  return { across, down, count: across * down };
}

/** Words of 32 bits in one colour plane. */
export const planeWords = (shape: Shape) => 4 * tiles(shape).count * shape.replicas;

/** The canonical state of two colour planes. */
export function fromPlanes(planes: readonly [Uint32Array, Uint32Array], shape: Shape): Uint8Array {
  const state = new Uint8Array(stateBytes(shape));
  const bytes = rowBytes(shape);
  forEachWord(shape, (word, colourOfEven, row, byte) => {
    const even = planes[colourOfEven][word];
    const odd = planes[1 - colourOfEven][word];
    const low = spread(even & 0xffff) | (spread(odd & 0xffff) << 1);
    const high = spread(even >>> 16) | (spread(odd >>> 16) << 1);
    const start = row * bytes + byte;
    for (let i = 0; i < 8 && byte + i < bytes; i++) state[start + i] = (i < 4 ? low : high) >>> (8 * (i % 4));
  });
  return state;
}

/** The colour planes of a canonical state. */
export function toPlanes(state: Uint8Array, shape: Shape): [Uint32Array, Uint32Array] {
  const planes: [Uint32Array, Uint32Array] = [new Uint32Array(planeWords(shape)), new Uint32Array(planeWords(shape))];
  const bytes = rowBytes(shape);
  forEachWord(shape, (word, colourOfEven, row, byte) => {
    let low = 0;
    let high = 0;
    const start = row * bytes + byte;
    for (let i = 0; i < 4 && byte + i < bytes; i++) low |= state[start + i] << (8 * i);
    for (let i = 4; i < 8 && byte + i < bytes; i++) high |= state[start + i] << (8 * (i - 4));
    planes[colourOfEven][word] = gather(low) | (gather(high) << 16);
    planes[1 - colourOfEven][word] = gather(low >>> 1) | (gather(high >>> 1) << 16);
  });
  return planes;
}

/** Visits each word of a plane, with the colour of the row's even x, the row (over all replicas) and the row's byte that it meets. */
function forEachWord(
  shape: Shape,
  visit: (word: number, colourOfEven: 0 | 1, row: number, byte: number) => void,
): void {
  const { across, count } = tiles(shape);
  for (let replica = 0; replica < shape.replicas; replica++) {
    for (let y = 0; y < shape.height; y++) {
      for (let x = 0; x < across; x++) {
        const tile = replica * count + (y >> 2) * across + x;
        visit(4 * tile + (y & 3), (y & 1) as 0 | 1, replica * shape.height + y, 8 * x);
      }
    }
  }
}

/** Moves bit i of 16 to bit 2i. */
function spread(bits: number): number {
  let x = bits;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** Moves bit 2i to bit i; odd bits are dropped. */
function gather(bits: number): number {
  let x = bits & 0x55555555;
  x = (x | (x >>> 1)) & 0x33333333;
  x = (x | (x >>> 2)) & 0x0f0f0f0f;
  x = (x | (x >>> 4)) & 0x00ff00ff;
  return (x | (x >>> 8)) & 0x0000ffff;
}

/** Spins ±1, shape [replicas][height][width], of a canonical state. */
export function unpackSpins(state: Uint8Array, shape: Shape): Int8Array {
  const { width } = shape;
  const bytes = rowBytes(shape);
  const rows = shape.replicas * shape.height;
  const spins = new Int8Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < width; x++) spins[row * width + x] = (state[row * bytes + (x >> 3)] >> (x & 7)) & 1 ? 1 : -1;
  }
  return spins;
}

/** The canonical state of spins, shape [replicas][height][width]; positive is up. */
export function packSpins(spins: ArrayLike<number>, shape: Shape): Uint8Array {
  const { width } = shape;
  const bytes = rowBytes(shape);
  const state = new Uint8Array(stateBytes(shape));
  for (let row = 0; row < shape.replicas * shape.height; row++) {
    for (let x = 0; x < width; x++) if (spins[row * width + x] > 0) state[row * bytes + (x >> 3)] |= 1 << (x & 7);
  }
  return state;
}
