// `node scripts/sbml-survey.js FOLDER [--trajectories N] [--round WORD] [--units WORD] [--reversible WORD] [--dimers WORD]
// [--only TEXT] [--json FILE]`: what becomes of the SBML files below a folder. A file that is refused is counted by the reason, and so is one
// that is read but stops within 1,000 firings, because a law turns negative or consumes molecules that are missing. Where a file is a
// case of the SBML test suite - its settings and results are next to it - the rate equations are compared with the results of the
// semantic suite, and with --trajectories the moments of so many with those of the stochastic suite. Exit 1 where one differs. The public suites are sbmlteam/sbml-test-suite and
// sys-bio/BiomodelsStore; none of their files is part of this project.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { withModules } from "./modules.js";

const { values, positionals } = parseArgs({
  options: {
    ...{ trajectories: { type: "string" }, round: { type: "string", default: "none" } },
    ...{ units: { type: "string", default: "declared" }, reversible: { type: "string", default: "declared" } },
    dimers: { type: "string", default: "written" },
    ...{ only: { type: "string" }, json: { type: "string" } },
  },
  allowPositionals: true,
});
/** Firings of the trajectory that every accepted model makes. */
const FIRINGS = 1000;
const [folder] = positionals;
if (!folder) throw new Error("sbml-survey: give a folder with SBML files.");
const trajectories = Number(values.trajectories ?? 0);

await withModules(async (load) => {
  const modules = {
    ...(await load("/src/models/gillespie/parameters.ts")),
    ...(await load("/src/models/gillespie/ensemble.ts")),
    ...(await load("/src/models/gillespie/reference/rate-equations.ts")),
    ...(await load("/src/models/gillespie/kernel/wgsl.ts")),
    ...(await load("/src/models/gillespie/network/network.ts")),
    ...(await load("/src/models/gillespie/reference/reference.ts")),
    ...(await load("/src/expression/expression.ts")),
    ...(await load("/src/files/text.ts")),
  };
  const device = trajectories > 0 ? await (await load("/host-node/open.ts")).openDevice() : undefined;
  const { gillespie } = device ? await load("/src/models/gillespie/index.ts") : {};
  const rows = [];
  for (const path of chosen(folder)) {
    const row = await survey(path, modules, device && { device, gillespie });
    rows.push({ path, ...row });
  }
  await device?.[Symbol.asyncDispose]();
  report(rows);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
  process.exitCode = rows.some(({ agrees }) => agrees === false) ? 1 : 0;
});

/** Every XML file; of the versions of one case the newest. */
function chosen(root) {
  const all = readdirSync(root, { recursive: true })
    .filter((file) => file.endsWith(".xml") && (!values.only || file.includes(values.only)))
    .sort();
  const cases = new Map();
  for (const file of all) {
    const name = basename(file).replace(/-sbml-l\dv\d\.xml$/, "");
    cases.set(join(dirname(file), name), file); // the last in order is the newest
  }
  return [...cases.values()].map((file) => join(root, file));
}

async function survey(path, modules, on) {
  const text = modules.decodeText(readFileSync(path));
  const expected = caseOf(path);
  const options = { until: expected?.until ?? 10, points: expected?.points ?? 11 };
  const parse = (more) =>
    modules.gillespieParameters.parse({
      sbml: text,
      ...options,
      units: values.units,
      reversible: values.reversible,
      dimers: values.dimers,
      ...more,
    });
  try {
    const own = parse({ round: values.round });
    const plan = { ...options, set: "", passage: "", seed: 1n };
    if (expected && !expected.stochastic) {
      // Rate equations know no whole numbers, and take a file's amounts as they are.
      const real = modules.networkOf(parse({ units: "none", round: "nearest" }));
      return {
        accepted: true,
        ...againstRates(modules.prepare(real, { ...plan, rounding: "real" }), expected, modules, text),
      };
    }
    const network = modules.networkOf(own);
    const ensemble = modules.prepare(network, { ...plan, rounding: values.round });
    modules.generate(ensemble);
    // A law may turn negative on the way: a thousand firings show most of them.
    const stops = stopsWithin(ensemble, modules);
    if (stops) return { accepted: true, stops };
    if (expected && on) return { accepted: true, ...(await againstMoments(text, expected, on)) };
    return { accepted: true, notes: network.notes };
  } catch (error) {
    if (!error.message || error.name === "TypeError") throw new Error(`${path}: ${error.stack}`);
    return { accepted: false, why: error.message };
  }
}

