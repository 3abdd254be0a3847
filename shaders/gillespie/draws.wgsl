// requires: common/threefry.wgsl
// requires: common/product.wgsl
// requires: common/normal.wgsl
// Random numbers that a network asks for in its own words, as in "at 10: X = binomial(X, 0.5)". A draw has an address: the trajectory, who
// asks for it (an event, the start, a delayed reaction), how often that one has asked before, and which of its draws it is. From there the
// words of a draw are counted, so that no draw depends on another one or on what runs beside it.
//
// Whole numbers are made in integers, whatever the device: a binomial number from fair coins, one bit of the probability after another; many
// coins at once and Poisson numbers by rejection, whose test is exact to 2^-45. The reference (src/models/gillespie/sampling.ts) draws the
// same numbers by f64. Real numbers are f32.

/// Words of a counter below the number of the draw.
const DRAW_BITS = 20u;
/// Trials of a truncated law, and of a rejection, at most.
const MOST_TRIALS = 65536u;
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

var<private> draw_key: vec4u;
var<private> draw_counter: vec4u;
var<private> draw_words: vec4u;
var<private> words_used: u32;

/// The draw that is made: its law is generated, and what it has of these.
var<private> draw_trials: u32;
var<private> draw_power: u32;
var<private> draw_share: vec2u;
var<private> draw_a: f32;
var<private> draw_b: f32;
var<private> draw_least: f32;
var<private> draw_most: f32;
var<private> draw_is_bounded: bool;
/// Values of an event's draws, as bits of an i32 or f32.
var<private> drawn: array<u32, MOST_DRAWN>;

/// `asker` and the number of times that it has asked.
fn begin_draws(asker: u32, occasion: u32) {
  draw_key = vec4u(run.seed, DRAW_PURPOSE, asker);
  draw_counter = vec4u(place.xy, occasion, 0u);
}

/// How often an event has drawn.
fn occasion_of(event: u32) -> u32 {
  let word = value_word(OCCASIONS + event);
  let occasion = state[word];
  state[word] = occasion + 1u;
  return occasion;
}

fn begin_draw(index: u32) {
  draw_counter.w = index << DRAW_BITS;
  words_used = 4u;
}

/// Draws `begin` to `end` of the network, the first of them at the place `first` of an address and the others behind it. What is generated:
/// set_draw() and sample().
fn draw_numbers(begin: u32, end: u32, first: u32, stride: u32) {
  for (var d = begin; d < end && !draw_failed; d++) {
    draw_power = 0u;
    draw_is_bounded = false;
    set_draw(d);
    begin_draw(first + stride * (d - begin));
    for (var trial = 0u; !draw_failed; trial++) {
      let number = sample(d);
      drawn[d - begin] = number.bits;
      if (!draw_is_bounded || (number.value >= draw_least && number.value <= draw_most)) {
        break;
      }
      draw_failed = trial == MOST_TRIALS;
    }
  }
}

struct Sample {
  bits: u32,
  value: f32,
}

fn sample_whole() -> Sample {
  let number = whole_number(draw_trials, draw_power, draw_share);
  return Sample(bitcast<u32>(number), f32(number));
}

fn sample_real(number: f32) -> Sample {
  return Sample(bitcast<u32>(number), number);
}

fn next_word() -> u32 {
  if (words_used == 4u) {
    draw_words = threefry4x32(draw_counter, draw_key);
    draw_counter.w++;
    words_used = 0u;
  }
  let word = draw_words[words_used];
  words_used++;
  return word;
}

/// So many. Compilers do not know it, so they do not write loops over it out.
fn rounds(many: u32) -> u32 {
  return select(many, 0u, run.slots == 0u);
}

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

/// -ln of the chance of m + k beside that of m, of a Poisson number of mean m = 2^power, in 2^-56. With x = k/m it is m ((1+x) ln(1+x) - x) + ln(1+x) / 2
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
