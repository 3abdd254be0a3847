// Elementary functions that give the same bits on every JavaScript engine: ECMAScript leaves the last digits of Math.exp open,
// and a threshold that differs in its last bit would send a run elsewhere. Only + - × / and rounding, which IEEE 754 fixes.

const LN2_HIGH = 0.6931471803691238; // 32 significant bits, so that k · LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;

/** e^x within 2 units in the last place, the same on every machine; 0 and Infinity beyond the range of doubles. */
export function portableExp(x: number): number {
  if (x > 709.7) return Number.POSITIVE_INFINITY;
  if (x < -745) return 0;
  if (Number.isNaN(x)) return x;
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW; // |r| < 0.35
  let sum = 1;
  for (let n = 18; n > 0; n--) sum = 1 + (r / n) * sum;
  // Two exact factors, because 2^k alone may lie beyond the normal doubles.
  const half = Math.trunc(k / 2);
  return sum * 2 ** half * 2 ** (k - half);
}
