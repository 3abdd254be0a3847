// The sources with a fault in them, in memory only, and what gibbs validate says of it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withModules } from "./modules.js";
import { ROOT } from "./sources.js";

/**
 * The checks that fail. An error that ended a model's is no oracle, and says so.
 *
 * @param {import("./faults.js").Fault} fault
 * @param {{ first?: boolean }} [options] `first`: up to the first that an oracle caught
 * @returns {Promise<{ model: string, oracle: string, name: string }[]>}
 */
export async function validatedWith(fault, { first = false } = {}) {
  return await withModules(
    async (load) => {
      const { models } = await load("/src/models/index.ts");
      const { ENDED, validateModels } = await load("/src/validation/index.ts");
      const { openDevice } = await load("/host-node/index.ts");
      const device = await openDevice();
      const failed = [];
      const chosen = models.filter(({ name }) => fault.models.includes(name));
      try {
        for await (const { pass, model, oracle, name } of validateModels(chosen, device, { quick: true })) {
          if (pass) continue;
          const ended = name.startsWith(ENDED);
          failed.push({ model, oracle: ended ? "an error" : oracle, name });
          if (first && !ended) break;
        }
      } finally {
        await device[Symbol.asyncDispose]();
      }
      return failed;
    },
    [faulty(fault)],
  );
}

/** The files as the fault leaves them. @throws where a text is not there: then the fault is out of date */
export function changedBy({ what, edits }) {
  const changed = new Map();
  for (const { file, from, to } of edits) {
    const path = join(ROOT, file);
    const text = changed.get(path) ?? readFileSync(path, "utf8");
    if (!text.includes(from))
      throw new Error(`mutations: "${what}": ${file} has no "${from}"; bring faults.js up to date`);
    changed.set(path, text.replaceAll(from, to));
  }
  return changed;
}

function faulty(fault) {
  const changed = changedBy(fault);
  return {
    name: "gibbs-fault",
    enforce: "pre",
    load(id) {
      const [path, query] = id.split("?");
      const text = changed.get(path);
      if (text === undefined) return undefined;
      return query === "raw" ? `export default ${JSON.stringify(text)}` : text;
    },
  };
}
