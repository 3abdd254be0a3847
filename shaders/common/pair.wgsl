// Numbers of some 48 bits: the unevaluated sum of two f32, the larger first (Dekker 1971, doi 10.1007/BF01397083). WGSL lets compilers
// reassociate, and lavapipe's does: a - (a + b) + b becomes 0. `opaque` hides from them where a rounded sum comes from.
// Whoever requires this file has `run.zero`, a u32 that is 0 and that no compiler knows.

fn opaque(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ run.zero);
}

/// a + b exactly, |a| >= |b| or a = 0.
fn quick_sum(a: f32, b: f32) -> vec2f {
  let s = opaque(a + b);
  return vec2f(s, b - opaque(s - a));
}

/// a + b exactly (Knuth).
fn two_sum(a: f32, b: f32) -> vec2f {
  let s = opaque(a + b);
  let c = opaque(s - a);
  return vec2f(s, opaque(a - opaque(s - c)) + opaque(b - c));
}

/// The upper half of the bits of a.
fn upper_half(a: f32) -> f32 {
  let c = opaque(4097.0 * a);
  return opaque(c - opaque(c - a));
}

/// a b exactly, where neither overflows nor underflows (Dekker). An fma would not do: WGSL lets it round twice.
fn two_product(a: f32, b: f32) -> vec2f {
  let p = opaque(a * b);
  let a1 = upper_half(a);
  let b1 = upper_half(b);
  let a2 = opaque(a - a1);
  let b2 = opaque(b - b1);
  return vec2f(p, opaque(opaque(opaque(a1 * b1 - p) + a1 * b2) + a2 * b1) + a2 * b2);
}

fn pair_add(a: vec2f, b: vec2f) -> vec2f {
  let s = two_sum(a.x, b.x);
  let t = two_sum(a.y, b.y);
  let u = quick_sum(s.x, opaque(s.y + t.x));
  return quick_sum(u.x, opaque(u.y + t.y));
}

fn pair_sub(a: vec2f, b: vec2f) -> vec2f {
  return pair_add(a, -b);
}

fn pair_mul(a: vec2f, b: vec2f) -> vec2f {
  let p = two_product(a.x, b.x);
  return quick_sum(p.x, opaque(p.y + opaque(a.x * b.y + a.y * b.x)));
}

fn pair_div(a: vec2f, b: vec2f) -> vec2f {
  let first = a.x / b.x;
  let left = pair_sub(a, pair_mul(b, vec2f(first, 0.0)));
  let second = left.x / b.x;
  let rest = pair_sub(left, pair_mul(b, vec2f(second, 0.0)));
  return pair_add(quick_sum(first, second), vec2f(rest.x / b.x, 0.0));
}

fn pair_sqrt(a: vec2f) -> vec2f {
  let root = sqrt(a.x);
  if (!(a.x > 0.0)) {
    return vec2f(root, 0.0);
  }
  let left = pair_sub(a, two_product(root, root));
  return quick_sum(root, left.x / (2.0 * root));
}

/// a^n by squaring.
fn pair_power(a: vec2f, n: u32) -> vec2f {
  var power = vec2f(1.0, 0.0);
  var square = a;
  for (var left = n; left > 0u; left >>= 1u) {
    if ((left & 1u) == 1u) {
      power = pair_mul(power, square);
    }
    square = pair_mul(square, square);
  }
  return power;
}

fn pair_floor(a: vec2f) -> vec2f {
  let whole = floor(a.x);
  return quick_sum(whole, select(0.0, floor(a.y), whole == a.x));
}

fn pair_less(a: vec2f, b: vec2f) -> bool {
  return a.x < b.x || (a.x == b.x && a.y < b.y);
}

fn pair_abs(a: vec2f) -> vec2f {
  return select(a, -a, a.x < 0.0);
}

/// What is no number is no smaller and no larger: it stays.
fn pair_min(a: vec2f, b: vec2f) -> vec2f {
  return select(a, b, pair_less(b, a) || pair_is_lost(b));
}

fn pair_max(a: vec2f, b: vec2f) -> vec2f {
  return select(a, b, pair_less(a, b) || pair_is_lost(b));
}

fn pair_is_lost(a: vec2f) -> bool {
  return (bitcast<u32>(a.x) & 0x7fffffffu) > 0x7f800000u;
}

/// The place of an angle in its turn, as a word: 2^32 is 2 pi. For |a| below some 2^20.
fn pair_phase(a: vec2f) -> u32 {
  let turns = pair_mul(a, vec2f(0.15915494, 6.4206382e-9));
  // To the nearest integer, so that what is left has as many digits as it can.
  let rest = pair_sub(turns, pair_floor(pair_add(turns, vec2f(0.5, 0.0))));
  return bitcast<u32>(i32(rest.x * 0x1p31) << 1u) + bitcast<u32>(i32(rest.y * 0x1p32));
}
