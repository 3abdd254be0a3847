// Your own WebGPU code on gibbs' buffers: the spin autocorrelation of a quenched Ising lattice, counted on the GPU.
//
// `planes` of an Ising lattice are two GPUBuffers, one for each colour of the checkerboard, with a spin in each bit, and
// `device.raw` is the GPUDevice itself. Here one more compute shader compares the spins with a copy of an earlier state, bit by
// bit: A(t) = 1 - 2 (spins that differ) / N. The lattice is not read back for it.
//
// Quenched from high temperature, domains grow as t^(1/2), and the memory of the first state fades as a power of
// time, A(t) ~ t^(-lambda/2). In two dimensions lambda is close to 5/4 (Fisher and Huse 1988, doi 10.1103/PhysRevB.38.373).
//
// Look at the exponent of the last two doublings, which earlier ones approach from below, and at the last line, where the same number is computed from the spins themselves.
// @ts-check

import { writeFile } from "node:fs/promises";
import { ising, openDevice, png } from "gibbs/node";
import { plot, table } from "./plot.js";

const SIDE = 1024; // a multiple of 64, so that every bit of the planes is a spin
const TIMES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const shader = `
@group(0) @binding(0) var<storage, read> now: array<u32>;
@group(0) @binding(1) var<storage, read> before: array<u32>;
@group(0) @binding(2) var<storage, read_write> differing: atomic<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&now)) { atomicAdd(&differing, countOneBits(now[id.x] ^ before[id.x])); }
}`;

const device = await openDevice();
const { raw } = device;
const lattice = await ising.create(device, { size: [SIDE, SIDE], temperature: 1, start: "random", seed: 6n });
const planes = lattice.planes;
if (!planes) throw new Error("this needs a GPU device");

const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
const pipeline = await raw.createComputePipelineAsync({
  layout: "auto",
  compute: { module: raw.createShaderModule({ code: shader }) },
});
const counter = raw.createBuffer({ size: 4, usage: STORAGE | COPY_SRC | COPY_DST });
const result = raw.createBuffer({ size: 4, usage: MAP_READ | COPY_DST });
const copies = planes.map(({ size }) => raw.createBuffer({ size, usage: STORAGE | COPY_DST }));
const groups = planes.map((plane, i) =>
  raw.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [plane, copies[i], counter].map((buffer, binding) => ({ binding, resource: { buffer } })),
  }),
);

// What is compared with. Calls of gibbs and our own go into the same queue, one after another.
const start = await lattice.spins();
const copying = raw.createCommandEncoder();
for (const [i, plane] of planes.entries()) copying.copyBufferToBuffer(plane, 0, copies[i], 0, plane.size);
raw.queue.submit([copying.finish()]);

const rows = [];
for (const time of TIMES) {
  await lattice.run(time - lattice.steps);
  rows.push([time, await autocorrelation()]);
}
const end = await lattice.spins();
const onHost = end.reduce((sum, spin, i) => sum + spin * start[i], 0) / SIDE ** 2;
await writeFile("shared-buffer.png", png(await lattice.picture()));
lattice.dispose();
device.dispose();

plot([{ mark: "o", points: rows.map(([time, a]) => [time, a]) }], { x: "sweeps", y: "A", logX: true, logY: true });
table(["sweeps", "A"], rows);
const [[t1, a1], , [t2, a2]] = rows.slice(-3);
console.log(
  `\nexponent from ${t1} to ${t2} sweeps: ${(Math.log(a1 / a2) / Math.log(t2 / t1)).toFixed(3)}; lambda / 2 = 0.625`,
);
console.log(
  `A after ${TIMES[TIMES.length - 1]} sweeps: ${rows[rows.length - 1][1]} on the GPU, ${onHost} from the spins`,
);

async function autocorrelation() {
  raw.queue.writeBuffer(counter, 0, new Uint32Array(1));
  const encoder = raw.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  for (const [i, group] of groups.entries()) {
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.ceil(copies[i].size / 4 / 64));
  }
  pass.end();
  encoder.copyBufferToBuffer(counter, 0, result, 0, 4);
  raw.queue.submit([encoder.finish()]);
  await result.mapAsync(GPUMapMode.READ);
  const [differing] = new Uint32Array(result.getMappedRange());
  result.unmap();
  return 1 - (2 * differing) / SIDE ** 2;
}
