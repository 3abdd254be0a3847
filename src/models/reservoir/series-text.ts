// A series as a text that a checkpoint and a link can hold: "1x5000x3:", that is series × time × features, and its values, 32-bit floats
// in little-endian order, as base64url.

import { ParameterError } from "../../device/errors.ts";
import { base64Bytes, base64url } from "../../files/base64.ts";

export interface OwnSeries {
  /** [series][time][feature]. */
  data: Float64Array;
  shape: [series: number, time: number, features: number];
}

/** The text of an array of shape [time], [time, features] or [series, time, features]. */
export function seriesText({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): string {
  const [series, time, features] =
    shape.length === 1 ? [1, shape[0], 1] : shape.length === 2 ? [1, ...shape] : (shape as [number, number, number]);
  const bytes = new DataView(new ArrayBuffer(4 * data.length));
  for (let i = 0; i < data.length; i++) bytes.setFloat32(4 * i, data[i], true);
  return `${series}x${time}x${features}:${base64url(new Uint8Array(bytes.buffer))}`;
}

/** @throws ParameterError for a text that is no series, and for values that are not finite */
export function parseSeries(text: string): OwnSeries {
  if (text === "") {
    throw new ParameterError(
      "data",
      "data: no series is given; give a CSV or .npy file with --data, or another --task.",
    );
  }
  const [, ...lengths] = /^(\d+)x(\d+)x(\d+):[\w-]*$/.exec(text) ?? [];
  const shape = lengths.map(Number) as OwnSeries["shape"];
  const count = shape.reduce((product, length) => product * length, 1);
  const wrong = new ParameterError(
    "data",
    "data: the text is no series, which is SERIESxTIMExFEATURES:, then 32-bit floats as base64url.",
  );
  if (shape.length !== 3) throw wrong;
  const own = base64Bytes(text.slice(text.indexOf(":") + 1));
  if (own?.length !== 4 * count || count === 0) throw wrong;
  const bytes = new DataView(own.buffer);
  const data = Float64Array.from({ length: count }, (_, i) => bytes.getFloat32(4 * i, true));
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const [row, column] = [Math.floor(at / shape[2]) % shape[1], at % shape[2]];
    throw new ParameterError(
      "data",
      `data: the value at step ${row}, column ${column + 1} is ${data[at]}; fill gaps before learning from a series.`,
    );
  }
  return { data, shape };
}
