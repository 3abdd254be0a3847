// WGSL files as shader sources: plain files under shaders/, joined by a comment. WGSL has no import, so a file begins with lines
//   // requires: common/threefry.wgsl
// (paths below shaders/); the source of a file is all that it requires, each once, dependencies first, and then itself.

const REQUIREMENT = /^\/\/ requires:\s*(\S+)\s*$/;

// Vite puts the texts into the bundle, so that no host needs files at run time.
const PREFIX = "../../shaders/";
const texts = import.meta.glob<string>("../../shaders/**/*.wgsl", { query: "?raw", import: "default", eager: true });
const shaders: ReadonlyMap<string, string> = new Map(
  Object.entries(texts).map(([path, text]) => [path.slice(PREFIX.length), text]),
);

/**
 * The complete source of a shader module; `path` is below shaders/, as in "ising/packed.wgsl". What is `generated` to go before it may require
 * files, too. `files` is for tests.
 */
export function shaderSource(path: string, files = shaders, generated = ""): string {
  return shaderParts(path, files, generated)
    .map((part) => `// --- ${part}\n${files.get(part)!.trimEnd()}\n`)
    .join("\n");
}

/** The paths of all shader files, below shaders/. */
export function shaderPaths(): string[] {
  return [...shaders.keys()].sort();
}

/** The files of a shader module in the order of its source, the named file last. */
export function shaderParts(path: string, files = shaders, generated = ""): string[] {
  const parts = new Set<string>();
  const visit = (part: string, chain: readonly string[]) => {
    if (chain.includes(part)) throw new Error(`shaders/${part} requires itself: ${[...chain, part].join(" -> ")}`);
    if (parts.has(part)) return;
    const text = files.get(part);
    if (text === undefined) {
      const by = chain.length > 0 ? `, required by shaders/${chain.at(-1)}` : "";
      throw new Error(`there is no shader file shaders/${part}${by}`);
    }
    for (const requirement of requirements(text)) visit(requirement, [...chain, part]);
    parts.add(part);
  };
  for (const requirement of requirements(generated)) visit(requirement, ["generated"]);
  visit(path, []);
  return [...parts];
}

/** The required paths: they stand in the comment at the head of a file, before the first line of code. */
function requirements(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const code = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("//"));
  const head = code < 0 ? lines : lines.slice(0, code);
  return head.flatMap((line) => REQUIREMENT.exec(line)?.[1] ?? []);
}
