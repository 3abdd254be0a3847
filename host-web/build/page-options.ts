// What a model's page has in addition to the controls of its parameters: host-web/MODEL/page.ts says it, the layout makes it.

export interface PageOptions {
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
  /** A file that only this model writes. */
  output?: { text: string; help: string; extension: string };
  /** What is saved as one pixel a cell. */
  cells: { text: string; help: string };
}
