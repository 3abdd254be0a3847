// requires: common/normal.wgsl
// requires: common/pair.wgsl
// Functions in systems, by polynomials of our own: WGSL allows sin and cos an error of 2^-11, only between -pi and pi, log one of 2^-21, atan 4096
// units of the last place, and exp many of them. Coefficients of the inverse and hyperbolic functions are those of Cephes (Moshier 1989).

fn phase(x: f32) -> u32 {
  let turns = 0.15915494 * x;
  return bitcast<u32>(i32((turns - floor(turns + 0.5)) * 0x1p31) << 1u);
}

fn sine(x: f32) -> f32 {
  // Near 0 its own digits count, and a phase has none of them.
  if (abs(x) < 0.25) {
    let z = x * x;
    return x + x * z * (-0.16666667 + z * (8.3333310e-3 - z * 1.9840874e-4));
  }
  return turn(phase(x)).y;
}

fn cosine(x: f32) -> f32 {
  return turn(phase(x)).x;
}

fn tangent_of(x: f32) -> f32 {
  return sine(x) / cosine(x);
}

/// Not a number, and infinity, which a compiler may not know of.
fn nan() -> f32 {
  return bitcast<f32>(0x7fc00000u ^ run.zero);
}

fn infinity() -> f32 {
  return bitcast<f32>(0x7f800000u ^ run.zero);
}

/// ln x; what is no number for x below 0.
fn logarithm(x: f32) -> f32 {
  if (size_of(x) >= NO_NUMBER) {
    return x;
  }
  if (x > 0.0) {
    return natural_log(x);
  }
  return select(nan(), -infinity(), x == 0.0);
}

/// e^x within 3 units of the last place: WGSL's own is allowed 3 + 2 |x|.
fn exponential(x: f32) -> f32 {
  if (size_of(x) > NO_NUMBER) {
    return x;
  }
  let y = clamp(x, -104.0, 89.0);
  let k = floor(1.44269504 * y + 0.5);
  // ln 2 in two parts, the first so short that its product with k is exact.
  let r = (y - k * 0.693359375) + k * 2.12194440e-4;
  let series = 1.0 + r * (1.0 + r * (0.5 + r * (0.16666667 + r * (4.1666668e-2 + r * (8.3333310e-3 + r * 1.3981999e-3)))));
  // In two factors, because the power of two alone may be beyond f32.
  let n = i32(k);
  let first = n / 2;
  let value = series * bitcast<f32>(u32(first + 127) << 23u) * bitcast<f32>(u32(n - first + 127) << 23u);
  return select(value, infinity(), x > 88.8);
}

/// x^n of an integer from 0 on.
fn whole_power(x: f32, n: u32) -> f32 {
  var power = 1.0;
  var square = x;
  for (var left = n; left > 0u; left >>= 1u) {
    if ((left & 1u) == 1u) {
      power *= square;
    }
    square *= square;
  }
  return power;
}

/// base^exponent, also of negative bases where the exponent is an integer.
fn power_of(base: f32, exponent: f32) -> f32 {
  if (size_of(base) > NO_NUMBER || size_of(exponent) > NO_NUMBER) {
    return nan();
  }
  let whole = floor(exponent);
  if (whole == exponent && abs(exponent) <= 64.0) {
    let power = whole_power(base, u32(abs(exponent)));
    return select(power, 1.0 / power, exponent < 0.0);
  }
  let odd = base < 0.0 && whole - 2.0 * floor(0.5 * whole) != 0.0;
  if (base < 0.0 && whole == exponent) {
    return select(1.0, -1.0, odd) * real_power(-base, exponent);
  }
  return real_power(base, exponent);
}

/// base^exponent of an exponent that is no integer.
fn real_power(base: f32, exponent: f32) -> f32 {
  if (!(base > 0.0)) {
    return select(nan(), select(infinity(), 0.0, exponent > 0.0), base == 0.0);
  }
  if (size_of(base) == NO_NUMBER) {
    return select(0.0, infinity(), exponent > 0.0);
  }
  return exponential(exponent * natural_log(base));
}

