// requires: common/threefry.wgsl
// requires: common/product.wgsl
// requires: common/normal.wgsl
// requires: gillespie/draw_counts.wgsl
// requires: gillespie/draw_laws.wgsl
// Random numbers that a network asks for in its own words, as in "at 10: X = binomial(X, 0.5)". A draw has an address: the trajectory, who
// asks for it (an event, the start, a delayed reaction), how often that one has asked before, and which of its draws it is. From there the
// words of a draw are counted, so that no draw depends on another one or on what else runs.
//
// All arithmetic is integer, so they are the same on every device and by the reference (src/models/gillespie/reference/sampling.ts),
// which draws them by f64. Real numbers are f32.

/// Words of a counter below the number of the draw.
const DRAW_BITS = 20u;
/// Trials of a truncated law, and of a rejection, at most.
const MOST_TRIALS = 65536u;

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
