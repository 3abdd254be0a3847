// requires: dynamics/ensemble.wgsl
// Steps that each trajectory chooses for itself, and what is measured on the way. Invocations part, and those that are done wait. A method's own file
// requires this one and has the struct `Made`, a step with its end, its error in parts of what is allowed, and the slope there; `try_step`, which makes it;
// `up_to`, the sum of slopes up to a part of the step; `turned`, a tangent by the same step; OF_ERROR and OF_LAST, by
// which the next step is chosen; and NOTHING, what of its variable's size a number has to be that its error counts.

struct Adaptive {
  /// 2 where the run begins, 1 where another phase does, 0 within one.
  begins: u32,
  measures: u32,
  /// Steps that are tried in this dispatch, and in all.
  tries: u32,
  most: u32,
  /// The time at the beginning of the phase.
  origin: f32,
  longest: f32,
  shortest: f32,
  /// The error of a step that is allowed, in parts of a variable or of its change.
  tolerance: f32,
  /// The time of the phase, and from one measurement to the next, each with what f32 leaves of it.
  span: vec2f,
  interval: vec2f,
}

@group(0) @binding(9) var<uniform> adaptive: Adaptive;
/// Over all trajectories: steps that were accepted and rejected, 64 bits each; trajectories whose steps became too short or too many though their slopes
/// are numbers; and those that are not at the end of this phase yet.
@group(0) @binding(10) var<storage, read_write> tried: array<atomic<u32>, 6>;

const ACCEPTED = 0u;
const REJECTED = 2u;
const STUCK = 4u;
const LEFT = 5u;

/// Slopes at the beginning of the next step stand behind the tangents.
const SLOPES = (2u + EXPONENTS) * VARIABLES;
/// Words of a trajectory's record behind those of its tangents.
const CONTROL = 2u + 2u * EXPONENTS;

const GOES_ON = 0u;
const ENDED = 1u;
const LOST = 2u;

struct Control {
  accepted: u32,
  rejected: u32,
  status: u32,
  /// The next measurement.
  row: u32,
  /// The next step, and the error of the last one in parts of what is allowed.
  h: f32,
  error: f32,
  /// The time since the phase began, and what f32 leaves of it.
  time: vec2f,
}

fn control_at(slot: u32) -> Control {
  let at = CONTROL * run.slots + slot;
  let n = run.slots;
  return Control(
    record[at],
    record[at + n],
    record[at + 2u * n],
    record[at + 3u * n],
    bitcast<f32>(record[at + 4u * n]),
    bitcast<f32>(record[at + 5u * n]),
    vec2f(bitcast<f32>(record[at + 6u * n]), bitcast<f32>(record[at + 7u * n])),
  );
}

fn keep_control(slot: u32, own: Control) {
  let at = CONTROL * run.slots + slot;
  let n = run.slots;
  record[at] = own.accepted;
  record[at + n] = own.rejected;
  record[at + 2u * n] = own.status;
  record[at + 3u * n] = own.row;
  record[at + 4u * n] = bitcast<u32>(own.h);
  record[at + 5u * n] = bitcast<u32>(own.error);
  record[at + 6u * n] = bitcast<u32>(own.time.x);
  record[at + 7u * n] = bitcast<u32>(own.time.y);
}

/// The error of a step is a sum of slopes, of which each is rounded several times by 2^-24.
const ROUNDING = 0x1p-22;

/// In parts of what is allowed: of the number at one of the ends, or of what the step changes it by, whichever is more; and the rounding of slopes, for no
/// shorter step has less of it.
fn error_of(e: f32, x: f32, y: f32, change: f32, noise: f32, inverse: f32) -> f32 {
  let own = max(max(max(abs(x), abs(y)), abs(change)) * inverse, NOTHING);
  let rounded = select(ROUNDING * abs(noise) * inverse, 0.0, size_of(noise) >= NO_NUMBER);
  return abs(e) * inverse / (adaptive.tolerance * own + rounded);
}

fn less(a: Flat, b: Flat) -> Flat {
  return stepped(a, -1.0, b);
}

