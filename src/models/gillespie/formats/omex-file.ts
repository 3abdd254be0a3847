// COMBINE archives (Bergmann et al. 2014, doi 10.1186/s12859-014-0369-z): a zip with models, and with SED-ML that says what is to be
// done with them. One task of it becomes the parameters of a run.

import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { unzipSync } from "fflate";
import { FileError } from "../../../device/errors.ts";
import { decodeText } from "../../../files/text.ts";
import type { Archive } from "../../model.ts";
import { elements, local } from "../sbml/xml.ts";
import { type Document, runOf, type Task, tasksOf } from "./sedml.ts";

/** Bytes of all files that are read; a zip may say that it holds any number. */
const MOST_BYTES = 2 ** 28;
const MOST_FILES = 4096;

/** The runs in an archive that can be made. @throws FileError */
export const runsIn: Archive["runs"] = async (file) =>
  tasksIn(file).tasks.flatMap(({ id, refused }) => (refused === undefined ? [id] : []));

/** What the one that is wanted says. @throws FileError */
export const runIn: Archive["read"] = async (file, wanted) => {
  const { tasks, files, fail } = tasksIn(file);
  const task = choose(tasks, wanted, fail);
  return runOf(task, (source) => fileAt(files, task.document.location, source), fail);
};

type Fail = (why: string) => never;

function tasksIn({ name, bytes }: { name: string; bytes: Uint8Array }) {
  const fail: Fail = (why) => {
    throw new FileError(`${name}: ${why}.`);
  };
  const files = unzipped(bytes, fail);
  const documents = documentsOf(files, fail).map((location): Document => {
    return { location, root: rootOf(decodeText(files.get(location)!), location, fail) };
  });
  const tasks = documents.flatMap((document) => tasksOf(document));
  if (tasks.length === 0) fail("there is no task in its SED-ML");
  return { tasks, files, fail };
}

function unzipped(bytes: Uint8Array, fail: Fail): Map<string, Uint8Array> {
  if (!(bytes[0] === 0x50 && bytes[1] === 0x4b)) fail("it is no COMBINE archive, which is a zip file");
  let [size, count] = [0, 0];
  // Models and what says what to do with them; pictures and results of others stay where they are.
  const filter = (file: { name: string; originalSize: number }) => {
    if (!/\.(xml|sbml|sedml|net|ant|txt)$/i.test(file.name)) return false;
    size += file.originalSize;
    if (size > MOST_BYTES || ++count > MOST_FILES) {
      fail(`its files have over ${MOST_BYTES / 2 ** 20} MB, or are over ${MOST_FILES}; leave some out`);
    }
    return true;
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })).map(([path, content]) => [clean(path), content]));
  } catch (error) {
    if (error instanceof FileError) throw error;
    return fail(`it is no complete zip file (${(error as Error).message})`);
  }
}

/** The SED-ML documents: the master of the manifest, else all. */
function documentsOf(files: ReadonlyMap<string, Uint8Array>, fail: Fail): string[] {
  const manifest = files.get("manifest.xml");
  const listed = manifest ? elements(rootOf(decodeText(manifest), "manifest.xml", fail)) : [];
  const documents = listed
    .filter((each) => local(each) === "content" && /sed-?ml/i.test(each.attributes.format ?? ""))
    .map(({ attributes }) => ({ location: clean(attributes.location ?? ""), master: attributes.master === "true" }));
  const masters = documents.filter(({ master }) => master);
  const locations = (masters.length > 0 ? masters : documents).map(({ location }) => location);
  const found = locations.length > 0 ? locations : [...files.keys()].filter((path) => /\.sedml$/i.test(path));
  const missing = found.find((location) => !files.has(location));
  if (missing !== undefined) fail(`its manifest names ${missing}, which is not in it`);
  if (found.length === 0) fail("there is no SED-ML in it, which would say what to simulate; give its model by --sbml");
  return found;
}

function choose(tasks: readonly Task[], wanted: string | undefined, fail: Fail): Task {
  const possible = tasks.filter(({ refused }) => refused === undefined);
  const others = tasks.filter(({ refused }) => refused !== undefined).map(({ id, refused }) => `${id}: ${refused}`);
  const said = possible.map(({ id, says }) => `${id} (${says})`).join(", ");
  if (wanted !== undefined) {
    const found = tasks.filter(({ id }) => id === wanted);
    if (found.length === 1) return found[0];
    fail(
      `it has ${found.length === 0 ? "no" : "more than one"} task "${wanted}"; there are ${said || others.join("; ")}`,
    );
  }
  if (tasks.length === 1) return tasks[0];
  if (possible.length === 0) fail(`none of its tasks can be run here: ${others.join("; ")}`);
  const rest = others.length > 0 ? `; not to be run here are ${others.join("; ")}` : "";
  return fail(`it has ${tasks.length} tasks; choose one by --task: ${said}${rest}`);
}

/** A file that a document names, relative to it. */
function fileAt(files: ReadonlyMap<string, Uint8Array>, from: string, source: string): string | undefined {
  const folder = from.includes("/") ? from.slice(0, from.lastIndexOf("/") + 1) : "";
  const bytes = files.get(clean(folder + source)) ?? files.get(clean(source));
  return bytes && decodeText(bytes);
}

/** ./a/../b as b. */
function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.replace(/\\/g, "/").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

function rootOf(text: string, location: string, fail: Fail): XmlElement {
  try {
    const { root } = parseXml(text, { includeOffsets: true });
    if (root) return root;
  } catch (error) {
    if (error instanceof RangeError) fail(`${location} is nested too deeply to be read`);
    fail(`${location} is no well-formed XML: ${(error as Error).message.split("\n")[0]}`);
  }
  return fail(`${location} is empty`);
}
