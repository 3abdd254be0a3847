// What the script for bash completes, in a bash.

import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { models } from "../../src/models/index.ts";
import { inside } from "./inside.ts";

const scriptOf = async (shell: string) => (await inside(["completion", shell], { cwd: tmpdir() })).stdout;

/** What follows when the last word is completed. */
function completed(script: string, ...words: string[]): string[] {
  const quoted = words.map((word) => `"${word}"`).join(" ");
  const program = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _gibbs; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", program], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter(Boolean);
}

describe.skipIf(process.platform === "win32")("completion", () => {
  it.each([
    { words: ["gibbs", "va"], follow: ["validate"] },
    { words: ["gibbs", "run", "po"], follow: ["potts"] },
    { words: ["gibbs", "bench", "re"], follow: ["reservoir"] },
    { words: ["gibbs", "run", "ising", "--tem"], follow: ["--temperature"] },
    { words: ["gibbs", "run", "ising", "--algorithm", ""], follow: ["heat-bath", "metropolis"] },
    { words: ["gibbs", "run", "ising", "--size", "64,64", "--algorithm", "m"], follow: ["metropolis"] },
    { words: ["gibbs", "run", "ising", "--device", "la"], follow: ["lavapipe"] },
    { words: ["gibbs", "run", "ising", "--repl"], follow: ["--replicas"] },
    { words: ["gibbs", "run", "gillespie", "--repl"], follow: ["--replay"] },
    { words: ["gibbs", "run", "ising", "--nonsense"], follow: [] },
  ])("$words", async ({ words, follow }) => expect(completed(await scriptOf("bash"), ...words)).toEqual(follow));

  it("offers every model", async () =>
    expect(completed(await scriptOf("bash"), "gibbs", "run", "").filter((word) => !word.startsWith("--"))).toEqual(
      models.map(({ name }) => name),
    ));

  it("knows three shells and no other", async () => {
    expect(await scriptOf("zsh")).toContain("bashcompinit");
    expect(await scriptOf("fish")).toContain(
      'case "run ising --algorithm"\n      string split " " "heat-bath metropolis"',
    );
    for (const words of [["csh"], ["constructor"], [], ["bash", "zsh"]]) {
      const { status, stderr } = await inside(["completion", ...words], { cwd: tmpdir() });
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("bash, zsh, fish") });
    }
  });
});
