// `node scripts/mutations.js [--json] [TEXT]`: would gibbs validate notice? Makes the faults of faults.js one after another, in memory only,
// validates the models that they concern, and prints which oracles caught each. Exit 1 if one went unnoticed. TEXT: only faults that it is in.

import { faults } from "./faults.js";
import { validatedWith } from "./mutate.js";

const json = process.argv.includes("--json");
const only = process.argv.slice(2).find((word) => !word.startsWith("--"));
const chosen = faults.filter(({ what, kind }) => !only || `${kind} ${what}`.includes(only));

const results = [];
for (const fault of chosen) {
  const caught = await validatedWith(fault);
  results.push({ what: fault.what, kind: fault.kind, models: fault.models, caught });
  const oracles = [...new Set(caught.map(({ oracle }) => oracle))];
  if (!json) process.stdout.write(`| ${fault.kind} | ${fault.what} | ${oracles.join(", ") || "**nothing**"} |\n`);
}
if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.every(({ caught }) => caught.some(({ oracle }) => oracle !== "an error")) ? 0 : 1;
