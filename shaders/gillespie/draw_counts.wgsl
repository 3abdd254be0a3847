// Integer-valued numbers that a network draws, by 64-bit integer arithmetic: binomial numbers from fair coins, one bit of the probability after another; many
// coins at once, and Poisson numbers, by rejection. Goes with shaders/gillespie/draws.wgsl, which has the random words.

/// Fewer coins are counted one by one.
const FEW_COINS = 4096u;
/// Places of the geometric number beyond which a proposal is never accepted: e^-60.
const FAR = 12u;
/// ln 2, in 2^-56.
const LN_2 = vec2u(0xf7d1cf79u, 0x00b17217u);
/// 1/6 and 1/12, in 2^-64.
const SIXTH = vec2u(0xaaaaaaaau, 0x2aaaaaaau);
const TWELFTH = vec2u(0x55555555u, 0x15555555u);
/// Terms of a series; its coefficients follow each other in the table, in 2^-64, the low word first.
const TERMS = 12u;
/// Poisson numbers of this mean, a power of two, come from a table, those of 2^FIRST_REJECTED and more by rejection.
const TABLE_POWER = 7u;
const FIRST_REJECTED = 13u;

// 64 bits, the low word first.

fn sum_of(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn difference_of(a: vec2u, b: vec2u) -> vec2u {
  return vec2u(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn is_less(a: vec2u, b: vec2u) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

/// The upper 64 bits of a b.
fn upper_product(a: vec2u, b: vec2u) -> vec2u {
  let low = product(a.x, b.x);
  let cross = product(a.x, b.y);
  let other = product(a.y, b.x);
  let middle = sum_of(sum_of(vec2u(cross.x, 0u), vec2u(other.x, 0u)), vec2u(low.y, 0u));
  let upper = sum_of(product(a.y, b.y), vec2u(cross.y, 0u));
  return sum_of(sum_of(upper, vec2u(other.y, 0u)), vec2u(middle.y, 0u));
}

/// The quotient of 96 bits, least word first, where it has 64. The divisor is below 2^31.
fn quotient_of(above: vec3u, below: u32) -> vec2u {
  var rest = 0u;
  var result = vec2u();
  for (var i = 0u; i < rounds(96u); i++) {
    let word = select(select(above.x, above.y, i < 64u), above.z, i < 32u);
    rest = (rest << 1u) | ((word >> (31u - (i & 31u))) & 1u);
    let fits = rest >= below;
    rest -= select(0u, below, fits);
    result = vec2u((result.x << 1u) | select(0u, 1u, fits), (result.y << 1u) | (result.x >> 31u));
  }
  return result;
}

/// a 2^-by, by below 64.
fn shifted_down(a: vec2u, by: u32) -> vec2u {
  let part = by & 31u;
  let across = select(a.y << (32u - max(part, 1u)), 0u, part == 0u);
  let small = vec2u((a.x >> part) | across, a.y >> part);
  return select(small, vec2u(a.y >> part, 0u), by >= 32u);
}

/// a 2^by, by below 64.
fn shifted_up(a: vec2u, by: u32) -> vec2u {
  let part = by & 31u;
  let across = select(a.x >> (32u - max(part, 1u)), 0u, part == 0u);
  let small = vec2u(a.x << part, (a.y << part) | across);
  return select(small, vec2u(0u, a.x << part), by >= 32u);
}

/// Sum of coefficient i times x^i, in 2^-64; the coefficients are those of the table's row.
fn series_of(row: u32, x: vec2u) -> vec2u {
  var sum = vec2u();
  for (var i = 0u; i < rounds(TERMS); i++) {
    let at = DRAW_TABLE + 2u * (row * TERMS + TERMS - 1u - i);
    sum = sum_of(vec2u(points[at], points[at + 1u]), upper_product(sum, x));
  }
  return sum;
}

/// x + x^2 + x^3 + ... for x below 1/16, in 2^-64.
fn geometric_of(x: vec2u) -> vec2u {
  var sum = x;
  for (var i = 0u; i < rounds(TERMS); i++) {
    sum = sum_of(x, upper_product(sum, x));
  }
  return sum;
}

/// 64 bits, the low word first; a loop, so that the generator stands there once.
fn next_pair() -> vec2u {
  var pair = vec2u();
  for (var i = 0u; i < rounds(2u); i++) {
    pair = vec2u(pair.y, next_word());
  }
  return pair;
}

/// An exponential number of mean 1, in 2^-56, by comparisons alone: the first number of a falling run of odd length, and 1 more for each run
/// of even length before (von Neumann 1951, NBS Applied Mathematics Series 12, 36).
fn exponential_bits() -> vec2u {
  var first = vec2u();
  var last = vec2u();
  var length = 0u;
  var whole = 0u;
  while (whole < 128u) {
    let next = next_pair();
    if (length == 0u) {
      first = next;
    } else if (!is_less(next, last)) {
      if ((length & 1u) == 1u) {
        return vec2u((first.x >> 8u) | (first.y << 24u), (first.y >> 8u) | (whole << 24u));
      }
      whole++;
      length = 0u;
      continue;
    }
    last = next;
    length++;
  }
  return vec2u(0xffffffffu, 0x7fffffffu);
}

/// With the chance 2^places e^-height, the height in 2^-56.
fn is_accepted(height: vec2u, places: u32) -> bool {
  var reach = exponential_bits();
  for (var i = 0u; i < places; i++) {
    reach = sum_of(reach, LN_2);
  }
  return is_less(height, reach);
}

/// -ln of C(2m, m + k) / C(2m, m) in 2^-56, by Stirling's series about m: with y = (k/m)^2 it is m sum y^i / (i (2i-1)), less half of
/// -ln(1-y), and y / (1-y) / 6m of the correction.
fn height_of_heads(k: u32, m: u32) -> vec2u {
  let square = product(k, k);
  let u = quotient_of(vec3u(0u, square.x << 24u, (square.x >> 8u) | (square.y << 24u)), m);
  let y = quotient_of(vec3u(u.x << 8u, (u.x >> 24u) | (u.y << 8u), u.y >> 24u), m);
  let sixth = upper_product(quotient_of(vec3u(0u, 0u, 1u), m), SIXTH);
  let higher = upper_product(u, upper_product(y, series_of(0u, y)));
  let lower = difference_of(upper_product(y, series_of(1u, y)), upper_product(sixth, geometric_of(y)));
  return difference_of(sum_of(u, higher), shifted_down(lower, 8u));
}

/// -ln of the probability of m + k relative to that of m, for a Poisson number of mean m = 2^power, in 2^-56. With x = k/m it is m ((1+x) ln(1+x) - x) + ln(1+x) / 2
/// - x / (1+x) / 12m, each as even and odd powers of |x|.
fn height_of_poisson(k: u32, negative: bool, power: u32) -> vec2u {
  let square = product(k, k);
  let u = shifted_up(square, 56u - power);
  let a = shifted_up(vec2u(k, 0u), 64u - power);
  let y = upper_product(a, a);
  let even = upper_product(u, series_of(2u, y));
  let odd = upper_product(u, upper_product(a, series_of(3u, y)));
  let main = select(difference_of(even, odd), sum_of(even, odd), negative);
  let twelfth = shifted_down(TWELFTH, power);
  let correction = sum_of(twelfth, upper_product(twelfth, geometric_of(y)));
  let log_odd = upper_product(a, difference_of(series_of(4u, y), correction));
  let log_even = upper_product(y, difference_of(series_of(5u, y), correction));
  if (!negative) {
    return sum_of(main, shifted_down(difference_of(log_odd, log_even), 8u));
  }
  let off = shifted_down(sum_of(log_odd, log_even), 8u);
  return select(difference_of(main, off), vec2u(), is_less(main, off));
}

/// A Poisson number of the table's mean: the first place whose bound is above 64 random bits.
fn poisson_by_table() -> u32 {
  let number = next_pair();
  var below = 0u;
  var above = POISSON_ROWS;
  while (below < above) {
    let middle = (below + above) >> 1u;
    let at = POISSON_TABLE + 2u * middle;
    let fits = is_less(number, vec2u(points[at], points[at + 1u]));
    above = select(above, middle, fits);
    below = select(middle + 1u, below, fits);
  }
  return POISSON_FIRST + below;
}

/// Heads of 2m coins, m from 2048 on, or a Poisson number of mean m = 2^power: about m by a geometric number of strips, each half as high as the
/// one before, then by rejection. A strip is so wide - 2^(2 width) is over m ln 2, or 2m - that no chance is above that of its strip.
fn by_rejection(m: u32, power: u32) -> u32 {
  let poisson = power > 0u;
  var width = select(5u, (power + 2u) >> 1u, poisson);
  for (; !poisson && (1u << (2u * width)) < m - m / 4u; width++) {
  }
  for (var trial = 0u; trial < MOST_TRIALS; trial++) {
    let words = next_pair();
    let strip = countLeadingZeros(words.y);
    let k = (strip << width) + (words.x & ((1u << width) - 1u));
    let negative = (words.x >> 31u) == 1u;
    if (strip >= FAR || (negative && k == 0u)) {
      continue;
    }
    // Farther out hardly anything is left: e^-57.
    if (!is_less(product(k, k), product(m, select(64u, 144u, poisson)))) {
      continue;
    }
    var height = vec2u();
    if (poisson) {
      height = height_of_poisson(k, negative, power);
    } else {
      height = height_of_heads(k, m);
    }
    if (is_accepted(height, strip)) {
      return select(m + k, m - k, negative);
    }
  }
  draw_failed = true;
  return m;
}

/// A Poisson number of mean 2^power, or where the power is 0 the heads of so many coins.
fn count_of_random(power: u32, coins: u32) -> u32 {
  var count = 0u;
  var left = coins;
  if (power >= FIRST_REJECTED || coins >= FEW_COINS) {
    count = by_rejection(select(coins >> 1u, 1u << power, power > 0u), power);
    left = coins & 1u;
  }
  // Few coins, or the odd one.
  while (left > 0u) {
    let taken = min(left, 32u);
    count += countOneBits(next_word() & (0xffffffffu >> (32u - taken)));
    left -= taken;
  }
  if (power > 0u && power < FIRST_REJECTED) {
    for (var i = 0u; i < (1u << (power - TABLE_POWER)); i++) {
      count += poisson_by_table();
    }
  }
  return count;
}

/// Of n, or of a Poisson number of mean 2^power where the power is not 0, those that have a chance of `share` 2^-64, all ones standing for 1:
/// each compares a number, bit by bit from the highest, with it.
fn whole_number(n: u32, power: u32, share: vec2u) -> i32 {
  let certain = (share.x & share.y) == 0xffffffffu;
  var rest = share;
  var undecided = n;
  var successes = 0u;
  var mean = power;
  while (mean > 0u || (!certain && undecided > 0u && (rest.x | rest.y) != 0u)) {
    let count = count_of_random(mean, select(undecided, 0u, mean > 0u));
    if (mean > 0u) {
      undecided = count;
      mean = 0u;
      continue;
    }
    let is_one = (rest.y >> 31u) == 1u;
    successes += select(0u, undecided - count, is_one);
    undecided = select(undecided - count, count, is_one);
    rest = sum_of(rest, rest);
  }
  return i32(select(successes, undecided, certain));
}

/// A chance in 2^-64; one that is none fails the draw.
fn share_of(chance: f32) -> vec2u {
  if (!(chance >= 0.0 && chance <= 1.0)) {
    draw_failed = true;
    return vec2u();
  }
  return scaled_bits(chance, 0);
}

/// value 2^(64 - power), all ones where it is 2^power.
fn scaled_bits(value: f32, power: i32) -> vec2u {
  let bits = bitcast<u32>(value);
  let mantissa = vec2u((bits & 0x7fffffu) | 0x800000u, 0u);
  let by = i32(bits >> 23u) - 150 + 64 - power; // value = mantissa 2^(exponent - 150)
  if (by > 40) {
    return vec2u(0xffffffffu);
  }
  return select(shifted_up(mantissa, u32(max(by, 0))), shifted_down(mantissa, u32(clamp(-by, 0, 63))), by < 0);
}

/// A mean of a Poisson number as the power of two that is no less and its share of that.
fn set_mean(mean: f32) {
  if (!(mean >= 0.0 && mean < 2147483648.0)) {
    draw_failed = true;
    return;
  }
  let bits = bitcast<u32>(mean);
  let power = max(i32(bits >> 23u) - 127 + select(0, 1, (bits & 0x7fffffu) != 0u), i32(TABLE_POWER));
  draw_power = u32(power);
  draw_share = scaled_bits(mean, power);
}

/// Of a number of trials that is none the draw fails.
fn trials_of(n: i32) -> u32 {
  if (n < 0) {
    draw_failed = true;
    return 0u;
  }
  return u32(n);
}
