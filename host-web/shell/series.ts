// A time series of the user's as the text that a model takes.

import { readSeries } from "../../src/files/series.ts";
import { seriesText } from "../../src/models/reservoir/series-text.ts";

/** @throws FileError that names the line where the file is no series of finite numbers */
export async function readSeriesText(file: File): Promise<string> {
  return seriesText(readSeries(file.name, new Uint8Array(await file.arrayBuffer())));
}
