// Standard error has what gibbs means to say and nothing else, whatever Dawn and the Vulkan loader print: with drivers, without any, and
// without a loader. And what others print is neither lost nor late.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { separate } from "../../host-node/stderr.ts";
import { ensureBuilt } from "../../scripts/setup.js";
import { CLI, gibbs, node, ROOT, start } from "./start.ts";

const root = mkdtempSync(join(tmpdir(), "gibbs-stderr-"));
beforeAll(() => ensureBuilt());
afterAll(() => rmSync(root, { recursive: true, force: true }));

const LIMIT =
  "Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from 1000000 to 16 to fit dynamic offset allocation limit.\n";
const LOADER =
  "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n" +
  "    at operator() (/dawn/src/dawn/native/vulkan/BackendVk.cpp:368)\n\n";

describe("what Dawn prints is told from what others print", () => {
  it("by its form", () => {
    expect(separate(`${LIMIT}${LOADER}Error: Loader Message: none\nerror: XDG_RUNTIME_DIR is invalid.\n`)).toEqual({
      messages: [
        LIMIT.slice("Warning: ".length, -1),
        "Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory",
        "Loader Message: none",
        "XDG_RUNTIME_DIR is invalid.",
      ],
      rest: "",
    });
  });
  it("and everything else stays as it was", () => {
    const others = [
      "MESA-INTEL: warning: Haswell Vulkan support is incomplete\n",
      "\n  a Warning: in the middle\nwarning: in small letters\n    at a place of somebody's\n",
      "é, and no end of line",
    ];
    expect(separate(others.join(LIMIT))).toMatchObject({ rest: others.join("") });
    expect(separate(others.join(LOADER))).toMatchObject({ rest: others.join("") });
    expect(separate(others.join(""))).toEqual({ messages: [], rest: others.join("") });
  });
});

/** util-linux's, which runs a command on a terminal of its own. */
const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

describe.runIf(hasScript)("on a terminal", () => {
  const shown = async (size: string) => {
    const run = `${size}; "${process.execPath}" "${CLI}" run ising --size 128 --steps 2000`;
    // The end is enough: what a terminal is told without end would fill the memory.
    return await start("bash", ["-c", `script -qec '${run}' /dev/null | tail -c 5000; exit "\${PIPESTATUS[0]}"`]).ended;
  };

  it("a run shows how far it is, and nothing of Dawn's", async () => {
    const { status, stdout } = await shown("stty cols 80 rows 24");
    expect(status).toBe(0);
    expect(stdout).toContain("░");
    expect(stdout).not.toContain("Warning");
    expect(stdout).toContain("digest");
  });

  it("that tells no width it ends all the same", async () => {
    const { status, stdout } = await shown("stty cols 0 rows 0");
    expect(status).toBe(0);
    expect(stdout).not.toContain("░");
    expect(stdout).toContain("digest");
  });
});

/** Drivers that a process finds: those of this machine, none, or not even a loader, which is then a file that is no library. */
const broken = join(root, "broken");
const MACHINES: Record<string, NodeJS.ProcessEnv> = {
  "as this machine is": {},
  "without drivers": { VK_DRIVER_FILES: join(root, "no-driver.json"), VK_ICD_FILENAMES: "" },
  "without a Vulkan loader": { LD_LIBRARY_PATH: broken },
};

