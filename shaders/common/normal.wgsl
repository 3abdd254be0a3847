// Standard normal numbers from random words (Box & Muller 1958, doi 10.1214/aoms/1177706645). Mirrors src/random/normal.ts. With
// polynomials of its own: WGSL allows cos an error of 2^-11 and log one of 2^-21, and a normal number near 0 would inherit the root of it.

/// ln x for 2^-33 <= x <= 1, within 2e-7 of itself.
fn natural_log(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  // x = 2^exponent m with m between root 1/2 and root 2, so that ln x keeps its digits near 1.
  let shifted = bits - 0x3f3504f3u;
  let exponent = f32(bitcast<i32>(shifted) >> 23u);
  let m = bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u);
  let s = (m - 1.0) / (m + 1.0);
  let z = s * s;
  let series = z * (0.66666667 + z * (0.4 + z * (0.28571430 + z * 0.22475)));
  return exponent * 0.69314718 + (2.0 * s + s * series);
}

/// (cos, sin) of 2 pi word 2^-32, within 1e-7.
fn turn(word: u32) -> vec2f {
  // The angle from the middle of its quarter, between -pi/4 and pi/4.
  let t = (f32(word & 0x3fffffffu) * 0x1p-30 - 0.5) * 1.57079633;
  let z = t * t;
  let sine = t + t * z * (-0.16666667 + z * (8.3333310e-3 + z * (-1.9840874e-4 + z * 2.7181216e-6)));
  let cosine = 1.0 - 0.5 * z + z * z * (4.1666665e-2 + z * (-1.3888889e-3 + z * (2.4801587e-5 - z * 2.7e-7)));
  let a = 0.70710678 * (cosine - sine);
  let b = 0.70710678 * (cosine + sine);
  let quarter = word >> 30u;
  let swapped = select(vec2f(a, b), vec2f(b, a), (quarter & 1u) == 1u);
  return vec2f(
    select(swapped.x, -swapped.x, quarter == 1u || quarter == 2u),
    select(swapped.y, -swapped.y, quarter >= 2u),
  );
}

fn normal_pair(words: vec2u) -> vec2f {
  return sqrt(-2.0 * natural_log((f32(words.x) + 0.5) * 0x1p-32)) * turn(words.y);
}

fn normals(words: vec4u) -> vec4f {
  return vec4f(normal_pair(words.xy), normal_pair(words.zw));
}
