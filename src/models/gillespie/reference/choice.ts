// Which reaction fires, in plain words: the one in whose share of the total a number of 64 random bits falls. Partial sums in
// floating point would give a rare reaction a share that depends on what stands before it; near their ends integers decide.

/** Beyond this share of the total from every partial sum the upper 32 bits decide, and f64 is exact enough. */
const CLEAR = 2 ** -31;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/**
 * The reaction of the number (`high` 2^32 + `low`) / 2^64, in [0, 1), of the total - or of `bound`, where rates are thinned: then
 * undefined where the number falls beyond all of them. Never one of propensity 0. The lower bits are asked for where they matter.
 */
export function chosen(
  propensities: readonly number[],
  bound: number | undefined,
  high: number,
  low: () => number,
): number | undefined {
  const whole = bound ?? sum(propensities);
  const r = ((high + 0.5) / 2 ** 32) * whole;
  let below = 0;
  let found: number | undefined;
  let clear = true;
  for (const [i, propensity] of propensities.entries()) {
    below += propensity;
    if (Math.abs(r - below) <= CLEAR * whole) clear = false;
    if (found === undefined && r < below) found = i;
  }
  return clear ? found : inWholeNumbers(propensities, bound, (BigInt(high) << 32n) | BigInt(low()));
}

function inWholeNumbers(
  propensities: readonly number[],
  bound: number | undefined,
  number: bigint,
): number | undefined {
  // The largest becomes about 2^200, so that all bits are kept of what is over 2^-147 of it.
  const scale = 200 - Math.floor(Math.log2(Math.max(...propensities, bound ?? 0)));
  const half = Math.trunc(scale / 2);
  const fixed = (value: number) => BigInt(Math.floor(value * 2 ** half * 2 ** (scale - half)));
  const parts = propensities.map(fixed);
  const total = bound === undefined ? parts.reduce((a, b) => a + b, 0n) : fixed(bound);
  let below = 0n;
  const at = parts.findIndex((part) => {
    below += part;
    return number * total < below << 64n;
  });
  return at >= 0 ? at : undefined;
}

/** As gibbs 0.1.0 chose, for its links: sums in floating point, and more bits only near 0. */
export function chosenInVersion1(
  propensities: readonly number[],
  bound: number | undefined,
  high: number,
  low: () => number,
): number | undefined {
  const uniform = high < 512 ? (high + low() / 2 ** 32) / 2 ** 32 : (high + 0.5) / 2 ** 32;
  const total = sum(propensities);
  if (bound !== undefined && uniform * bound >= total) return undefined;
  const r = uniform * (bound ?? total);
  let below = 0;
  let found = 0;
  propensities.forEach((propensity, i) => {
    if (propensity > 0 && r >= below) found = i;
    below += propensity;
  });
  return found;
}
