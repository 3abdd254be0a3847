// A value with its error, for people to read.

/** Powers of ten beyond which digits before or behind the point are only zeros. */
const [LEAST, MOST] = [-9, 12];

/**
 * `-1.7456 ± 0.0012`: the error to two digits, the value to as many; far from 1 as `(1.2 ± 0.3)e-43`. An infinite error is an unknown one.
 *
 * @param zeroDigits digits of the value where the error is 0
 */
export function withError(value: number, error: number, zeroDigits = 10): string {
  if (!Number.isFinite(error)) return `${value.toPrecision(6)} ± ?`;
  if (error === 0) return `${Number(value.toPrecision(zeroDigits))} ± 0`;
  const largest = Math.floor(Math.log10(Math.max(Math.abs(value), error)));
  const digits = 1 - Math.floor(Math.log10(error));
  if (digits > 15 || largest < LEAST || largest > MOST) {
    const scaled = (number: number) => number * 10 ** -largest;
    const places = Math.min(15, Math.max(0, digits + largest));
    return `(${scaled(value).toFixed(places)} ± ${scaled(error).toFixed(places)})e${largest}`;
  }
  const places = Math.max(0, digits);
  return `${value.toFixed(places)} ± ${error.toFixed(places)}`;
}
