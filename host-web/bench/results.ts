// Results of one model, each by itself: who measured it, its plots and its table. GPUs and software adapters stand in places of their own.

import { grouped, isClear } from "../../bench/harness/fit.ts";
import type { KeptDocument } from "../../bench/harness/result.ts";
import { type Column, exponentText, machineText, tableOf } from "../../bench/harness/words.ts";
import { deviceName } from "../../src/device/device.ts";
import { Plot } from "../shell/plots.ts";

type Row = KeptDocument["rows"][number];

/** A result as a section, or undefined where it has nothing of this model. */
export function section(document: KeptDocument, model: string): HTMLElement | undefined {
  const rows = document.rows.filter((row) => row.model === model);
  if (rows.length === 0) return undefined;
  const own = rows.filter(({ by }) => !by);
  const element = elementOf("section", "result");
  element.append(heading(document), about(document), ...plots(own), table(document, model, own));
  const others = rows.filter(({ by }) => by);
  if (others.length > 0) {
    element.append(elementOf("p", "", "In the same run, on this machine's processor if nothing else is said:"));
    element.append(table(document, model, others));
  }
  return element;
}

function elementOf<K extends keyof HTMLElementTagNameMap>(
  kind: K,
  className = "",
  text = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(kind);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

function heading({ device }: KeptDocument): HTMLElement {
  const { software } = device;
  return elementOf("h3", software ? "software" : "", `${deviceName(device)}${software ? ": SOFTWARE" : ""}`);
}

/** Commit, date and machine, what of it is known. */
function about({ gibbs, commit, date, driver, device, system, machine, energy }: KeptDocument): HTMLElement {
  const words = [
    `gibbs ${gibbs}${commit ? `, commit ${commit}` : ""}`,
    date?.replace(/T(\d+:\d+).*/, " $1 UTC"),
    driver && driver !== device.description ? `driver ${driver}` : undefined,
    ...Object.values(system ?? {}),
    machine && machineText(machine),
    energy && `energy from ${energy}`,
  ];
  return elementOf("p", "quiet", words.filter(Boolean).join("; "));
}

/** Rates against size: kernels whose size counts the same thing share a plot. */
function plots(rows: readonly Row[]): HTMLElement[] {
  const groups = grouped(rows, ({ of = "size", unit }) => `${unit}\0${of}`);
  return [...groups.values()].flatMap((group) => {
    const [{ of = "size", unit }] = group;
    const ladders = [...grouped(group, ({ kernel }) => kernel)].filter(
      ([, ladder]) => ladder.length > 1 && new Set(ladder.map(sizeOf)).size === ladder.length,
    );
    if (ladders.length === 0) return [];
    const plot = new Plot(`${unit} against ${of}`, of, "both");
    requestAnimationFrame(() =>
      plot.show(ladders.map(([name, ladder]) => ({ name, x: ladder.map(sizeOf), y: ladder.map(({ rate }) => rate) }))),
    ); // uPlot asks how wide its place is
    return [plot.element];
  });
}

/** Results from before it was noted have only the sides. */
const sizeOf = ({ n, size }: Row) => n ?? size.reduce((product, side) => product * side, 1);

function table({ date, device, exponents = [] }: KeptDocument, model: string, rows: readonly Row[]): HTMLElement {
  const slope: Column = [
    "slope",
    ({ kernel }, first) => {
      const fit = first && exponents.find((each) => each.model === model && each.kernel === kernel);
      if (!fit) return "";
      return isClear(fit) ? exponentText(fit) : "unclear";
    },
  ];
  const { head, lines } = tableOf(rows, [slope]);
  const element = elementOf("table");
  const headRow = element.createTHead().insertRow();
  for (const name of head) headRow.append(Object.assign(elementOf("th", "", name), { scope: "col" }));
  const body = element.createTBody();
  for (const line of lines) {
    const row = body.insertRow();
    for (const text of line) row.insertCell().textContent = text;
  }
  const box = elementOf("div", "scroll");
  const measured = date ?? device.description; // one result has two tables at most, and they begin by different kernels
  Object.assign(box, { tabIndex: 0, role: "region", ariaLabel: `Rates of ${rows[0].kernel} and others, ${measured}` });
  box.append(element);
  return box;
}
