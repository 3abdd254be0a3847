// The features of a next-generation reservoir: all monomials of the newest samples, up to an order (Gauthier, Bollt, Griffith and Barbosa
// 2021, doi 10.1038/s41467-021-25801-2).

/** What is made of a series: x(t), x(t - skip), …, `delays` of them, and their monomials of degree 0 … order. */
export interface Features {
  /** Numbers of a sample. */
  dimension: number;
  delays: number;
  skip: number;
  order: number;
}

/** Samples that features need, the newest included. */
export const memoryOf = ({ delays, skip }: Features) => (delays - 1) * skip + 1;

/** Monomials in so many variables up to an order: (n + p)! / (n! p!). */
export function countMonomials(variables: number, order: number): number {
  let count = 1;
  for (let p = 1; p <= order; p++) count = (count * (variables + p)) / p;
  return count;
}

/** All monomials as the variables that they multiply, each list in order: by degree, then by their first variable; [] is the constant. */
export function monomials(variables: number, order: number): number[][] {
  const all: number[][] = [[]];
  let last: number[][] = [[]];
  for (let degree = 1; degree <= order; degree++) {
    last = last.flatMap((factors) => {
      const first = factors.at(-1) ?? 0;
      return Array.from({ length: variables - first }, (_, i) => [...factors, first + i]);
    });
    all.push(...last);
  }
  return all;
}

/** What the numbers of a sample are called: as in a series' file, where there each has a name. */
export const columnNames = ({ features, names }: { features: Features; names?: readonly string[] }) =>
  Array.from(
    { length: features.dimension },
    (_, i) => names?.[i] || (names ? `column ${i + 1}` : features.dimension === 1 ? "x" : `x${i + 1}`),
  );

/**
 * How the monomials read: "1", "x1", "x1 x2'", "x3²", with a dash for each delay back.
 *
 * @param own names of the numbers of a sample, which are taken where all are words that differ
 */
export function namesOf({ dimension, delays, order }: Features, own?: readonly string[]): string[] {
  const isPlain = own?.every((name) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) && new Set(own).size === dimension;
  const base = (i: number) => (isPlain ? own![i] : `x${i + 1}`);
  return monomials(delays * dimension, order).map((factors) => {
    const names = factors.map((at) => `${base(at % dimension)}${"'".repeat(Math.floor(at / dimension))}`);
    const powers = [...new Set(names)].map((name) => [name, names.filter((each) => each === name).length] as const);
    return powers.map(([name, power]) => name + ["", "", "²", "³", "⁴"][power]).join(" ") || "1";
  });
}

/** Writes the features of sample `time` of a series [time][dimension]; `table` is that of `monomials`. */
export function evaluate(
  { dimension, delays, skip }: Features,
  table: readonly (readonly number[])[],
  series: Float64Array,
  time: number,
  out: Float64Array,
): void {
  const variables = new Float64Array(delays * dimension);
  for (let delay = 0; delay < delays; delay++) {
    const at = (time - delay * skip) * dimension;
    variables.set(series.subarray(at, at + dimension), delay * dimension);
  }
  for (let m = 0; m < table.length; m++) {
    let product = 1;
    for (const factor of table[m]) product *= variables[factor];
    out[m] = product;
  }
}
