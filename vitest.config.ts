// The tests: projects `node` and `chrome` run the same files on their host's WebGPU, `check` needs no GPU at all.
// Node's adapter: GIBBS_DEVICE. Chrome: the Chromium of @sparticuz/chromium on SwiftShader, or GIBBS_CHROME=/path/to/chrome (or
// an installed Chrome where that package has none) on the machine's own GPU.

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { wgslLayouts } from "./scripts/wgsl.js";
import { chrome } from "./tests/chrome.ts";
import { LONGEST } from "./tests/patience.ts";
import { define as constants } from "./vite.config.ts";

/** GIBBS_TEST_LONG=1: statistics as large as the README tells of, half an hour instead of minutes. */
const long = process.env.GIBBS_TEST_LONG === "1";
const define = { ...constants, __GIBBS_TEST_LONG__: JSON.stringify(long) };
/** A busy machine is no failure. */
const longest = LONGEST * (long ? 4 : 1);

/** False if the command line names projects and Chrome is not among them; unpacking a browser for nothing takes seconds. */
const named = process.argv.filter((word, i, words) => words[i - 1] === "--project" || word.startsWith("--project="));
const wantsChrome = named.length === 0 || named.some((name) => name.endsWith("chrome"));

const TESTS = "tests/**/*.test.ts";
/**
 * GIBBS_TEST_SHARED: Node on the second adapter, where Chrome runs everything on SwiftShader already. What is left is of each kind of kernel one:
 * random numbers, integers in lattices, f32, and pairs of them.
 */
const SHARED = [
  ...["random", "ising", "diffusers"],
  ...["dynamics", "dynamics-adaptive", "dynamics-histograms", "dynamics-sections"],
].map((name) => `tests/${name}.test.ts`);

/**
 * No device takes part in these, so one host is enough; and the Ising model's figures are whole numbers, the same on every adapter, where its
 * digests are.
 */
const PLAIN = [
  "diffusion-data",
  "ising-analyses",
  "ising-boundary",
  "ising-ergodicity",
  "ising-exact",
  "ising-kaufman",
  "ising-physics",
  "series-files",
  "statistics",
  "systems",
].map((name) => `tests/${name}.test.ts`);

/**
 * What a machine with SwiftShader alone leaves out of its Node, where it would take a quarter of an hour: long statistics; the validation of
 * all models, which is `gibbs validate`; figures of integers that are the same on every adapter; and the mutations, which test the tests.
 */
const LAWS = [
  ...["ising-physics", "ising-boundary", "ising-ergodicity"],
  ...["curie-weiss-equilibrium", "diffusion-laws", "hopfield-capacity", "hopfield-lattice"].map(
    (name) => `node/${name}`,
  ),
  ...["rbm-statistics", "reservoir-tasks", "ssa-exact", "kernels", "mutations"].map((name) => `node/${name}`),
  // What does not depend on the adapter, and what is long on any.
  ...["bench", "diffusion-files", "outputs", "own-series", "fuzz/*"].map((name) => `node/${name}`),
].map((name) => `tests/${name}.test.ts`);

/** What such a machine runs of its site: every page as it opens, and links. All of it takes SwiftShader twenty minutes, wherever Chrome runs. */
const FIRST_PAGES = ["opening", "links"].map((name) => `tests/site/${name}.test.ts`);

/**
 * What Node on a faster adapter runs alone: laws in other units, on other networks and of other systems. SwiftShader would take a quarter of
 * an hour for them. GIBBS_TEST_LONG=1 runs them in Chrome, too.
 */
const VARIANTS = [
  ...[
    "gillespie",
    "dynamics",
    "dynamics-adaptive",
    "dynamics-delays",
    "dynamics-histograms",
    "dynamics-sections",
    "dynamics-units",
    "dynamics-stiff",
    "ising-dimensions",
    "diffusion-units",
    "digests",
    "hopfield-lattice",
    "reservoir-own",
  ],
  ...["choice", "delays", "draws", "events", "files", "hybrid", "large", "rates", "reversible"].map(
    (name) => `gillespie-${name}`,
  ),
].map((name) => `tests/${name}.test.ts`);

/**
 * What Chrome leaves to Node on a faster adapter, where there is one: figures of models that round, which take SwiftShader minutes. What they
 * promise stands in tests/promises.test.ts, which Chrome runs for all models.
 */
const ROUNDED = ["diffusion", "diffusion-training", "reservoir", "exact-values"].map((name) => `tests/${name}.test.ts`);

/** What Chrome alone runs, unless GIBBS_TEST_LONG is set: a page draws there. */
const DRAWN = ["tests/ising-view.test.ts"];

/** GIBBS_TEST_OWN: Node where it is on SwiftShader as Chrome is: what is Node's own, and of each kind of kernel one. */
const OWN = ["tests/node/**/*.test.ts", "tests/device-*.test.ts", ...SHARED, ...PLAIN];
const isOwn = Boolean(process.env.GIBBS_TEST_OWN);
const nodes = process.env.GIBBS_TEST_SHARED
  ? SHARED
  : isOwn
    ? OWN.filter((name) => !name.includes("/ising."))
    : [TESTS];

/** What takes minutes, in one process each: begun last, it would have a core to itself and leave the other idle. */
const LONGEST_FIRST = [
  ...["node/mutations", "node/kernels", "node/checkpoint", "node/package", "gillespie"],
  ...["site/opening", "site/opening-elsewhere", "site/speeds", "site/declared", "site/diffusion", "site/ising"],
].map((name) => `tests/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST_FIRST.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? LONGEST_FIRST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  define,
  plugins: [wgslLayouts()],
  test: {
    sequence: { sequencer: LongestFirst },
    // A software adapter uses every core by itself: more workers only take time from each other.
    maxWorkers: 2,
    testTimeout: longest,
    hookTimeout: longest,
    teardownTimeout: longest,
    expect: { poll: { timeout: longest / 3 } },
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: nodes,
          exclude: ["tests/site/**", "tests/check/**", ...(isOwn ? LAWS : []), ...(long ? [] : DRAWN)],
          pool: "forks", // in a worker thread process.env does not reach the Vulkan loader
        },
      },
      {
        extends: true,
        // Found late, it would make Vite reload the page in the middle of a test.
        optimizeDeps: { include: ["zod"] },
        test: {
          name: "chrome",
          include: [TESTS],
          exclude: [
            "tests/node/**",
            "tests/site/**",
            "tests/check/**",
            ...PLAIN,
            ...(long ? [] : [...VARIANTS, ...(isOwn ? [] : ROUNDED)]),
          ],
          browser: {
            enabled: true,
            headless: true,
            connectTimeout: longest,
            screenshotFailures: false,
            provider: playwright({ launchOptions: wantsChrome ? await chrome() : {} }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: "site",
          include: isOwn ? FIRST_PAGES : ["tests/site/**/*.test.ts"],
          globalSetup: "tests/site/build.ts",
          pool: "forks",
        },
      },
      { extends: true, test: { name: "check", include: ["tests/check/**/*.test.ts"], pool: "forks" } },
    ],
  },
});