/// The smaller and the larger; neither hides what is no number.
fn smaller_of(a: f32, b: f32) -> f32 {
  return no_number(min(a, b), size_of(a) > NO_NUMBER || size_of(b) > NO_NUMBER);
}

fn larger_of(a: f32, b: f32) -> f32 {
  return no_number(max(a, b), size_of(a) > NO_NUMBER || size_of(b) > NO_NUMBER);
}

/// atan x, by its series around 0 and the tangents of pi/4 and pi/2 (Cephes).
fn arctangent(x: f32) -> f32 {
  let a = abs(x);
  let far = a > 2.41421356;
  let middle = !far && a > 0.41421356;
  let y = select(select(a, (a - 1.0) / (a + 1.0), middle), -1.0 / a, far);
  let z = y * y;
  let series = y + y * z * (-0.333329492 + z * (0.199777110 + z * (-0.138776856 + z * 8.05374449e-2)));
  let value = series + select(select(0.0, 0.785398163, middle), 1.57079633, far);
  return select(value, -value, x < 0.0);
}

/// asin x, no number beyond 1.
fn arcsine(x: f32) -> f32 {
  let a = abs(x);
  if (a > 1.0) {
    return nan();
  }
  let large = a > 0.5;
  let z = select(a * a, 0.5 * (1.0 - a), large);
  let y = select(a, sqrt(z), large);
  let series =
    y + y * z * (0.166667521 + z * (7.49530027e-2 + z * (4.54700258e-2 + z * (2.41813119e-2 + z * 4.21632003e-2))));
  let value = select(series, 1.57079633 - 2.0 * series, large);
  return select(value, -value, x < 0.0);
}

fn arccosine(x: f32) -> f32 {
  // Near 1 the difference from pi/2 would lose its digits.
  if (x > 0.5) {
    return 2.0 * arcsine(sqrt(0.5 * (1.0 - x)));
  }
  return 1.57079633 - arcsine(x);
}

fn hyperbolic_sine(x: f32) -> f32 {
  if (abs(x) < 1.0) {
    let z = x * x;
    return x + x * z * (0.16666667 + z * (8.3333333e-3 + z * (1.9841270e-4 + z * 2.7557319e-6)));
  }
  // Half of e^x in halves, because e^x alone may be beyond f32.
  let half = exponential(0.5 * abs(x));
  let value = 0.5 * half * half - 0.5 / half / half;
  return select(value, -value, x < 0.0);
}

fn hyperbolic_cosine(x: f32) -> f32 {
  let half = exponential(0.5 * abs(x));
  return 0.5 * half * half + 0.5 / half / half;
}

fn hyperbolic_tangent(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.625) {
    let z = x * x;
    return x + x * z * (-0.333332819 + z * (0.133314422 + z * (-5.37397155e-2 + z * (2.06390887e-2 - z * 5.70498872e-3))));
  }
  if (size_of(x) > NO_NUMBER) {
    return x;
  }
  let value = 1.0 - 2.0 / (exponential(2.0 * min(a, 20.0)) + 1.0);
  return select(value, -value, x < 0.0);
}

/// By bits: compilers assume that there is no NaN.
fn no_number(x: f32, holds: bool) -> f32 {
  return bitcast<f32>(select(bitcast<u32>(x), 0x7fc00000u, holds));
}

/// From here on a size is that of no number; just here it is infinite.
const NO_NUMBER = 0x7f800000u;

/// Bits of the absolute value: they grow with it, and from 0x7f800000 on it is no number.
fn size_of(x: f32) -> u32 {
  return bitcast<u32>(x) & 0x7fffffffu;
}

/// base^exponent in 48 bits where the exponent is an integer, otherwise in 24.
fn pair_raised(base: vec2f, exponent: vec2f) -> vec2f {
  let whole = floor(exponent.x);
  if (whole == exponent.x && exponent.y == 0.0 && abs(whole) <= 1024.0) {
    let power = pair_power(base, u32(abs(whole)));
    if (whole < 0.0) {
      return pair_div(vec2f(1.0, 0.0), power);
    }
    return power;
  }
  return vec2f(power_of(base.x, exponent.x), 0.0);
}
