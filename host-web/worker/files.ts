// What becomes of a run's link when it takes a file, and of its files when parameters change.

import type { Link } from "../../src/link.ts";
import type { AnyModel } from "../../src/models/index.ts";
import type { InputFile } from "../../src/models/inputs.ts";

type Values = Readonly<Record<string, unknown>>;

/** Bytes of files that the browser keeps for a reload: larger ones would be written with every change. */
const MOST_KEPT = 2 ** 25;

export const isStorable = ({ inputs = {} }: Link): boolean =>
  Object.values(inputs).reduce((sum, { bytes }) => sum + bytes.length, 0) <= MOST_KEPT;

/** A run that begins with a file: those that depend on it go, and so do parameters that it decides. */
export function withFile(link: Link, { inputs = {} }: AnyModel, name: string, file: InputFile): Link {
  const names = Object.keys(inputs);
  const earlier = names.slice(0, names.indexOf(name)).filter((each) => link.inputs?.[each]);
  const { replaces } = inputs[name];
  return {
    ...link,
    parameters: Object.fromEntries(Object.entries(link.parameters).filter(([each]) => !replaces.includes(each))),
    inputs: { ...Object.fromEntries(earlier.map((each) => [each, link.inputs![each]])), [name]: file },
    changes: [],
    step: 0,
  };
}

/** The files that stay when parameters are set, and the parameters that are left of those which go: a file goes once what it decides is set. */
export function filesBeside(
  { inputs: files = {} }: Link,
  { inputs = {} }: AnyModel,
  set: Values,
  present: Values,
): { inputs: Record<string, InputFile>; left: Record<string, unknown> } {
  const goes = (name: string) => inputs[name].replaces.some((each) => Object.hasOwn(set, each));
  const left = Object.keys(files)
    .filter(goes)
    .flatMap((name) => inputs[name].replaces)
    .filter((each) => present[each] !== undefined && present[each] !== "given");
  return {
    inputs: Object.fromEntries(Object.entries(files).filter(([name]) => !goes(name))),
    left: Object.fromEntries(left.map((each) => [each, present[each]])),
  };
}
