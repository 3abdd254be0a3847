// Compiles and runs a peer in plain C on the same cores. Node only; loaded where --peers asks for it.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface Peer {
  /** Words that the program prints. */
  run(...words: (string | number)[]): Promise<string[]>;
  threads: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The compiled program, or undefined where there is no C compiler. */
export async function compilePeer(source: string): Promise<Peer | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "gibbs-peer-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const program = join(folder, "peer");
  try {
    await writeFile(`${program}.c`, source);
    await execute("cc", ["-O3", "-march=native", "-pthread", "-o", program, `${program}.c`, "-lm"]);
  } catch {
    await remove();
    return undefined;
  }
  return {
    threads: availableParallelism(),
    run: async (...words) => (await execute(program, words.map(String))).stdout.trim().split(/\s+/),
    [Symbol.asyncDispose]: remove,
  };
}