describe.runIf(process.platform === "linux").each(Object.entries(MACHINES))("%s", (name, changed) => {
  const env = { ...process.env, GIBBS_DEVICE: "", VK_LOADER_DEBUG: "", ...changed };
  beforeAll(() => {
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, "libvulkan.so.1"), "");
  });

  it("a run has results and not a word on standard error", async () => {
    const words = ["run", "ising", "--size", "16", "--steps", "20"];
    for (const more of [[], ["--quiet"], ["--json"]]) {
      const { status, stdout, stderr } = await gibbs([...words, ...more], { env }).ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("energy");
    }
  });

  it("a program that imports gibbs prints what it prints itself", async () => {
    const program = `
      import { openDevice } from ${JSON.stringify(pathToFileURL(join(ROOT, "dist", "node.js")).href)};
      console.error("before");
      const devices = await Promise.all([openDevice(), openDevice("software")]);
      console.error(devices.map(({ kind }) => kind).join());`;
    const { status, stderr } = await node(["--input-type=module", "--eval", program], { env }).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "before\ngpu,gpu\n" });
  });

  it.skipIf(name === "as this machine is")(
    "a GPU that is asked for is missed in words of gibbs', with the reason",
    async () => {
      const { status, stdout, lines } = await gibbs(["run", "ising", "--device", "gpu"], { env }).ended;
      expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
      const loader = /no Vulkan loader \(.*libvulkan/; // there may be none here, either
      const why = name === "without drivers" && !loader.test(lines[1]) ? /no usable adapter \(.*driver/i : loader;
      expect(lines[0]).toMatch(/^gibbs: No GPU adapter \(asked for: gpu\)\. Tried:$/);
      expect(lines[1]).toMatch(why);
      expect(lines.slice(2).join("\n")).toMatch(/^Remedies:(\n {2}- .*)+$/);
    },
  );
});

describe.runIf(process.platform === "linux")("what others print while Dawn is listened to", () => {
  /** A program with `listen`, in which Dawn's line and another's are printed as native code does it. */
  const program = (end: string) => {
    const source = readFileSync(join(ROOT, "host-node", "stderr.ts"), "utf8");
    const koffi = JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve("koffi")).href);
    const options = { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } };
    const { outputText } = ts.transpileModule(source.replace('"koffi"', koffi), options);
    const path = join(root, "listen.mjs");
    writeFileSync(
      path,
      `${outputText}
      import { readdirSync, writeSync } from "node:fs";
      const files = () => readdirSync("/proc/self/fd").length;
      const listen = await listener();
      process.stderr.write("") && process.stdout.write(""); // what these open is theirs
      const before = files();
      for (let i = 0; i < 3; i++) {
        process.stderr.write(i + " before\\n");
        const { result, messages } = listen(() => {
          writeSync(2, "Warning: of Dawn's\\n");
          writeSync(2, i + " another's\\n");
          return i;
        });
        process.stderr.write(i + " after\\n");
        process.stdout.write(JSON.stringify([result, messages, files() - before]) + "\\n");
      }
      ${end}`,
    );
    return path;
  };
  const SAID = [0, 1, 2].map((i) => `${i} before\n${i} another's\n${i} after\n`).join("");
  const HEARD = [0, 1, 2].map((i) => `[${i},["of Dawn's"],0]\n`).join("");

  it("comes through a pipe, in order, and no file stays open", async () => {
    expect(await node([program("")]).ended).toMatchObject({ status: 0, stdout: HEARD, stderr: SAID });
  });

  it("also where the program crashes, fails or is interrupted afterwards", async () => {
    for (const [end, how] of [
      ["process.abort();", { signal: "SIGABRT" }],
      [
        "process.kill(process.pid, 'SIGINT'); await new Promise((resolve) => setTimeout(resolve, 1e6));",
        { signal: "SIGINT" },
      ],
    ] as const) {
      const { stderr, ...ended } = await node([program(end)]).ended;
      expect(ended).toMatchObject({ ...how, stdout: HEARD });
      expect(stderr.startsWith(SAID)).toBe(true);
    }
    const { stderr } = await node([program("listen(() => { writeSync(2, 'last\\n'); throw new Error('failed'); });")])
      .ended;
    expect(stderr.slice(SAID.length)).toMatch(/^last\n(.*\n)*Error: failed/);
  });

  it("comes to a file that standard output goes to as well, and nothing is written over", async () => {
    const both = join(root, "both.txt");
    const { status } = await start("bash", ["-c", `"$0" "$1" > "$2" 2>&1`, process.execPath, program(""), both]).ended;
    expect(status).toBe(0);
    const [said, heard] = [SAID, HEARD].map((text) => text.match(/.*\n/g)!);
    const lines = [0, 1, 2].flatMap((i) => [...said.slice(3 * i, 3 * i + 3), heard[i]]);
    expect(readFileSync(both, "utf8")).toBe(lines.join(""));
  });
});
