// Names that a format takes, for those of a network: the same where they can be, each its own.

/**
 * @param isValid whether a name may stand in the format
 * @param taken names that mean something else there
 */
export function validNames(
  names: Iterable<string>,
  isValid: (name: string) => boolean,
  taken: Iterable<string> = [],
): ReadonlyMap<string, string> {
  const all = new Set(names);
  const used = new Set(taken);
  const chosen = new Map<string, string>();
  for (const name of all) {
    if (!isValid(name) || used.has(name)) continue;
    chosen.set(name, name);
    used.add(name);
  }
  for (const name of all) {
    if (chosen.has(name)) continue;
    const base = name.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^(?![A-Za-z_])/, "_");
    let own = base;
    for (let i = 2; used.has(own) || !isValid(own); i++) own = `${base}_${i}`;
    chosen.set(name, own);
    used.add(own);
  }
  return chosen;
}
