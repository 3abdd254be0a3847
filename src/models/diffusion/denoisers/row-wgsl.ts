// Rows of weights in WGSL: some vectors at equal distances, the same for all invocations. On a GPU loads of one address by all lanes of a
// subgroup are one load. A software adapter loads for each lane by itself; where it has subgroups, each lane loads a vector of its own and
// all get it by a broadcast, which is as fast as arithmetic.

import type { GpuDevice } from "../../../device/gpu.ts";
import { SUBGROUPS, subgroupSizes } from "../../../device/subgroups.ts";

/** Vectors of a row that is broadcast. */
export const BROADCAST = 8;

/** Whether rows are broadcast: subgroups must have a lane for each vector, all of them in use. */
export function broadcasts(device: GpuDevice, workgroup: number): boolean {
  const { least, most } = subgroupSizes(device);
  return device.info.software && least >= BROADCAST && workgroup % most === 0;
}

export interface Row {
  /** BROADCAST at most where they are broadcast. */
  vectors: number;
  broadcast: boolean;
}

/** `Row` of ROW vectors, `lane_of`, and `row_of_X(at, step, lane)` for each storage buffer X of vectors. */
export function rowWgsl({ vectors, broadcast }: Row, buffers: readonly string[]): string {
  const all = (of: (v: number) => string) => Array.from({ length: vectors }, (_, v) => of(v)).join(", ");
  const body = (buffer: string) =>
    broadcast
      ? `let own = ${buffer}[at + lane % ROW * step];\n  return Row(${all((v) => `subgroupBroadcast(own, ${v}u)`)});`
      : `return Row(${all((v) => `${buffer}[at + ${v}u * step]`)});`;
  return [
    broadcast ? SUBGROUPS : "",
    `const ROW = ${vectors}u;\nalias Row = array<vec4f, ROW>;\n`,
    `fn lane_of() -> u32 {\n  return ${broadcast ? "subgroupExclusiveAdd(1u)" : "0u"};\n}\n`,
    ...buffers.map((buffer) => `fn row_of_${buffer}(at: u32, step: u32, lane: u32) -> Row {\n  ${body(buffer)}\n}\n`),
  ].join("");
}