/** Why the first trajectory of an accepted model stops within the first firings. */
function stopsWithin(ensemble, { isHybrid, simulate }) {
  if (isHybrid(ensemble.network)) return undefined;
  let firings = 0;
  try {
    simulate(ensemble, { point: 0, replicate: 0 }, { watch: () => ++firings < FIRINGS });
    return undefined;
  } catch (error) {
    if (error.name !== "ParameterError") throw error;
    return error.message;
  }
}

/** Settings and results of a case of the test suite. */
function caseOf(path) {
  const stem = path.replace(/-sbml-l\dv\d\.xml$/, "");
  if (stem === path) return undefined;
  const settings = Object.fromEntries(
    readFileSync(`${stem}-settings.txt`, "utf8")
      .split("\n")
      .map((line) => /^(\w+):\s*(.*)$/.exec(line.trim()) ?? [])
      .filter((match) => match.length > 0)
      .map(([, key, value]) => [key, value]),
  );
  const [head, ...rows] = readFileSync(`${stem}-results.csv`, "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(",").map((word) => word.trim()));
  const words = (key) => (settings[key] ?? "").split(/[ ,]+/).filter(Boolean);
  return {
    until: Number(settings.duration),
    points: Number(settings.steps) + 1,
    start: Number(settings.start),
    tolerance: [Number(settings.absolute), Number(settings.relative)],
    concentrations: words("concentration"),
    stochastic: head.some((word) => word.endsWith("-mean")),
    head: head.slice(1),
    rows: rows.map((row) => row.slice(1).map(Number)),
  };
}

/** The compartment of each species. */
function compartmentsOf(text) {
  const species = [...text.matchAll(/<species\s[^>]*>/g)].map(([tag]) =>
    ["id", "compartment"].map((name) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]),
  );
  return new Map(species);
}

function againstRates(ensemble, { start, head, rows, tolerance, concentrations }, { rateEquations, evaluate }, text) {
  if (start !== 0) return { compared: "starts later than 0" };
  const path = rateEquations(ensemble);
  if (!path) return { compared: "no rate equations" };
  const { network, points, times } = ensemble;
  const { parameters } = points[0];
  const [absolute, relative] = tolerance;
  const compartments = compartmentsOf(text);
  const known = head.map((name) => {
    const at = network.species.indexOf(name);
    const output = network.outputs.find((each) => each.name === name);
    const volume = compartments.get(name);
    const sized = network.outputs.find((each) => each.name === volume);
    if (at < 0 && !output && !parameters.has(name)) return undefined;
    return (t) => {
      const lookUp = (other) => {
        const own = [...network.species, ...network.variables].indexOf(other);
        return own >= 0 ? path[t][own] : other === "$time" ? times[t] : parameters.get(other);
      };
      const value = at >= 0 ? path[t][at] : output ? evaluate(output.value, lookUp) : lookUp(name);
      if (!concentrations.includes(name) || !volume) return value;
      return value / (sized ? evaluate(sized.value, lookUp) : lookUp(volume));
    };
  });
  let worst;
  rows.forEach((row, t) => {
    row.forEach((expected, k) => {
      const found = known[k]?.(t);
      const wrong = found !== undefined && Math.abs(found - expected) > absolute + relative * Math.abs(expected);
      if (wrong && !worst) worst = `${head[k]} at ${times[t]}: ${found} for ${expected}`;
    });
  });
  const seen = known.filter(Boolean).length;
  if (seen === 0) return { compared: "none of its variables are known" };
  return { compared: "rate equations", agrees: worst === undefined, ...(worst ? { worst } : {}) };
}

async function againstMoments(sbml, { until, points, head, rows }, { device, gillespie }) {
  const columns = columnsOf(sbml, head, rows);
  const options = {
    until,
    points,
    seed: 1n,
    round: values.round,
    units: values.units,
    reversible: values.reversible,
    dimers: values.dimers,
  };
  const ensemble = await gillespie.create(device, { sbml: withRules(sbml, columns), ...options });
  await ensemble.run(trajectories);
  const { mean, sd, species } = ensemble.result();
  const n = trajectories;
  let far = 0;
  let worst = 0;
  for (const { name, expected, spread } of columns) {
    const i = species.indexOf(name);
    rows.forEach((_, t) => {
      const own = sd[t][i];
      const sigma = spread ? spread(t) : own; // of a law whose deviation is not given: the sample's
      const m = expected(t);
      const z = sigma === 0 ? (mean[t][i] === m ? 0 : 99) : (Math.sqrt(n) * (mean[t][i] - m)) / sigma;
      const y = sigma === 0 ? (own === 0 ? 0 : 99) : Math.sqrt(n / 2) * (own ** 2 / sigma ** 2 - 1);
      if (!(Math.abs(z) < 3) || !(Math.abs(y) < 5)) far++;
      worst = Math.max(worst, Number.isNaN(z) ? 99 : Math.abs(z));
    });
  }
  ensemble.dispose();
  return {
    compared: "moments",
    agrees: worst < 4.5 && columns.length > 0,
    far,
    worst: `largest |z| ${worst.toFixed(2)}, ${far} beyond the suite's limits`,
  };
}

