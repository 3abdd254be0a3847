// `node scripts/mutations.js [--json] [TEXT]`: mutation testing of gibbs validate. Injects the faults of faults.js one after another, in memory only,
// validates the models that they concern, and prints which oracles caught each. Exit 1 if one went unnoticed. TEXT: only faults whose name contains it.

import { parseArgs } from "node:util";
import { faults } from "./faults.js";
import { validatedWith } from "./mutate.js";

const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
const { json = false } = values;
const [only = ""] = positionals;
const chosen = faults.filter(({ what, kind }) => `${kind} ${what}`.includes(only));
if (chosen.length === 0) throw new Error(`no fault has "${only}" in its name; scripts/faults.js lists them`);

const results = [];
for (const fault of chosen) {
  const caught = await validatedWith(fault);
  results.push({ what: fault.what, kind: fault.kind, models: fault.models, caught });
  const oracles = [...new Set(caught.map(({ oracle }) => oracle))];
  if (!json) process.stdout.write(`| ${fault.kind} | ${fault.what} | ${oracles.join(", ") || "**nothing**"} |\n`);
}
if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.every(({ caught }) => caught.some(({ oracle }) => oracle !== "an error")) ? 0 : 1;
