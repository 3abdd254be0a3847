// Quantities with their first two derivatives, and the functions of them that Kaufman's products are made of.

/** A quantity with its first and second derivative by one parameter. */
export type Jet = readonly [value: number, first: number, second: number];

export const NONE: Jet = [0, 0, 0];
export const ONE: Jet = [1, 0, 0];

/** a + factor b. */
export const add = (a: Jet, b: Jet, factor = 1): Jet => [
  a[0] + factor * b[0],
  a[1] + factor * b[1],
  a[2] + factor * b[2],
];

export const scale = (a: Jet, factor: number): Jet => [factor * a[0], factor * a[1], factor * a[2]];

/** a e^b. The exponential is taken in halves, for it may overflow where a is as small. */
export function timesExp(a: Jet, [value, first, second]: Jet): Jet {
  if (a.every((part) => part === 0)) return NONE;
  const root = Math.exp(value / 2);
  const times = (x: number) => x * root * root;
  return [times(a[0]), times(a[1] + a[0] * first), times(a[2] + 2 * a[1] * first + a[0] * (second + first * first))];
}

/** ln(2 cosh(n γ / 2)) - n (γ - part) / 2 for γ of 0 or more. */
export function logTwoCosh(part: Jet, gamma: Jet, n: number): Jet {
  const x = Math.exp(-n * gamma[0]);
  const share = x / (1 + x);
  return [
    (n / 2) * part[0] + Math.log1p(x),
    (n / 2) * part[1] - n * gamma[1] * share,
    (n / 2) * part[2] - n * gamma[2] * share + (n * gamma[1]) ** 2 * (share / (1 + x)),
  ];
}

/** e^unit ln tanh(n γ / 2) for γ above 0; where the unit is not 0, n γ is large. */
export function logTanh(gamma: Jet, n: number, unit = 0): Jet {
  const [y, first, second] = [n * gamma[0], n * gamma[1], n * gamma[2]];
  if (unit > 0) {
    const twice = 2 * Math.exp(unit - y);
    return [-twice, twice * first, twice * (second - first * first)];
  }
  const x = Math.exp(-y);
  const slope = first / Math.sinh(y);
  return [
    (y < 1 ? Math.log(-Math.expm1(-y)) : Math.log1p(-x)) - Math.log1p(x),
    slope,
    second / Math.sinh(y) - slope * (first / Math.tanh(y)),
  ];
}

/** tanh(n γ / 2), of either sign. */
export function tanhHalf(gamma: Jet, n: number): Jet {
  const [half, first, second] = [(n / 2) * gamma[0], (n / 2) * gamma[1], (n / 2) * gamma[2]];
  const tanh = Math.tanh(half);
  const rise = 1 / Math.cosh(half) ** 2;
  return [tanh, first * rise, (second - 2 * first * first * tanh) * rise];
}

/** 1 + sign · factor · e^log. */
export function onePlus(sign: 1 | -1, factor: Jet, log: Jet): Jet {
  const [, first, second] = timesExp(factor, log);
  const value = factor[0] === 1 && sign < 0 ? -Math.expm1(log[0]) : 1 + sign * factor[0] * Math.exp(log[0]);
  return [value, sign * first, sign * second];
}
