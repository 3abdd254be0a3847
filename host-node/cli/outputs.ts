// The files of --out: what each extension holds, tried before the run and written after it.

import { basename, dirname, join } from "node:path";
import { npy } from "../../src/files/npy.ts";
import { type Picture, png, reducedText, reduction } from "../../src/files/png.ts";
import type { AnyModel } from "../../src/models/index.ts";
import type { FileContent } from "../../src/models/model.ts";
import { csv, seriesCsv } from "../files/csv.ts";
import { hdf5 } from "../files/hdf5.ts";
import { type Content, checkFolder, checkWritable, writeFileWhole, writeFolderWhole } from "../files/write.ts";
import { ZARR_MARK, zarr } from "../files/zarr.ts";
import { runDataset, scanDataset } from "./dataset.ts";
import { asUsage, UsageError } from "./errors.ts";
import type { Job } from "./job.ts";
import type { RunDocument, ScanDocument } from "./report.ts";

/** Those that are folders are written by their own. */
const FOLDER = ".zarr";
type Files = ReadonlyMap<string, Uint8Array>;

const RUN: Record<string, (job: Job, document: RunDocument) => Promise<Content | Files>> = {
  ".png": async ({ simulation }, { gibbs, model, parameters, seed, steps, warmup, digest }) => {
    const record = JSON.stringify({ gibbs, model, parameters, seed, steps, warmup, digest });
    return pictureFile(await simulation.picture(), { Software: `gibbs ${gibbs}`, gibbs: record });
  },
  ".npy": async ({ simulation }) => npy(await simulation.array()),
  ".csv": async ({ simulation, series }) => {
    const table = simulation.table?.();
    return table ? csv(table.head, table.rows) : seriesCsv(series);
  },
  ".h5": async (job, document) => hdf5(await runDataset(job, document)),
  [FOLDER]: async (job, document) => zarr(await runDataset(job, document)),
};

const SCAN: Record<string, (document: ScanDocument) => Content | Promise<Content | Files>> = {
  ".csv": scanCsv,
  ".h5": (document) => hdf5(scanDataset(document)),
  [FOLDER]: (document) => zarr(scanDataset(document)),
};

/** What a scan writes. */
export const SCAN_ENDINGS = Object.keys(SCAN);

/** Writes the files of a scan, as `writeOutputs` does. @throws FileError of the first that failed */
export const writeScan = (paths: readonly string[], document: ScanDocument): Promise<void> =>
  writeAll(paths, async (path) => SCAN[endingOf(path, SCAN_ENDINGS)!](document));

/** Writes them all, also after one has failed. @throws FileError of the first that failed. */
async function writeAll(
  paths: readonly string[],
  contentFor: (path: string) => Promise<Content | Files>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const path of paths) {
    await contentFor(path)
      .then((content) => write(path, content))
      .catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

const write = (path: string, content: Content | Files) =>
  content instanceof Map ? writeFolderWhole(path, content) : writeFileWhole(path, content as Content);

/** A PNG; one that does not show every cell is not written in silence. */
function pictureFile(picture: Picture, text: Record<string, string>): Uint8Array {
  if (reduction(picture) > 1) {
    process.stderr.write(`gibbs: note: the picture shows ${reducedText(picture)}; .npy has every cell.\n`);
  }
  return png(picture, text);
}

/** What a run of a model writes. */
export const extensionsOf = ({ outputs, analyses }: AnyModel) => [
  ...Object.keys(RUN),
  ...(outputs ?? []),
  ...(analyses ?? []),
];

/** The ending of a path that says what it holds: of several that fit, the longest. */
export const endingOf = (path: string, endings: readonly string[]) =>
  endings
    .filter((ending) => path.toLowerCase().endsWith(ending) && basename(path).length > ending.length)
    .sort((a, b) => b.length - a.length)
    .at(0);

/** Where snapshots go: a path in which # stands for the step. */
const SNAPSHOTS = [".png", ".npy"];

/** @throws UsageError for a path without its place for the step, or that cannot be written */
export async function checkSnapshots(path: string): Promise<void> {
  if (!basename(path).includes("#") || endingOf(path, SNAPSHOTS) === undefined) {
    throw new UsageError(
      `snapshots "${path}": its name needs a # where the step goes, and ends in ${SNAPSHOTS.join(" or ")}, as in frame-#.png.`,
    );
  }
  await asUsage(checkWritable(path));
}

/** Digits of a step in a name, so that names sort, also those of a run that is made longer. */
const DIGITS = 8;

/** Writes the state at a step. */
export async function writeSnapshot(path: string, job: Job, step: number): Promise<void> {
  const name = basename(path).replace("#", String(step).padStart(DIGITS, "0"));
  const { simulation } = job;
  const bytes = path.toLowerCase().endsWith(".png")
    ? pictureFile(await simulation.picture(), { Software: `gibbs ${__GIBBS_VERSION__}` })
    : npy(await simulation.array());
  await writeFileWhole(join(dirname(path), name), bytes);
}

/** @throws UsageError for an extension that nothing is written for, and for a path that cannot be written. */
export async function checkOutputs(paths: readonly string[], extensions: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (endingOf(path, extensions) === undefined) {
      throw new UsageError(
        `out "${path}": the file's extension says what to write; it must be one of ${extensions.join(", ")}.`,
      );
    }
    await asUsage(endingOf(path, extensions) === FOLDER ? checkFolder(path, ZARR_MARK) : checkWritable(path));
  }
}

/** Whether the run's own files can be made at its end. @throws ParameterError */
export function checkContents(paths: readonly string[], { model, simulation }: Job): void {
  for (const path of paths) {
    const ending = endingOf(path, extensionsOf(model))!;
    if (model.outputs?.includes(ending)) simulation.checkOutput?.(ending);
  }
}

/** Writes the files of a run. @throws FileError of the first that failed */
export const writeOutputs = (paths: readonly string[], job: Job, document: RunDocument): Promise<void> =>
  writeAll(paths, async (path) => {
    const ending = endingOf(path, extensionsOf(job.model))!;
    const analysis = job.analyses.get(ending);
    return analysis ? contentOf(analysis.content()) : (RUN[ending]?.(job, document) ?? ownFile(job, ending));
  });

const ownFile = async ({ simulation }: Job, ending: string) => contentOf(await simulation.output!(ending));

/** Bytes or text of what a file holds. */
export async function contentOf(content: FileContent): Promise<Content> {
  if (content instanceof Uint8Array || typeof content === "string") return content;
  return "data" in content ? npy(content) : csv(content.head, content.rows);
}

/** The table of a scan: the parameters of each point, then value and error of each observable. */
function scanCsv({ points }: ScanDocument): Content {
  const [first] = points;
  const parameters = Object.keys(first.parameters);
  const observables = Object.keys(first.observables);
  const head = [...parameters, ...observables.flatMap((name) => [name, `${name}_error`])];
  return csv(head, rows());

  function* rows() {
    for (const point of points) {
      const values = observables.flatMap((name) => [point.observables[name].value, point.observables[name].error]);
      yield [...parameters.map((name) => show(point.parameters[name])), ...values];
    }
  }
}

const show = (value: unknown) =>
  typeof value === "number" ? value : Array.isArray(value) ? value.join("x") : String(value);
