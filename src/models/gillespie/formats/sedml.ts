// SED-ML Level 1, Versions 1 to 4 (Waltemath et al. 2011, doi 10.1186/1752-0509-5-198; Smith et al. 2021, doi 10.1515/jib-2021-0021): uniform
// time courses of a model with changed attributes, by the algorithms of kisao.ts.

import type { XmlElement } from "@rgrove/parse-xml";
import type { ArchivedRun } from "../../model.ts";
import { elements, local } from "../sbml/xml.ts";
import { algorithmOf, kisaoNumber, PARAMETERS } from "./kisao.ts";
import { changeAttribute } from "./sedml-changes.ts";
import { withTwoWays } from "./two-ways.ts";

export interface Document {
  location: string;
  root: XmlElement;
}

/** One task of a document, and what is known of it without its model. */
export interface Task {
  id: string;
  document: Document;
  element: XmlElement;
  /** What it does, for people. */
  says: string;
  /** Why it cannot be run. */
  refused?: string | undefined;
}

type Fail = (why: string) => never;

/** Grid times of a run, at most: as its parameters have it. */
const MOST_POINTS = 100_001;

const listIn = (root: XmlElement, list: string) =>
  elements(root)
    .filter((each) => local(each) === list)
    .flatMap(elements)
    .filter((each) => !["notes", "annotation"].includes(local(each)));

const byId = (root: XmlElement, list: string, id: string | undefined) =>
  listIn(root, list).find(({ attributes }) => attributes.id === id);

export function tasksOf(document: Document): Task[] {
  const { root } = document;
  return listIn(root, "listOfTasks").map((element) => {
    const id = element.attributes.id ?? "";
    const simulation = byId(root, "listOfSimulations", element.attributes.simulationReference);
    const algorithm = simulation && elements(simulation).find((each) => local(each) === "algorithm");
    const kisao = algorithm?.attributes.kisaoID ?? "no algorithm";
    const refused = reasonAgainst(element, simulation, kisao);
    const model = element.attributes.modelReference;
    const says = refused ?? `model ${model}, ${kisao} until ${simulation!.attributes.outputEndTime}`;
    return { id, document, element, says, refused };
  });
}

function reasonAgainst(task: XmlElement, simulation: XmlElement | undefined, kisao: string): string | undefined {
  if (local(task) !== "task") return `it is a ${local(task)}, which is not supported`;
  if (!simulation) return `it names the simulation "${task.attributes.simulationReference ?? ""}", which there is not`;
  if (local(simulation) !== "uniformTimeCourse")
    return `its simulation is a ${local(simulation)}; uniformTimeCourse is read`;
  const algorithm = algorithmOf(kisao);
  return typeof algorithm === "string" ? algorithm : undefined;
}

/**
 * The task as parameters of a run.
 *
 * @param fileAt the text of a file of the archive
 * @param fail throws an error with a reason
 */
export function runOf(
  { id, document, element, refused }: Task,
  fileAt: (source: string) => string | undefined,
  fail: Fail,
): ArchivedRun {
  const no: Fail = (why) => fail(`task ${id}: ${why}`);
  const { root } = document;
  const [level, version] = [root.attributes.level, root.attributes.version].map(Number);
  if (local(root) !== "sedML" || level !== 1 || !(version >= 1 && version <= 4)) {
    no(`${document.location} is of Level ${level} Version ${version}; SED-ML Level 1 Version 1 to 4 is read`);
  }
  if (refused !== undefined) no(refused);
  const simulation = byId(root, "listOfSimulations", element.attributes.simulationReference)!;
  const algorithm = elements(simulation).find((each) => local(each) === "algorithm")!;
  const chosen = algorithmOf(algorithm.attributes.kisaoID);
  if (typeof chosen === "string") return no(chosen);
  const notes = chosen.note ? [chosen.note] : [];
  const { seed, ...own } = parametersOf(algorithm, chosen.method, notes, no);
  if (own.trajectories === undefined) {
    notes.push(
      "the archive says nothing of how many runs (KISAO:0000498): an ensemble is made, and --replay 0 is one run of it",
    );
  }
  const { text: written, changes } = modelOf(root, element.attributes.modelReference, fileAt, no);
  const { text, ids } = withTwoWays(written);
  if (ids.length > 0) {
    notes.push(
      `the model calls reactions irreversible whose laws turn negative; they run both ways: ${ids.slice(0, 10).join(", ")}${ids.length > 10 ? ` and ${ids.length - 10} more` : ""}`,
    );
  }
  notes.unshift(
    `task ${id} of ${document.location}: model ${element.attributes.modelReference}${changes > 0 ? ` with ${changes} change${changes > 1 ? "s" : ""}` : ""}`,
  );
  const parameters = { sbml: text, method: chosen.method, ...timesOf(simulation, notes, no), ...own };
  return { parameters, notes, ...(seed === undefined ? {} : { seed }) };
}

