// WGSL files as shader sources: plain files under shaders/, joined by a comment. WGSL has no import, so a file begins with lines
//   // requires: common/threefry.wgsl
// (paths below shaders/); the source of a file is all that it requires, each once, dependencies first, and then itself.

const REQUIREMENT = /^\/\/ requires:\s*(\S+)\s*$/;

// Vite puts the texts into chunks of the bundle: no host needs files at run time, and a page loads those of its model alone.
const PREFIX = "../../shaders/";
const loaders = import.meta.glob<string>("../../shaders/**/*.wgsl", { query: "?raw", import: "default" });

/** The text of a file below shaders/; undefined where there is none. */
export type ReadShader = (path: string) => Promise<string | undefined>;
const read: ReadShader = async (path) => loaders[`${PREFIX}${path}`]?.();

/**
 * The complete source of a shader module; `path` is below shaders/, as in "ising/packed.wgsl". What is `generated` to go before it may require
 * files, too. `files` is for tests.
 *
 * @throws Error for a file that is not there, or requires itself
 */
export async function shaderSource(path: string, files = read, generated = ""): Promise<string> {
  const parts = await shaderParts(path, files, generated);
  const texts = await Promise.all(parts.map(files));
  return parts.map((part, i) => `// --- ${part}\n${texts[i]!.trimEnd()}\n`).join("\n");
}

/** The paths of all shader files, below shaders/. */
export function shaderPaths(): string[] {
  return Object.keys(loaders)
    .map((path) => path.slice(PREFIX.length))
    .sort();
}

/** The files of a shader module in the order of its source, the named file last. @throws Error as `shaderSource` */
export async function shaderParts(path: string, files = read, generated = ""): Promise<string[]> {
  const parts = new Set<string>();
  const visit = async (part: string, chain: readonly string[]) => {
    if (chain.includes(part)) throw new Error(`shaders/${part} requires itself: ${[...chain, part].join(" -> ")}`);
    if (parts.has(part)) return;
    const text = await files(part);
    if (text === undefined) {
      const by = chain.length > 0 ? `, required by shaders/${chain.at(-1)}` : "";
      throw new Error(`there is no shader file shaders/${part}${by}`);
    }
    for (const requirement of requirements(text)) await visit(requirement, [...chain, part]);
    parts.add(part);
  };
  for (const requirement of requirements(generated)) await visit(requirement, ["generated"]);
  await visit(path, []);
  return [...parts];
}

/** The required paths: they stand in the comment at the head of a file, before the first line of code. */
function requirements(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const code = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("//"));
  const head = code < 0 ? lines : lines.slice(0, code);
  return head.flatMap((line) => REQUIREMENT.exec(line)?.[1] ?? []);
}
