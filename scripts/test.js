// `npm test [-- ARGUMENTS OF VITEST]`: the tests in Node, in Chrome and of the site, each on the adapter that the machine has. Where Node has
// SwiftShader alone, as Chrome has, what both share runs in Chrome. With GIBBS_TEST_ALL set also in Node on SwiftShader, unless that is the
// machine's adapter: two unrelated shader compilers.

import { ensureInstalled } from "./setup.js";

ensureInstalled();
const { runVitest } = await import("./vitest.js");

const given = process.argv.slice(2);
// One host after the other: a software adapter uses every core by itself.
const named = given.some((word) => word.startsWith("--project"));
const runs = [];
const free = !process.env.GIBBS_DEVICE && !process.env.GIBBS_CHROME && !process.env.GIBBS_TEST_LONG;
const once = given.length === 0 && free && (await usualAdapter()) === "swiftshader";
if (once) {
  process.stdout.write(
    "gibbs: Node and Chrome have SwiftShader alone here: what they share runs in Chrome, and what takes long\n",
  );
  process.stdout.write(
    "gibbs: (vitest.config.ts: LAWS, VARIANTS, FIRST_PAGES) is left to faster machines; GIBBS_TEST_LONG=1 runs all\n",
  );
}
for (const project of named ? [[]] : [["--project=node"], ["--project=chrome"], ["--project=site"]]) {
  runs.push(await runVitest([...project, ...given], once ? { GIBBS_TEST_OWN: "1" } : {}));
}

if (process.env.GIBBS_TEST_ALL && !process.env.GIBBS_DEVICE && (await usualAdapter()) !== "swiftshader") {
  process.stdout.write("\ngibbs: what both hosts share once more in Node, on SwiftShader\n");
  const others = given.filter((word, i) => !word.startsWith("--project") && given[i - 1] !== "--project");
  runs.push(await runVitest(["--project=node", ...others], { GIBBS_DEVICE: "swiftshader", GIBBS_TEST_SHARED: "1" }));
}

const sum = (name) => runs.reduce((total, run) => total + run[name], 0);
const failed = runs.some((run) => run.status !== 0);
process.stdout.write(
  `gibbs: ${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped` +
    `${failed && sum("failed") === 0 ? " (vitest itself reported an error, see above)" : ""}\n`,
);
process.exitCode = failed ? 1 : 0;

/** The kind of the adapter that "auto" chooses, or "none". */
async function usualAdapter() {
  const { createServer } = await import("vite");
  const server = await createServer({
    configFile: false,
    appType: "custom",
    server: { middlewareMode: true, ws: false },
  });
  try {
    const { requestAdapter } = await server.ssrLoadModule("/host-node/adapter.ts");
    const { adapterKind } = await server.ssrLoadModule("/src/device/adapter-kind.ts");
    return adapterKind((await requestAdapter("auto")).adapter.info);
  } catch {
    return "none";
  } finally {
    await server.close();
  }
}
