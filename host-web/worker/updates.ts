// What the page is told of the run: its parameters, its address, and what was measured.

import { formatLink, LinkError } from "../../src/link.ts";
import { ABOUT } from "../shell/notices.ts";
import { estimatesOf } from "./estimates.ts";
import type { WorkerUpdate } from "./protocol.ts";
import type { Run } from "./run.ts";

/** What a page shows of a run that has just begun. */
export function beginningOf(run: Run): NonNullable<WorkerUpdate["run"]> {
  const { module, simulation, view, history } = run;
  const views = module.views?.(simulation);
  // Another run may have other views.
  if (views && !views.some(([value]) => value === view.options.mode)) view.options.mode = views[0][0];
  const length = module.length?.(simulation);
  const { seed, inputs = {} } = history.link;
  return {
    ...{ id: history.id, size: run.size, values: valuesOf(run), own: ownValues(run) },
    ...{ seed: String(seed), options: view.options },
    files: Object.fromEntries(Object.entries(inputs).map(([name, file]) => [name, file.name])),
    ...(views ? { views } : {}),
    ...(length !== undefined ? { length } : {}),
  };
}

/** What the page's own run is made of. */
export function ownValues({ module, device }: Run): Record<string, string> {
  return module.defaults(device, /Mobi/.test(navigator.userAgent));
}

/** The present values of all parameters as texts of controls. */
export function valuesOf({ module, simulation }: Run): Record<string, string> {
  const parameters = simulation.points.parameters as Record<string, unknown>;
  const own = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value ?? "")]));
  return { ...own, ...module.values?.(simulation) };
}

/** Table, plots and timing. */
export async function reportOf(run: Run): Promise<WorkerUpdate> {
  const { module, model, simulation, view, pace } = run;
  const report = module.report
    ? await module.report(simulation, view.options)
    : run.hasSeries
      ? await run.measured.report(simulation)
      : {
          ...(await estimatesOf(model, simulation)),
          plots: simulation.steps > 0 ? (module.plots?.(simulation) ?? []) : [],
        };
  return { steps: simulation.steps, ...report, timing: pace.timing(model, simulation) };
}

/** The run as the text behind the # of its address. @throws LinkError for one that no link can hold */
export function linkText({ history, module, simulation, view, isReplaying }: Run): string {
  const link = isReplaying ? history.link : history.present(simulation.steps);
  return formatLink({ ...link, view: view.forLink(module.options) });
}

/** The same, or undefined where no link can hold the run. */
export function linkTextIfShort(run: Run): string | undefined {
  try {
    return linkText(run);
  } catch (error) {
    if (error instanceof LinkError) return undefined;
    throw error;
  }
}

/** A run may be too long for a link, with a large network or a long history: it goes on without, and the page says why. */
export function addressOf(run: Run): WorkerUpdate {
  try {
    return { address: linkText(run) };
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    // That of another run would mislead.
    return { notice: { about: ABOUT.address, text: error.message }, address: "" };
  }
}
