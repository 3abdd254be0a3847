// Real numbers that a network draws, in f32, by the words of shaders/gillespie/draws.wgsl.

/// In (0, 1), in steps of 2^-23.
fn unit_number() -> f32 {
  return (f32(next_word() >> 9u) + 0.5) * 0x1p-23;
}

fn unit_exponential() -> f32 {
  let bits = exponential_bits();
  return f32(bits.y) * 0x1p-24 + (f32(bits.x) + 0.5) * 0x1p-56;
}

fn unit_normal() -> f32 {
  let first = next_word();
  return normal_pair(vec2u(first, next_word())).x;
}

/// 1 or -1.
fn sign_bit() -> f32 {
  return select(1.0, -1.0, (next_word() >> 31u) == 1u);
}

/// What must not be negative; else the draw fails.
fn checked(value: f32) -> f32 {
  if (!(value >= 0.0)) {
    draw_failed = true;
  }
  return value;
}

/// What must be above 0.
fn positive(value: f32) -> f32 {
  if (!(value > 0.0)) {
    draw_failed = true;
    return 1.0;
  }
  return value;
}

fn sample_normal(mean: f32, deviation: f32) -> f32 {
  return mean + checked(deviation) * unit_normal();
}

fn sample_uniform(least: f32, most: f32) -> f32 {
  return least + checked(most - least) * unit_number();
}

fn sample_exponential(rate: f32) -> f32 {
  return unit_exponential() / positive(rate);
}

fn sample_lognormal(mean: f32, deviation: f32) -> f32 {
  return exp(mean + checked(deviation) * unit_normal());
}

fn sample_laplace(place: f32, scale: f32) -> f32 {
  let size = unit_exponential();
  return place + checked(scale) * sign_bit() * size;
}

fn sample_rayleigh(scale: f32) -> f32 {
  return checked(scale) * sqrt(2.0 * unit_exponential());
}

fn sample_weibull(shape: f32, scale: f32) -> f32 {
  return checked(scale) * pow(unit_exponential(), 1.0 / positive(shape));
}

/// A Cauchy number and its inverse have the same law: half of them are tangents of angles up to pi/4.
fn sample_cauchy(place: f32, scale: f32) -> f32 {
  let x = 0.78539816 * unit_number();
  let z = x * x;
  let sine = x * (1.0 + z * (-0.16666667 + z * (8.3333310e-3 + z * (-1.9840874e-4 + z * 2.7181216e-6))));
  let cosine = 1.0 - 0.5 * z + z * z * (4.1666665e-2 + z * (-1.3888889e-3 + z * (2.4801587e-5 - z * 2.7e-7)));
  let word = next_word();
  let size = select(sine / cosine, cosine / sine, ((word >> 30u) & 1u) == 1u);
  return place + checked(scale) * select(size, -size, (word >> 31u) == 1u);
}

/// A gamma number (Marsaglia & Tsang 2000, doi 10.1145/358407.358414).
fn sample_gamma(shape: f32, scale: f32) -> f32 {
  let own = positive(shape);
  var boost = 1.0;
  if (own < 1.0) {
    boost = pow((f32(next_word()) + 0.5) * 0x1p-32, 1.0 / own);
  }
  let d = select(own, own + 1.0, own < 1.0) - 0.33333333;
  let c = 1.0 / sqrt(9.0 * d);
  for (var trial = 0u; trial < MOST_TRIALS; trial++) {
    let z = c * unit_normal();
    if (z <= -1.0) {
      continue;
    }
    // d (1 - v + ln v) + x^2 / 2 of v = (1 + z)^3, x = z / c, without the terms that cancel.
    var margin = 3.0 * (log(1.0 + z) - z) + z * z * (1.5 - z);
    if (abs(z) < 0.1) {
      let w = z * z;
      margin = w * w * (-0.75 + z * (0.6 - z * (0.5 - z * (0.42857143 - z * 0.375))));
    }
    if (natural_log((f32(next_word()) + 0.5) * 0x1p-32) < d * margin) {
      let v = 1.0 + z;
      return checked(scale) * boost * d * v * v * v;
    }
  }
  draw_failed = true;
  return 0.0;
}

fn sample_chisquare(degrees: f32) -> f32 {
  return sample_gamma(0.5 * degrees, 2.0);
}
