// requires: dynamics/laws.wgsl
// Many trajectories of one system, one an invocation: where they start, and what they leave behind. A method requires this file by steps.wgsl, for all whose
// steps are of one length, or by adaptive.wgsl. Before it stands what src/models/dynamics/kernel/wgsl.ts writes for the system at hand: VARIABLES, QUANTITIES, EXPONENTS, CONSTANTS, the structs Flat and
// Constants, and the functions on them.

struct Run {
  seed: vec2u,
  purpose: u32,
  /// The number of the first trajectory of each point.
  first: u32,
  /// Trajectories of each point, and of all.
  count: u32,
  slots: u32,
  /// Measurements in time.
  rows: u32,
  /// 0, which no compiler knows.
  zero: u32,
  /// Steps from one orthonormalisation of the tangents to the next.
  every: u32,
}

struct Step {
  /// Steps of this phase that are made, to be made now, and in all.
  done: u32,
  count: u32,
  total: u32,
  /// Steps from one measurement to the next; 0 where nothing is measured yet.
  per_row: u32,
  /// Steps of phases before this one.
  first_step: u32,
  /// The time at the beginning of the phase, of a step, of half a step, and a sixth of it in two parts.
  origin: f32,
  h: f32,
  half: f32,
  sixth: f32,
  sixth_rest: f32,
  /// The time that exponents are over.
  span: f32,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> now: Step;
/// [point][CONSTANTS] of each the number and what f32 leaves of it.
@group(0) @binding(2) var<storage, read> points: array<vec2f>;
/// [point][variable]: the law of its start, and its two numbers with what f32 leaves of them.
@group(0) @binding(3) var<storage, read> starts: array<Start>;
/// [variable][slot], twice: numbers, and what f32 leaves of them; then tangents [vector][variable][slot].
@group(0) @binding(4) var<storage, read_write> state: array<f32>;
/// [slot]: the largest size of a number so far, and how far from converged the worst step was; then of each vector by how much it grew,
/// a factor from 1 to 2 and the power of 2.
@group(0) @binding(5) var<storage, read_write> record: array<u32>;
/// [row][quantity][slot], then exponents [vector][slot].
@group(0) @binding(6) var<storage, read_write> samples: array<f32>;
/// Bits of how far from converged the worst step of all trajectories was.
@group(0) @binding(7) var<storage, read_write> worst: atomic<u32>;

struct Start {
  law: u32,
  /// 1 over the size of the variable, as the pilot has seen it.
  inverse: f32,
  first: vec2f,
  second: vec2f,
}

override WORKGROUP: u32;

/// Numbers of a state and what f32 leaves of them.
struct State {
  high: Flat,
  low: Flat,
}

const LOW = VARIABLES;
const TANGENTS = 2u * VARIABLES;

/// The time after so many steps of this phase, and what f32 leaves of it where steps are 1.
fn time_after(steps: u32) -> vec2f {
  if (WHOLE_TIME) {
    let made = now.first_step + steps;
    return quick_sum(f32(made & 0xffff0000u), f32(made & 0xffffu));
  }
  return vec2f(now.origin + f32(steps) * now.h, 0.0);
}

fn slot_of(id: vec3u, groups: vec3u) -> u32 {
  return id.x + id.y * groups.x * WORKGROUP;
}

/// Of the first tangents: no direction that a system may prefer.
fn generic(i: u32, j: u32) -> f32 {
  return select(0.0, 1.0, i == j) + 0.3 * (fract(0.61803399 * f32(i + 1u) + 0.32471796 * f32(j + 1u)) - 0.5);
}

@compute @workgroup_size(WORKGROUP)
fn start(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let slot = slot_of(id, groups);
  if (slot >= run.slots) {
    return;
  }
  let point = slot / run.count;
  let trajectory = run.first + slot - point * run.count;
  var size = 0u;
  for (var i = 0u; i < VARIABLES; i++) {
    let words = threefry4x32(vec4u(trajectory, i, 0u, 0u), vec4u(run.seed, run.purpose, 0u));
    let own = starts[point * VARIABLES + i];
    let x = drawn(own.law, own.first, own.second, words);
    state[i * run.slots + slot] = x.x;
    state[(LOW + i) * run.slots + slot] = x.y;
    size = max(size, size_of(x.x));
    for (var j = 0u; j < EXPONENTS; j++) {
      state[(TANGENTS + j * VARIABLES + i) * run.slots + slot] = generic(i, j) / starts[point * VARIABLES + i].inverse;
    }
  }
  record[slot] = size;
  record[run.slots + slot] = 0u;
  for (var j = 0u; j < EXPONENTS; j++) {
    record[(2u + 2u * j) * run.slots + slot] = bitcast<u32>(1.0);
    record[(3u + 2u * j) * run.slots + slot] = 0u;
  }
}

/// What is left of a tangent has so few of its digits that its direction is rounding.
const COLLAPSED = 1e-5;

/// Orthonormal tangents in the variables' own sizes, by Gram and Schmidt; the lengths that they had go into the record. Where a tangent collapses,
/// or is no number, its exponent and those after it are none.
fn orthonormalise(
  tangents: ptr<function, array<Flat, EXPONENTS + 1u>>,
  inverse: Flat,
  slot: u32,
  counts: bool,
) {
  var fails = false;
  for (var j = 0u; j < EXPONENTS; j++) {
    var v = (*tangents)[j];
    // The largest number first, lest squares be beyond f32.
    let scale = size_in(v, inverse);
    fails = fails || scale == 0.0 || size_of(scale) >= NO_NUMBER || size_of(1.0 / scale) >= NO_NUMBER;
    v = times(1.0 / scale, v);
    let before = sqrt(dot_of(v, v, inverse));
    for (var i = 0u; i < j; i++) {
      v = stepped(v, -dot_of((*tangents)[i], v, inverse), (*tangents)[i]);
    }
    let length = sqrt(dot_of(v, v, inverse));
    fails = fails || !(length > COLLAPSED * before);
    (*tangents)[j] = times(1.0 / length, v);
    if (fails) {
      v = fresh(j, inverse);
      (*tangents)[j] = times(1.0 / sqrt(dot_of(v, v, inverse)), v);
    }
    if (counts) {
      // ln is left to the end: the length as a factor from 1 to 2 and a power of 2. What is no number stays it.
      let at = (2u + 2u * j) * run.slots + slot;
      let first = bitcast<u32>(bitcast<f32>(record[at]) * length);
      let second = bitcast<u32>(bitcast<f32>((first & 0x007fffffu) | 0x3f800000u) * scale);
      let lost = fails || record[at] >= NO_NUMBER;
      record[at] = select((second & 0x007fffffu) | 0x3f800000u, 0x7fc00000u, lost);
      record[at + run.slots] += (first >> 23u) + (second >> 23u) - 254u;
    }
  }
}

/// Words of a trajectory's record: crossings of the section, and the times of the first and the last.
const CROSSED = 2u + 2u * EXPONENTS + CONTROL_WORDS;
/// Halvings of a step in which there is a crossing: more are below the last digit of its time.
const HALVINGS = 24;

fn cubic(part: f32, x: f32, y: f32, k: f32, next: f32) -> f32 {
  let d = y - x;
  return x + part * (k + part * ((3.0 * d - 2.0 * k - next) + part * (k + next - 2.0 * d)));
}

/// 1 or -1 where a step crosses the section.
fn crossed(before: f32, after: f32) -> i32 {
  if (before < 0.0 && after >= 0.0) {
    return 1;
  }
  return select(0, -1, before > 0.0 && after <= 0.0);
}

/// Whether crossings in a direction are meant.
fn is_meant(direction: i32) -> bool {
  return direction != 0 && direction != -DIRECTION;
}

/// Where in a step that ends on the side of its beginning it is nearest to the section, by the cubic of values at its ends and how they change over
/// a step; 0 for one that does not come nearer and go away again.
fn turning(before: f32, after: f32, falls: f32, rises: f32) -> f32 {
  let side = select(1.0, -1.0, before < 0.0);
  if (!(before * side > 0.0 && after * side > 0.0 && falls * side < 0.0 && rises * side > 0.0)) {
    return 0.0;
  }
  let d = after - before;
  let second = 2.0 * (3.0 * d - 2.0 * falls - rises);
  let third = 3.0 * (falls + rises - 2.0 * d);
  var least = 0.0;
  var most = 1.0;
  for (var i = 0; i < HALVINGS; i++) {
    let middle = 0.5 * (least + most);
    let slope = side * (falls + middle * (second + middle * third));
    least = select(least, middle, slope < 0.0);
    most = select(middle, most, slope < 0.0);
  }
  return most;
}

fn begin_crossings(slot: u32) {
  record[CROSSED * run.slots + slot] = 0u;
}

fn add_crossing(slot: u32, x: Flat, t: f32) {
  let at = CROSSED * run.slots + slot;
  let number = record[at];
  if (number == 0u) {
    record[at + run.slots] = bitcast<u32>(t);
  }
  record[at + 2u * run.slots] = bitcast<u32>(t);
  if (number < CROSSINGS) {
    keep_crossing(crossing_row(3u + number * (1u + VARIABLES)) + slot, x, t);
  }
  record[at] = number + 1u;
}

fn crossing_row(row: u32) -> u32 {
  return (run.rows * QUANTITIES + EXPONENTS + row) * run.slots;
}

/// What a trajectory's crossings come to at its end. What there is not is no number.
fn put_crossings(slot: u32, size: u32) {
  let at = CROSSED * run.slots + slot;
  let number = record[at];
  let first = bitcast<f32>(record[at + run.slots]);
  let last = bitcast<f32>(record[at + 2u * run.slots]);
  let fails = size >= NO_NUMBER;
  samples[crossing_row(0u) + slot] = no_number(f32(number), fails);
  samples[crossing_row(1u) + slot] = no_number(first, fails || number == 0u);
  samples[crossing_row(2u) + slot] = no_number((last - first) / f32(max(number, 2u) - 1u), fails || number < 2u);
  for (var n = select(min(number, CROSSINGS), 0u, fails); n < CROSSINGS; n++) {
    for (var i = 0u; i < 1u + VARIABLES; i++) {
      samples[crossing_row(3u + n * (1u + VARIABLES) + i) + slot] = no_number(0.0, true);
    }
  }
}

/// By how much a tangent grew, over the time that it took.
fn put_exponent(j: u32, slot: u32, span: f32, size: u32) {
  let at = (2u + 2u * j) * run.slots + slot;
  let power = f32(bitcast<i32>(record[at + run.slots]));
  let sum = power * 0.69314718 + logarithm(bitcast<f32>(record[at]));
  let fails = size >= NO_NUMBER || size_of(sum) >= NO_NUMBER;
  samples[(run.rows * QUANTITIES + j) * run.slots + slot] = no_number(sum / span, fails);
}