/**
 * What the results of a stochastic case ask for: means and deviations by time. Of ln(X) a rule is added; so is one for a Cauchy number without
 * bounds, for which the suite gives the median as a mean: the share below it is a half.
 */
function columnsOf(sbml, head, rows) {
  const cauchy = /distrib\/cauchy"[^<]*<\/csymbol>\s*(<c[in][^>]*>[^<]*<\/c[in]>\s*){1,2}<\/apply>/.test(sbml);
  return head.flatMap((column, k) => {
    const [name, kind] = column.split(/-(?=mean$|sd$)/);
    if (kind !== "mean") return [];
    const at = head.indexOf(`${name}-sd`);
    const spread = at < 0 ? undefined : (t) => rows[t][at];
    const expected = (t) => rows[t][k];
    const inside = /^ln\((\w+)\)$/.exec(name)?.[1];
    if (inside)
      return [
        { name: `ln_${inside}`, expected, spread, rule: [inside, "gt", 0, `<apply><ln/><ci>${inside}</ci></apply>`] },
      ];
    if (!cauchy || at >= 0) return [{ name, expected, spread }];
    // At the start nothing has been drawn.
    const share = (t) => (t === 0 ? Number(0 < rows.at(-1)[k]) : 0.5);
    return [
      {
        name: `below_${name}`,
        expected: share,
        spread: (t) => (t === 0 ? 0 : 0.5),
        rule: [name, "lt", rows.at(-1)[k], "<cn>1</cn>"],
      },
    ];
  });
}

/** The model with an assignment rule for each column that has one: a value where its species is on one side of a number, else 0. */
function withRules(sbml, columns) {
  return columns.reduce((text, { name, rule }) => {
    if (!rule) return text;
    const [species, relation, bound, value] = rule;
    const piece = `<piecewise><piece>${value}<apply><${relation}/><ci>${species}</ci><cn>${bound}</cn></apply></piece><otherwise><cn>0</cn></otherwise></piecewise>`;
    const math = `<math xmlns="http://www.w3.org/1998/Math/MathML">${piece}</math>`;
    return text
      .replace("</listOfParameters>", `<parameter id="${name}" constant="false"/></listOfParameters>`)
      .replace("</listOfRules>", `<assignmentRule variable="${name}">${math}</assignmentRule></listOfRules>`);
  }, sbml);
}

function report(rows) {
  const say = (line) => process.stdout.write(`${line}\n`);
  const accepted = rows.filter((row) => row.accepted);
  const stopped = accepted.filter((row) => row.stops);
  say(
    `${rows.length} files, ${accepted.length} accepted, of which ${stopped.length} stop (--round ${values.round}, --units ${values.units}, --reversible ${values.reversible}, --dimers ${values.dimers})`,
  );
  const count = (list, keyOf) => {
    const counts = new Map();
    for (const each of list) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  };
  for (const [key, many] of count(
    accepted.filter(({ compared }) => compared),
    ({ compared, agrees }) =>
      agrees === undefined ? `not compared: ${compared}` : `${compared} ${agrees ? "agree" : "differ"}`,
  ))
    say(`${String(many).padStart(6)} ${key}`);
  for (const { path, worst } of rows.filter(({ agrees }) => agrees === false)) say(`  differs: ${path}: ${worst}`);
  // Names, numbers and places left out.
  const reason = ({ why, stops }) =>
    (why ?? stops)
      .replace(/"[^"]*"/g, "…")
      .replace(/^sbml, line \d+: /, "")
      .replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/g, "#")
      .replace(/^\S+ starts at/, "… starts at")
      .replace(/asks for \S+,/, "asks for …,")
      .slice(0, 110);
  const refused = rows.filter((row) => !row.accepted);
  for (const [title, list] of Object.entries({ refused, stopped })) {
    say(`${title}, by reason:`);
    for (const [key, many] of count(list, reason)) say(`${String(many).padStart(6)} ${key}`);
  }
}