fn row_time(row: u32) -> vec2f {
  if (row + 1u == run.rows) {
    return adaptive.span;
  }
  return pair_mul(adaptive.interval, vec2f(f32(row), 0.0));
}

fn power_with(x: f32, exponent: f32) -> f32 {
  return exponential(exponent * natural_log(x));
}

/// Into 64 bits that all trajectories share.
fn count(word: u32, amount: u32) {
  let before = atomicAdd(&tried[word], amount);
  if (before + amount < before) {
    atomicAdd(&tried[word + 1u], 1u);
  }
}

/// Control of the step (Gustafsson 1991, doi 10.1145/210232.210242): by its error and that of the one before, both in parts of what is allowed.
const SAFETY = 0.9;
const LEAST_FACTOR = 0.2;
const MOST_FACTOR = 10.0;
const LEAST_ERROR = 1e-4;
/// What a first step changes, in parts of a variable's size.
const FIRST_CHANGE = 0.01;

fn first_step(k: Flat, inverse: Flat) -> f32 {
  let change = adaptive.longest * size_in(k, inverse);
  if (size_of(change) >= NO_NUMBER || change <= FIRST_CHANGE) {
    return adaptive.longest;
  }
  return max(adaptive.shortest, adaptive.longest * (FIRST_CHANGE / change));
}

