// requires: common/normal.wgsl
// requires: common/pair.wgsl
// Functions in systems, by polynomials of our own: WGSL allows sin and cos an error of 2^-11, only between -pi and pi, and log one of 2^-21.

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

/// ln x; what is no number for x below 0.
fn logarithm(x: f32) -> f32 {
  if (x > 0.0) {
    return natural_log(x);
  }
  return bitcast<f32>(select(0x7fc00000u, 0xff800000u, x == 0.0) ^ run.zero);
}

/// base^exponent, also of negative bases where the exponent is an integer.
fn power_of(base: f32, exponent: f32) -> f32 {
  if (base == 0.0) {
    return select(select(bitcast<f32>(0x7f800000u ^ run.zero), 1.0, exponent == 0.0), 0.0, exponent > 0.0);
  }
  let whole = floor(exponent);
  if (base < 0.0 && whole != exponent) {
    return bitcast<f32>(0x7fc00000u ^ run.zero);
  }
  let odd = base < 0.0 && whole - 2.0 * floor(0.5 * whole) != 0.0;
  return select(1.0, -1.0, odd) * exp(exponent * natural_log(abs(base)));
}

/// Bits of the absolute value: they grow with it, and from 0x7f800000 on it is no number.
fn size_of(x: f32) -> u32 {
  return bitcast<u32>(x) & 0x7fffffffu;
}
