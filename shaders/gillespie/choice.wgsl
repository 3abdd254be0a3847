// Which reaction fires, to 2^-64 of the total: partial sums in f32 decide where a random number is clear of all of them. Near to one
// the sums are made again as integers of 96 bits, in which a rare reaction keeps its share whatever stands before it.
//
// A propensity is m 2^e with m of 24 bits; as an integer it is counted in 2^-92 of the power of two below the total.

fn exponent_of(value: f32) -> i32 {
  return i32((bitcast<u32>(value) >> 23u) & 0xffu);
}

/// A number that is not negative, where one of the exponent `top` is 2^92 … 2^93. Least word first.
fn fixed(value: f32, top: i32) -> vec3u {
  let bits = bitcast<u32>(value);
  if ((bits & 0x7f800000u) == 0u) {
    return vec3u();
  }
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let place = exponent_of(value) - top + 69;
  if (place < 0) {
    return vec3u(select(0u, mantissa >> u32(-place), place > -24), 0u, 0u);
  }
  let by = u32(place) & 31u;
  let low = mantissa << by;
  let high = select(mantissa >> (32u - max(by, 1u)), 0u, by == 0u);
  let word = place >> 5u;
  return select(select(vec3u(0u, 0u, low), vec3u(0u, low, high), word == 1), vec3u(low, high, 0u), word == 0);
}

fn plus(a: vec3u, b: vec3u) -> vec3u {
  let x = a.x + b.x;
  let carry = select(0u, 1u, x < a.x);
  let y = a.y + b.y;
  let middle = y + carry;
  let over = select(0u, 1u, y < a.y) + select(0u, 1u, middle < y);
  return vec3u(x, middle, a.z + b.z + over);
}

/// a - b, where b is no more than a.
fn minus(a: vec3u, b: vec3u) -> vec3u {
  let borrow = select(0u, 1u, a.x < b.x);
  let y = a.y - b.y;
  let over = select(0u, 1u, a.y < b.y) + select(0u, 1u, y < borrow);
  return vec3u(a.x - b.x, y - borrow, a.z - b.z - over);
}

/// Whether a > b.
fn above(a: vec3u, b: vec3u) -> bool {
  if (a.z != b.z) {
    return a.z > b.z;
  }
  if (a.y != b.y) {
    return a.y > b.y;
  }
  return a.x > b.x;
}

/// a b, in six words.
fn times(a: vec3u, b: vec3u) -> array<u32, 6> {
  var words: array<u32, 6>;
  for (var i = 0u; i < 3u; i++) {
    var carry = 0u;
    for (var k = 0u; k < 3u; k++) {
      let part = product(a[i], b[k]);
      let low = part.x + words[i + k];
      let sum = low + carry;
      words[i + k] = sum;
      carry = part.y + select(0u, 1u, low < part.x) + select(0u, 1u, sum < carry);
    }
    words[i + 3u] = carry;
  }
  return words;
}

/// The point of the number (high, low) / 2^64 of a total, rounded down.
fn point_of(total: vec3u, high: u32, low: u32) -> vec3u {
  let words = times(total, vec3u(low, high, 0u));
  return vec3u(words[2], words[3], words[4]);
}

/// Whether a / b > c / d.
fn above_share(a: vec3u, b: vec3u, c: vec3u, d: vec3u) -> bool {
  let left = times(a, d);
  let right = times(c, b);
  for (var i = 5; i >= 0; i--) {
    if (left[i] != right[i]) {
      return left[i] > right[i];
    }
  }
  return false;
}

/// 32 bits more of the choice of this draw's first or second reaction.
fn more_bits(half: u32) -> u32 {
  return threefry4x32(vec4u(place, half), key).x;
}
