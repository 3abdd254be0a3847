// A time series of the user's as the text that a model takes.

import { readSeries } from "../../src/files/series.ts";
import { seriesText } from "../../src/files/series-text.ts";

/** @throws FileError that names the line where the file is no series of finite numbers */
export const readSeriesText = (name: string, bytes: Uint8Array): string => seriesText(readSeries(name, bytes));