/** The grid of a run begins at 0; where output begins later it is refined until its times are among those of the grid. */
function timesOf(simulation: XmlElement, notes: string[], no: Fail): { until: number; points: number } {
  const numberOf = (name: string) => {
    const text = simulation.attributes[name];
    const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : no(`its ${name} is "${text ?? "missing"}", and no number`);
  };
  const [initial, start, end] = ["initialTime", "outputStartTime", "outputEndTime"].map(numberOf);
  const steps = numberOf(simulation.attributes.numberOfSteps === undefined ? "numberOfPoints" : "numberOfSteps");
  if (initial !== 0) no(`its initialTime is ${initial}; runs begin at 0`);
  if (!(start >= 0 && end > start))
    no(`its output is from ${start} to ${end}; it must end after it begins, at 0 or later`);
  if (!(Number.isInteger(steps) && steps >= 1)) no(`it has ${steps} points; there is at least one`);
  const step = (end - start) / steps;
  for (let parts = 1; parts <= MOST_POINTS; parts++) {
    const before = (start / step) * parts;
    const all = Math.round(before) + steps * parts;
    if (all + 1 > MOST_POINTS) break;
    if (Math.abs(before - Math.round(before)) > 1e-9 * Math.max(1, before)) continue;
    if (start > 0)
      notes.push(
        `its output begins at ${start}; earlier times are also reported${parts > 1 ? `, and ${parts - 1} between two of its own` : ""}`,
      );
    return { until: end, points: all + 1 };
  }
  return no(
    `${steps} points from ${start} to ${end} are more than ${MOST_POINTS} times of a grid that begins at 0; take fewer`,
  );
}

function parametersOf(algorithm: XmlElement, method: string, notes: string[], no: Fail) {
  const own: { trajectories?: number; tolerance?: number; seed?: bigint } = {};
  const idle: string[] = [];
  for (const { attributes } of listIn(algorithm, "listOfAlgorithmParameters")) {
    const { kisaoID: id = "", value: text = "" } = attributes;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const whole = (least: number, what: string) =>
      Number.isInteger(value) && value >= least
        ? value
        : no(`its ${what} (${id}) is "${text}"; it must be a whole number from ${least}`);
    switch (kisaoNumber(id)) {
      case PARAMETERS.runs:
        own.trajectories = whole(1, "number of runs");
        break;
      case PARAMETERS.seed:
        own.seed = BigInt(whole(0, "seed"));
        break;
      case PARAMETERS.tolerance:
        if (method === "tau") own.tolerance = value;
        else idle.push(id);
        break;
      default:
        idle.push(id);
    }
  }
  if (idle.length > 0) notes.push(`parameters of the algorithm that mean nothing here: ${idle.join(", ")}`);
  return own;
}

/** A model's text with its changes, which may be one with changes itself. */
function modelOf(
  root: XmlElement,
  id: string | undefined,
  fileAt: (source: string) => string | undefined,
  no: Fail,
  within: readonly string[] = [],
): { text: string; changes: number } {
  const model = byId(root, "listOfModels", id);
  if (!model || id === undefined) return no(`it names the model "${id ?? ""}", which there is not`);
  if (within.includes(id)) return no(`the model ${id} is made of itself`);
  const { source = "", language = "" } = model.attributes;
  if (language !== "" && !/sbml/i.test(language))
    return no(`the model ${id} is in the language ${language}; SBML is read`);
  const other = source.replace(/^#/, "");
  let [text, changes] = ["", 0];
  if (byId(root, "listOfModels", other)) {
    ({ text, changes } = modelOf(root, other, fileAt, no, [...within, id]));
  } else {
    if (/^(https?|urn):/i.test(source)) return no(`the model ${id} is ${source}, outside of the archive; put it in`);
    text = fileAt(source) ?? no(`the model ${id} is the file ${source}, which is not in the archive`);
  }
  for (const change of listIn(model, "listOfChanges")) {
    text = changeAttribute(text, change, (why) => no(`the model ${id}: ${why}`));
    changes++;
  }
  return { text, changes };
}
