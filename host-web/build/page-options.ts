// What a model's page has in addition to the controls of its parameters. It follows from the model's declaration; host-web/MODEL/page.ts says
// what is otherwise, the layout makes it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AnyModel } from "../../src/models/index.ts";

export interface Page {
  /** What to look at, a sentence below the picture of the page's own run. */
  watch: string;
  /** How the errors in the table are estimated, a sentence. */
  errors: string;
  /** The model's guide below docs/, without its ending. */
  guide?: string;
  /** What the counter of steps counts. */
  counts: string;
  /** Steps a frame, and the one that is chosen first; below one: frames a step. */
  speeds: readonly number[];
  speed: number;
  /** The canvas' longer side where a software adapter draws: as much as it draws often enough. */
  softwarePixels: number;
  /** Ways to see the state: value and text. Empty where they follow from the run. */
  views: readonly (readonly [string, string])[];
  viewLabel: string;
  /** The picture has colours of its own: there is no choice of them. */
  ownColours?: boolean;
  /** Views in space, which turn, and those of which a place can be chosen. */
  orbits?: readonly string[];
  picks?: readonly string[];
  /** Block sides, for a view of block means. */
  blocks?: readonly number[];
  grid?: boolean;
  brush?: readonly (readonly [string, string])[];
  /** The brush that is chosen first, its radius and the largest, and what empties the sheet. */
  brushed?: { first: string; radius: number; most: number; clear: string };
  /** A slider over the steps of a run that has an end: what it is called. */
  time?: string;
  /** Columns of the table. */
  table: readonly string[];
  scan?: { text: string; help: string };
  correlation?: { text: string; help: string };
  /** The run can be compared with the reference. */
  verify: boolean;
  /** A file that only this model writes. */
  output?: { text: string; help: string; extension: string };
  /** What is saved as one pixel a cell. */
  cells: { text: string; help: string };
}

export type PageOptions = Partial<Page>;

const DOCS = join(import.meta.dirname, "../../docs");
const guideOf = ({ name }: AnyModel) => `models/${name}`;

const OF_SERIES =
  "One standard error of a mean over the run since the last change of parameters, without its first fifth. It is found by blocking, so that correlation in time is taken into account.";

/** What a small run shows of a model. */
export interface Declared {
  /** It has a series, of which the table shows the present values, too. */
  hasSeries: boolean;
  /** Its picture has one value a pixel. */
  isGrey: boolean;
}

export function declaredPage(model: AnyModel, { hasSeries, isGrey }: Declared): Page {
  return {
    watch: model.summary,
    errors: hasSeries ? OF_SERIES : "One standard error.",
    ...(existsSync(join(DOCS, `${guideOf(model)}.md`)) ? { guide: guideOf(model) } : {}),
    counts: model.step,
    speeds: [0.1, 1, 4, 16, 64],
    speed: 1,
    softwarePixels: 2000, // the plain canvas draws, not the adapter
    viewLabel: "View",
    views: [["picture", "Picture"]],
    ownColours: !isGrey,
    table: hasSeries
      ? ["observable", "now", "mean ± error", "exact", "z"]
      : ["observable", "value ± error", "exact", "z"],
    verify: true,
    cells: { text: "Data picture", help: "The picture as the simulation draws it (PNG)" },
  };
}
