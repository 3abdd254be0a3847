// Programs of other languages on the same machine: C by the system's compiler, Python where it has the module that a peer imports. Node only.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { GibbsError } from "../../src/device/errors.ts";
import type { Contender, Programs } from "../harness/case.ts";
import serve from "./serve.py?raw";

const execute = promisify(execFile);

/** The Python that has the modules may not be the first one of the path. */
const PYTHON = process.env.GIBBS_PYTHON || "python3";

/** `log` is called once for each thing that is missing. */
export function programs(log: (text: string) => void): Programs & AsyncDisposable {
  const compiled = new Map<string, Promise<string | undefined>>();
  const folders: string[] = [];
  const reported = new Set<string>();
  const tell = (text: string) => {
    if (!reported.has(text)) log(text);
    reported.add(text);
    return undefined;
  };

  async function compile(source: string): Promise<string | undefined> {
    const folder = await mkdtemp(join(tmpdir(), "gibbs-peer-"));
    folders.push(folder);
    const program = join(folder, "peer");
    await writeFile(`${program}.c`, source);
    try {
      await execute("cc", ["-O3", "-march=native", "-pthread", "-o", program, `${program}.c`, "-lm"]);
      return program;
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      return tell(
        missing ? "no C compiler (cc) found: no peer in C is timed" : `a peer in C does not compile: ${error}`,
      );
    }
  }

  return {
    threads: availableParallelism(),
    async c(source, words, updates) {
      if (!compiled.has(source)) compiled.set(source, compile(source));
      const program = await compiled.get(source);
      if (!program) return undefined;
      return {
        async run(steps) {
          const { stdout } = await execute(program, words(steps).map(String)).catch((error) => {
            throw new GibbsError(`bench: the peer in C ended: ${endOf(error)}`);
          });
          const rate = Number(stdout.split(/\s/)[0]);
          if (!(rate > 0 && Number.isFinite(rate))) {
            throw new GibbsError(`bench: the peer in C reported no rate but "${stdout.slice(0, 80).trim()}".`);
          }
          return (updates * steps) / rate;
        },
        dispose: () => {},
      };
    },
    async python(source, words) {
      const { contender, failure } = await served(`${serve}\n${source}`, words);
      return contender ?? tell(`a peer in Python is not timed: ${failure}`);
    },
    async [Symbol.asyncDispose]() {
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Why a program ended: its last words, the signal that killed it, or its exit code. */
function endOf({ stderr, code, signal }: { stderr?: string; code?: unknown; signal?: unknown }): string {
  return stderr?.trim().split("\n").at(-1) || (signal ? `killed by ${signal}` : `exit code ${code}`);
}

/** A process that lives as long as its timings: it takes seconds to begin. */
async function served(
  source: string,
  words: readonly (string | number)[],
): Promise<{ contender?: Contender; failure: string }> {
  const child = spawn(PYTHON, ["-c", source, ...words.map(String)], { stdio: "pipe" });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  child.stdin.on("error", () => {}); // it has ended; the lines say so
  const ended = new Promise<void>((resolve) => {
    child.on("error", ({ message }) => {
      complaint = message;
      resolve();
    });
    child.on("close", (code, signal) => {
      complaint = endOf({ stderr: complaint, code, signal });
      resolve();
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await Promise.race([lines.next(), ended]);
    return line && !line.done ? (line.value as string) : undefined;
  };
  const name = await next();
  if (name === undefined) {
    await ended;
    return { failure: complaint };
  }
  const contender: Contender = {
    name,
    async run(steps) {
      child.stdin.write(`${steps}\n`);
      const line = await next();
      if (line === undefined) {
        await ended;
        throw new GibbsError(`bench: the peer ${name} ended: ${complaint}`);
      }
      const seconds = Number(line);
      if (!(seconds > 0 && Number.isFinite(seconds))) {
        throw new GibbsError(`bench: the peer ${name} reported no seconds but "${line.slice(0, 80)}".`);
      }
      return seconds;
    },
    async dispose() {
      child.stdin.end();
      await ended;
    },
  };
  return { contender, failure: "" };
}