@compute @workgroup_size(WORKGROUP)
fn advance(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let slot = slot_of(id, groups);
  if (slot >= run.slots) {
    return;
  }
  let point = slot / run.count;
  let c = constants_at(point * CONSTANTS);
  let inverse = inverse_sizes(point * VARIABLES);
  let measures = adaptive.measures == 1u;
  var own = control_at(slot);
  var x = State(loaded(0u, slot), loaded(LOW, slot));
  var k = loaded(SLOPES, slot);
  var size = record[slot];
  var tangents: array<Flat, EXPONENTS + 1u>;
  for (var j = 0u; j < EXPONENTS; j++) {
    tangents[j] = loaded(TANGENTS + j * VARIABLES, slot);
  }
  if (adaptive.begins > 0u) {
    if (adaptive.begins == 2u) {
      own = Control(0u, 0u, GOES_ON, 0u, 0.0, LEAST_ERROR, vec2f(0.0));
      if (EXPONENTS > 0u) {
        orthonormalise(&tangents, inverse, slot, false);
      }
    }
    own.row = 0u;
    own.time = vec2f(0.0);
    if (own.status != LOST) {
      own.status = GOES_ON;
      k = rates(x.high, c, adaptive.origin);
      if (adaptive.begins == 2u) {
        own.h = first_step(k, inverse);
      }
      if (measures) {
        if (SECTION) {
          begin_crossings(slot);
        }
        measure(0u, slot, x, c, vec2f(adaptive.origin, 0.0), size, 0u);
        own.row = 1u;
      }
    }
  } else if (own.status != GOES_ON) {
    return;
  }
  var is_stuck = false;
  for (var n = 0u; n < adaptive.tries && own.status == GOES_ON; n++) {
    // No further than the phase goes, before any stage.
    let rest = pair_sub(adaptive.span, own.time).x;
    let ends = rest <= own.h;
    let h = select(own.h, rest, ends);
    let after = select(pair_add(own.time, vec2f(h, 0.0)), adaptive.span, vec2<bool>(ends));
    let t = adaptive.origin + own.time.x;
    var made = Made();
    try_step(x, k, c, t, h, adaptive.origin + after.x, inverse, &made);
    let y = made.y;
    let error = made.error;
    let fails = max(largest(y.high), largest(made.next)) >= NO_NUMBER || size_of(error) >= NO_NUMBER;
    let judged = power_with(clamp(error, 1e-10, 1e10), OF_ERROR);
    if (fails || error > 1.0) {
      own.rejected++;
      own.h = h * select(max(LEAST_FACTOR, SAFETY / judged), LEAST_FACTOR, fails);
      is_stuck = !fails;
    } else {
      own.accepted++;
      let factor = SAFETY * power_with(own.error, OF_LAST) / judged;
      let wanted = h * clamp(factor, LEAST_FACTOR, MOST_FACTOR);
      // A step that was cut at the end says nothing against those that are longer.
      own.h = min(adaptive.longest, select(wanted, max(wanted, own.h), ends));
      own.error = max(error, LEAST_ERROR);
      is_stuck = true;
      for (var j = 0u; j < EXPONENTS; j++) {
        tangents[j] = turned(tangents[j], x.high, &made, c, t, h);
      }
      if (EXPONENTS > 0u) {
        orthonormalise(&tangents, inverse, slot, measures);
      }
      size = max(size, largest(y.high));
      while (measures && own.row < run.rows) {
        let time = row_time(own.row);
        if (pair_less(after, time)) {
          break;
        }
        var there = y;
        if (any(time != after)) {
          let part = pair_sub(time, own.time).x / h;
          there.high = stepped(x.high, 1.0, stepped(x.low, h, up_to(part, k, &made)));
          there.low = x.low;
        }
        measure(own.row, slot, there, c, vec2f(adaptive.origin + time.x, 0.0), size, 0u);
        own.row++;
      }
      if (SECTION && measures) {
        let step_end = adaptive.origin + after.x;
        let begins_at = surface(x.high, c, t);
        let ends_at = surface(y.high, c, step_end);
        let direction = crossed(begins_at, ends_at);
        // Where it comes back within the step there are two crossings.
        var parts = vec3f(0.0, 1.0, 1.0);
        var first = direction;
        if (direction == 0) {
          let rises = approach(y.high, times(h, made.next), c, step_end, h);
          parts.y = turning(begins_at, ends_at, approach(x.high, times(h, k), c, t, h), rises);
          let near = stepped(x.high, h, up_to(parts.y, k, &made));
          first = select(0, crossed(begins_at, surface(near, c, t + parts.y * h)), parts.y > 0.0);
        }
        for (var which = 0; which < 2 && first != 0; which++) {
          let own_direction = select(first, -first, which == 1);
          if (!is_meant(own_direction) || parts[which] == 1.0) {
            continue;
          }
          var least = parts[which];
          var most = parts[which + 1];
          for (var i = 0; i < HALVINGS; i++) {
            let middle = 0.5 * (least + most);
            let there = stepped(x.high, h, up_to(middle, k, &made));
            let value = surface(there, c, t + middle * h) * f32(own_direction);
            least = select(least, middle, value < 0.0);
            most = select(middle, most, value < 0.0);
          }
          add_crossing(slot, stepped(x.high, h, up_to(most, k, &made)), t + most * h);
        }
      }
      x = y;
      k = made.next;
      own.time = after;
      if (ends) {
        own.status = ENDED;
      }
    }
    // Steps far below the last digit of the time make none.
    let shortest = max(adaptive.shortest, own.time.x * 0x1p-40);
    if (own.status == GOES_ON && (own.h < shortest || own.accepted + own.rejected >= adaptive.most)) {
      own.status = LOST;
      count(ACCEPTED, own.accepted);
      count(REJECTED, own.rejected);
      if (is_stuck) {
        atomicAdd(&tried[STUCK], 1u);
      }
    }
  }
  if (own.status == LOST) {
    size = NO_NUMBER;
    for (; measures && own.row < run.rows; own.row++) {
      measure(own.row, slot, x, c, row_time(own.row), size, 0u);
    }
  }
  if (own.status == GOES_ON) {
    atomicAdd(&tried[LEFT], 1u);
  } else if (measures) {
    for (var j = 0u; j < EXPONENTS; j++) {
      put_exponent(j, slot, adaptive.span.x, size);
    }
    if (SECTION) {
      put_crossings(slot, size);
    }
    if (own.status == ENDED) {
      count(ACCEPTED, own.accepted);
      count(REJECTED, own.rejected);
    }
  }
  stored(0u, slot, x.high);
  stored(LOW, slot, x.low);
  stored(SLOPES, slot, k);
  for (var j = 0u; j < EXPONENTS; j++) {
    stored(TANGENTS + j * VARIABLES, slot, tangents[j]);
  }
  record[slot] = size;
  keep_control(slot, own);
}
