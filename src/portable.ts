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

const bits = new DataView(new ArrayBuffer(8));

/** ln x within 2 units in the last place, the same on every machine; NaN below 0, -Infinity at 0. */
export function portableLog(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  if (x < 2 ** -1022) return portableLog(x * 2 ** 54) - 54 * (LN2_HIGH + LN2_LOW);
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let k = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    k++;
  }
  // ln(1 + f) = 2 artanh(s) = f - f²/2 + s (f²/2 + 2 s²/3 + 2 s⁴/5 + …): the largest terms stand apart, so that they lose no digits.
  const f = mantissa - 1;
  const s = f / (2 + f); // |s| < 0.172
  const z = s * s;
  let rest = 0;
  for (let n = 25; n >= 3; n -= 2) rest = z * (2 / n + rest);
  const square = 0.5 * f * f;
  return k * LN2_HIGH - (square - (s * (square + rest) + k * LN2_LOW) - f);
}

// π / 2 in three parts of 33 bits, and what they leave: k times a part is exact for k below 2^20. (fdlibm, e_rem_pio2.c.)
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32] as const;

/** sin x within 2 units in the last place, the same on every machine, for |x| up to 10⁶; NaN beyond. */
export const portableSin = (x: number): number => sine(x, 0);

/** cos x within 2 units in the last place, the same on every machine, for |x| up to 10⁶; NaN beyond. */
export const portableCos = (x: number): number => sine(x, 1);

/** sin(x + quarters · π/2) */
function sine(x: number, quarters: number): number {
  if (!(x >= -1e6 && x <= 1e6)) return Number.NaN;
  const k = Math.round(x / (HALF_PI[0] + HALF_PI[1]));
  // x - k π/2 as r + tail, |r| below 0.786, the tail below half a unit of r's last place.
  let r = x;
  let tail = 0;
  for (const part of HALF_PI) {
    const before = r;
    r = before - k * part;
    tail += before - r - k * part;
  }
  const whole = r + tail;
  tail += r - whole;
  r = whole;
  const z = r * r;
  const quadrant = (((k + quarters) % 4) + 4) % 4;
  let rest = 0;
  if (quadrant % 2 === 0) {
    // r - r³/6 + …
    for (let n = 20; n >= 2; n -= 2) rest = (-z / (n * (n + 1))) * (1 + rest);
    const value = r + (r * rest + tail * (1 - z / 2));
    return quadrant === 0 ? value : -value;
  }
  // 1 - r²/2 + r⁴/24 - …: the first two terms with what their difference loses.
  for (let n = 20; n >= 4; n -= 2) rest = (-z / (n * (n - 1))) * (1 + rest);
  const half = z / 2;
  const first = 1 - half;
  const value = first + (1 - first - half + (-half * rest - r * tail));
  return quadrant === 1 ? value : -value;
}
