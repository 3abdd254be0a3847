// Other values of parameters: a run takes live ones from its next step on, and for others it begins anew.

import { readValues } from "../../src/link.ts";
import { metaOf } from "../../src/models/parameters.ts";
import { filesBeside } from "./files.ts";
import type { Run } from "./run.ts";
import { addressOf } from "./updates.ts";

/** Takes values as texts of controls; true if a new run began. @throws LinkError, ParameterError, and then nothing has changed */
export async function changeParameters(run: Run, given: Record<string, string>): Promise<boolean> {
  const { model, simulation } = run;
  const values = run.module.complete?.(given, simulation) ?? given;
  const shape = model.parameters.shape;
  // What may be left out and has no text is left out.
  const left = Object.keys(values).filter((name) => values[name] === "" && shape[name]?.def.type === "optional");
  const parameters = readValues(
    model,
    Object.fromEntries(Object.entries(values).filter(([name]) => !left.includes(name))),
  );
  const isLive = (name: string) => shape[name] !== undefined && metaOf(shape[name]).live === true;
  if (left.length === 0 && Object.keys(parameters).every(isLive)) {
    await changeLive(run, parameters);
    return false;
  }
  const { link } = run.history;
  const present = simulation.points.parameters as Record<string, unknown>;
  const replaced = Object.keys(parameters).flatMap((name) => metaOf(shape[name]).replaces ?? []);
  const gone = [...replaced, ...left];
  const files = filesBeside(link, model, parameters, present);
  const kept = Object.entries({ ...files.left, ...link.parameters }).filter(([name]) => !gone.includes(name));
  run.view.options.time = undefined;
  await run.start({
    ...link,
    parameters: { ...Object.fromEntries(kept), ...liveParameters(run), ...parameters },
    inputs: files.inputs,
    changes: [],
    step: 0,
  });
  return true;
}

async function changeLive(run: Run, parameters: Record<string, unknown>): Promise<void> {
  const { history, simulation } = run;
  run.stopReplay();
  await simulation.set(parameters);
  if (simulation.steps === 0) {
    Object.assign(history.link.parameters, parameters);
    history.remember();
  } else history.add({ step: simulation.steps, parameters });
  run.measured.restart();
  run.post(addressOf(run));
  await run.postReport();
}

/** What live parameters are by now. */
export function liveParameters({ model, simulation }: Run): Record<string, unknown> {
  const { shape } = model.parameters;
  const present = Object.entries(simulation.points.parameters as Record<string, unknown>);
  return Object.fromEntries(present.filter(([name]) => shape[name] && metaOf(shape[name]).live));
}
