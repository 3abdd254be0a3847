// A trainer's state as the sections of a checkpoint: little-endian floats, of 32 bits from a GPU and of 64 from the reference.

import type { TrainerState } from "./trainer.ts";

const NAMES = ["parameters", "means", "variances", "averages"] as const;

export function bytesOf(state: TrainerState): Record<(typeof NAMES)[number], Uint8Array> {
  const sections = NAMES.map((name) => {
    const values = state[name];
    const size = values.BYTES_PER_ELEMENT;
    const view = new DataView(new ArrayBuffer(size * values.length));
    for (let i = 0; i < values.length; i++) {
      if (size === 4) view.setFloat32(4 * i, values[i], true);
      else view.setFloat64(8 * i, values[i], true);
    }
    return [name, new Uint8Array(view.buffer)];
  });
  return Object.fromEntries(sections);
}

/** Nothing, where a section is missing or does not have `count` values, all of them finite 32-bit floats and variances not negative. */
export function stateOf(sections: Record<string, Uint8Array | undefined>, count: number): TrainerState | undefined {
  const size = (sections.parameters?.length ?? 0) / count;
  if (size !== 4 && size !== 8) return undefined;
  if (NAMES.some((name) => sections[name]?.length !== size * count)) return undefined;
  const floats = (name: (typeof NAMES)[number]) => {
    const { buffer, byteOffset } = sections[name]!;
    const view = new DataView(buffer, byteOffset);
    return size === 4
      ? Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true))
      : Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true));
  };
  const state: TrainerState = {
    ...{ parameters: floats("parameters"), means: floats("means") },
    ...{ variances: floats("variances"), averages: floats("averages") },
  };
  const proper = (name: (typeof NAMES)[number]) =>
    Array.from(state[name]).every((v) => Number.isFinite(Math.fround(v)) && (v >= 0 || name !== "variances"));
  return NAMES.every(proper) ? state : undefined;
}
